"""What can be set about a model and its training; every flag of the command line is a field here."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

SEEDS = 1_000  # each has a billion drawings of the training split to itself
USUAL = -1  # stands for a warm-up that nobody asked for
MOST_WARMUP = 300  # steps of such a one


class Attention(StrEnum):
    """What a response token may see besides the image and the prompt (design, section 5)."""

    CAUSAL = "causal"  # the response up to itself: the paper's decoder
    LOOKAHEAD = "lookahead"  # the whole response


class LoraOn(StrEnum):
    """What gets low-rank adapters: the rows of the paper's Table 2."""

    BOTH = "both"
    DECODER = "decoder"
    PROJECTOR = "projector"


def _check_least(config: object, *, least: int, names: Sequence[str]) -> None:
    for name in names:
        if getattr(config, name) < least:
            raise ValueError(f"{name} must be at least {least}, got {getattr(config, name)}")


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
class Optimisation:
    """How the weights move. A step is one optimiser update on `images_per_step` images, however many processes share them."""

    steps: int = 10_000
    images_per_step: int = 24
    images_per_pass: int = 0  # as many fit on a device; a process takes its images of a step in so many passes. 0: at once
    lr: float = 1e-3  # at the end of the warm-up; a cosine takes it to 0
    warmup_steps: int = USUAL  # where none is given MOST_WARMUP, or a tenth of the steps where that is less
    weight_decay: float = 0.05
    save_steps: int = 500
    eval_steps: int = 500  # between measurements on validation records, which choose the weights; 0: only after the last step
    log_steps: int = 20
    patience: int = 0  # so many measurements without a better mAP(neg) end the training; 0: never
    seed: int = 0
    bf16: bool = True

    def __post_init__(self) -> None:
        _check_least(self, least=1, names=("steps", "images_per_step", "save_steps", "log_steps"))
        if self.warmup_steps == USUAL:
            object.__setattr__(self, "warmup_steps", min(MOST_WARMUP, self.steps // 10))
        _check_least(self, least=0, names=("images_per_pass", "eval_steps", "patience", "warmup_steps", "lr", "weight_decay"))
        if self.warmup_steps >= self.steps:
            raise ValueError(
                f"warmup_steps must be fewer than the {self.steps} steps, got {self.warmup_steps}: all of it would be warm-up"
            )
        if not 0 <= self.seed < SEEDS:
            raise ValueError(f"seed must be in [0, {SEEDS}), got {self.seed}")
        if self.patience and not self.eval_steps:
            raise ValueError("patience counts measurements on validation records: it needs eval_steps")

    def dealt(self, processes: int) -> tuple[int, int]:
        """How many images each process takes at once, and in how many passes it takes its part of a step.

        Raises ValueError where the images of a step can't be dealt out evenly.
        """
        own, rest = divmod(self.images_per_step, processes)
        if rest:
            raise ValueError(f"images_per_step must be a multiple of the {processes} processes, got {self.images_per_step}")
        images = min(self.images_per_pass or own, own)
        if own % images:
            raise ValueError(f"images_per_pass must divide the {own} images that a process takes of a step, got {images}")
        return images, own // images


@dataclass(frozen=True, slots=True)
class Lora:
    """Which of the backbone's weights move: all, or low-rank adapters beside them (paper, section 5.1). The head always does."""

    lora_rank: int = 0  # 0 trains every weight
    lora_alpha: int = 0  # 0: a quarter of the rank, the paper's proportion
    lora_dropout: float = 0.1
    lora_on: LoraOn = LoraOn.BOTH
    lora_targets: str = ""  # regular expression on the backbone's modules that get adapters; empty: the family's own

    def __post_init__(self) -> None:
        _check_least(self, least=0, names=("lora_rank", "lora_alpha"))
        if not 0.0 <= self.lora_dropout < 1.0:
            raise ValueError(f"lora_dropout must be in [0, 1), got {self.lora_dropout}")


@dataclass(frozen=True, slots=True)
class Teaching:
    """What is taught: which shares of clean, wrong and replayed responses, and how much each part of the loss weighs."""

    responses_per_image: int = 6  # of a drawing; all those of a file on one image and prompt come together
    clean: float = 1 / 3  # share of the responses on drawings that are true; the others are wrong in one place
    replay: float = 0.5  # share of drawings among the images of a file
    bad_weight: float = 3.0  # weight of bad tokens in the token loss; good ones weigh 1
    patch_weight: float = 0.5  # weight of "what does this patch show" beside the token loss
    cloze_weight: float = 0.3  # weight of guessing masked words of true captions
    referent_weight: float = 0.5  # weight of "what is to be seen of what this word speaks of"
    naive: bool = False  # the paper's baseline: one verdict on the whole response, learned and read at its last token
    patch_steps: int = 0  # so many first steps train the vision encoder on patches alone
    validation_scenes: int = 1_000  # drawings that choose weights and threshold; of a file its held-out records do

    def __post_init__(self) -> None:
        _check_least(self, least=1, names=("responses_per_image", "validation_scenes"))
        if not 0.0 <= self.clean <= 1.0:
            raise ValueError(f"clean must be in [0, 1], got {self.clean}")
        if not 0.0 <= self.replay < 1.0:
            raise ValueError(f"replay must be in [0, 1), got {self.replay}")
        if min(self.bad_weight, self.patch_weight, self.cloze_weight, self.referent_weight) < 0:
            raise ValueError("No weight may be negative")


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """One training."""

    optimisation: Optimisation = Optimisation()
    teaching: Teaching = Teaching()
    lora: Lora = Lora()

    @property
    def flat(self) -> dict[str, Any]:
        """Every setting by its name, as cards keep them."""
        return asdict(self.optimisation) | asdict(self.teaching) | asdict(self.lora)
