"""What can be set about a model and its training; every flag of the command line is a field here."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, get_args, get_type_hints

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


class Setting(NamedTuple):
    """A field of a configuration, which a flag or a preset may set, and what its annotation says about it.

    `usual` is what holds where nobody says otherwise: not always the `default`, which may stand for it.
    """

    name: str
    kind: type[Any]
    default: Any
    usual: Any
    help: str


def settings_of(config: type[Any]) -> list[Setting]:
    """The settings of a configuration, in their order."""
    made, hints = config(), get_type_hints(config, include_extras=True)
    told = {one.name: get_args(hints[one.name]) or (hints[one.name], "") for one in fields(config)}
    return [
        Setting(one.name, told[one.name][0], one.default, getattr(made, one.name), told[one.name][1]) for one in fields(config)
    ]


def _check_least(config: object, *, least: int, names: Sequence[str]) -> None:
    for name in names:
        if getattr(config, name) < least:
            raise ValueError(f"{name} must be at least {least}, got {getattr(config, name)}")


@dataclass(frozen=True, slots=True)
class SmallBackbone:
    """A PaliGemma small enough to be trained from scratch on a laptop. Sizes in pixels, layers and units."""

    image_size: Annotated[int, "pixels a side of the picture"] = 128
    patch_size: Annotated[int, "pixels a side of a patch"] = 16
    vision_layers: Annotated[int, "of the vision encoder"] = 4
    vision_width: Annotated[int, "units of the vision encoder"] = 256
    decoder_layers: Annotated[int, "of the decoder"] = 4
    decoder_width: Annotated[int, "units of the decoder"] = 256
    heads: Annotated[int, "of attention, in both"] = 4


@dataclass(frozen=True, slots=True)
class Optimisation:
    """How the weights move. A step is one optimiser update on `images_per_step` images, however many processes share them."""

    steps: Annotated[int, "optimiser updates"] = 10_000
    images_per_step: Annotated[int, "images of a step, all processes together"] = 24
    images_per_pass: Annotated[int, "as many fit on a device: more come in several passes; 0: at once"] = 0
    lr: Annotated[float, "at the end of the warm-up; a cosine takes it to 0"] = 1e-3
    warmup_steps: Annotated[int, "steps over which the rate rises; default: a tenth, at most 300"] = USUAL
    weight_decay: Annotated[float, "of AdamW"] = 0.05
    save_steps: Annotated[int, "between saved states, from which an interrupted training goes on"] = 500
    eval_steps: Annotated[int, "between measurements on validation records, which choose the weights; 0: only at the end"] = 500
    log_steps: Annotated[int, "between rows of the curves"] = 20
    patience: Annotated[int, "so many measurements without a better mAP(neg) end the training; 0: never"] = 0
    seed: Annotated[int, "of weights, lessons and their order"] = 0
    bf16: Annotated[bool, "multiply in 16 bits where the hardware does it fast"] = True

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

    lora_rank: Annotated[int, "of the adapters; 0 trains every weight"] = 0
    lora_alpha: Annotated[int, "0: a quarter of the rank, the paper's proportion"] = 0
    lora_dropout: Annotated[float, "of the adapters' inputs"] = 0.1
    lora_on: Annotated[LoraOn, "what gets adapters: both, decoder or projector"] = LoraOn.BOTH
    lora_targets: Annotated[str, "regular expression on the backbone's modules that get adapters; empty: the family's own"] = ""

    def __post_init__(self) -> None:
        _check_least(self, least=0, names=("lora_rank", "lora_alpha"))
        if not 0.0 <= self.lora_dropout < 1.0:
            raise ValueError(f"lora_dropout must be in [0, 1), got {self.lora_dropout}")


@dataclass(frozen=True, slots=True)
class Teaching:
    """What is taught: which shares of clean, wrong and replayed responses, and how much each part of the loss weighs."""

    responses_per_image: Annotated[int, "of a drawing; all those of a file on one image and prompt come together"] = 6
    clean: Annotated[float, "share of the responses on drawings that are true; the others are wrong in one place"] = 1 / 3
    replay: Annotated[float, "share of drawings among the images of a file"] = 0.5
    bad_weight: Annotated[float, "weight of bad tokens in the token loss; good ones weigh 1"] = 3.0
    patch_weight: Annotated[float, "weight of “what does this patch show” beside the token loss"] = 0.5
    cloze_weight: Annotated[float, "weight of guessing masked words of true captions"] = 0.3
    referent_weight: Annotated[float, "weight of “what is to be seen of what this word speaks of”"] = 0.5
    naive: Annotated[bool, "the paper's baseline: one verdict on the whole response, learned and read at its last token"] = False
    patch_steps: Annotated[int, "so many first steps train the vision encoder on patches alone"] = 0
    validation_scenes: Annotated[int, "drawings that choose weights and threshold; of a file its held-out records do"] = 1_000

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
