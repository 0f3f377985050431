"""What can be set about a model and its training; every flag of the command line is a field here."""

from dataclasses import dataclass
from enum import StrEnum


class Attention(StrEnum):
    """What a response token may see besides the image and the prompt (design, section 5)."""

    CAUSAL = "causal"  # the response up to itself: the paper's decoder
    LOOKAHEAD = "lookahead"  # the whole response


@dataclass(frozen=True, slots=True)
class SmallBackbone:
    """A PaliGemma small enough to be trained from scratch on a laptop. Sizes in pixels, layers and units."""

    image_size: int = 128
    patch_size: int = 16
    vision_layers: int = 4
    vision_width: int = 256
    decoder_layers: int = 4
    decoder_width: int = 256
    heads: int = 4


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """One training. A step is one optimiser update on `images_per_step` images with `responses_per_image` responses each."""

    steps: int = 10_000
    images_per_step: int = 24
    responses_per_image: int = 6
    lr: float = 1e-3
    warmup_steps: int = 300
    weight_decay: float = 0.05
    bad_weight: float = 3.0  # weight of bad tokens in the loss; good ones weigh 1
    patch_weight: float = 0.5  # weight of "what does this patch show" beside the token loss
    cloze_weight: float = 0.3  # weight of guessing masked words of true captions
    referent_weight: float = 0.5  # weight of "what is to be seen of what this word speaks of"
    patch_steps: int = 0  # so many first steps train the vision encoder on patches alone
    lora_rank: int = 0  # 0 trains every weight, else adapters on decoder and projector, and the head
    replay: float = 0.5  # share of picture-book records among the records of a data file
    save_steps: int = 500
    seed: int = 0
    bf16: bool = True

    def __post_init__(self) -> None:
        if self.steps < 1 or self.images_per_step < 1 or self.responses_per_image < 1:
            raise ValueError("steps, images_per_step and responses_per_image must be at least 1")
        if not 0.0 <= self.replay < 1.0:
            raise ValueError(f"replay must be in [0, 1), got {self.replay}")
