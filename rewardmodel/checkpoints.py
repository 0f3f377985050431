"""Checkpoints on disk: a folder with weights as safetensors, the full configuration, the processor and a card. No pickle."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rewardmodel.config import Attention
from rewardmodel.metrics import DEFAULT_THRESHOLD

if TYPE_CHECKING:
    from rewardmodel.backbones import Processor
    from rewardmodel.model import TokenRewardModel

SHIPPED = Path(__file__).parent / "weights" / "picturebook"
WEIGHTS, CARD = "model.safetensors", "card.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Card:
    """What people and programs should know of a checkpoint before loading it."""

    attention: Attention = Attention.LOOKAHEAD
    threshold: float = DEFAULT_THRESHOLD  # chosen on validation data
    knows: str = ""  # which pictures it was trained on, for people
    backbone: str = ""
    family: str = "paligemma"  # the `model_type` of the backbone's configuration
    is_naive: bool = False  # it judges the response as a whole, at its last token
    guesses: bool = False  # it has learned to guess masked words
    window: int = 384  # tokens of a response that are read together: not many more than it has learned from
    calibration: tuple[float, ...] = ()  # slope and shift of its logits that are in the head, on top of what it learned
    parent_sha256: str = ""
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT


def read_card(folder: Path) -> Card:
    """The card of a checkpoint; loads no torch.

    Raises ValueError naming the file for a folder that holds none, one of a later format, or one that is no card.
    """
    file = folder / CARD
    if not file.is_file():
        raise ValueError(f"{folder} is not a checkpoint: it has no {CARD}")
    try:
        row = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file} is no card: {error}") from error
    if not isinstance(row, dict):
        raise ValueError(f"{file} is no card: it holds no object")
    if row.get("format") != FORMAT:
        raise ValueError(f"{file} has format {row.get('format')}, this version reads format {FORMAT}")
    if row.get("attention") not in [*Attention]:
        raise ValueError(f"{file}: attention must be one of {', '.join(Attention)}, got {row.get('attention')!r}")
    line = row.get("calibration") or ()
    if line and not (len(line) == 2 and all(isinstance(part, int | float) and isfinite(part) for part in line) and line[0] > 0):
        raise ValueError(f"{file}: calibration must be a slope above 0 and a shift, got {line!r}")
    unknown = sorted(set(row) - {one.name for one in fields(Card)})
    if unknown:
        raise ValueError(f"{file}: there is no field {', '.join(unknown)}")
    if "guesses" not in row:  # cards of before this was told
        row["guesses"] = bool((row.get("training") or {}).get("cloze_weight"))
    return Card(**row | {"attention": Attention(row["attention"]), "calibration": tuple(line)})


def write_card(folder: Path, card: Card) -> None:
    """Write or replace the card of a checkpoint."""
    (folder / CARD).write_text(json.dumps(asdict(card), indent=1, sort_keys=True) + "\n", encoding="utf-8")


def weights_sha256(folder: Path) -> str:
    """SHA-256 of the weights file, in hexadecimal: the identity of a checkpoint."""
    with (folder / WEIGHTS).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save(folder: Path, model: "TokenRewardModel", processor: "Processor", card: Card) -> None:
    """Write a checkpoint; weights in 16 bits, which halves the file and changes scores in the third decimal at most."""
    import torch  # noqa: PLC0415 -- cards are read where torch is not loaded
    from safetensors.torch import save_file  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    model.backbone.config.save_pretrained(folder)
    processor.save_pretrained(folder)
    state = {name: tensor.detach().to("cpu", torch.float16).contiguous() for name, tensor in model.state_dict().items()}
    whole = folder / f"{WEIGHTS}.part"
    save_file(state, whole, metadata={"format": "pt"})
    whole.chmod(0o644)  # safetensors lets only the writer read, but a worker may run as somebody else
    whole.replace(folder / WEIGHTS)
    write_card(folder, replace(card, family=model.backbone.config.model_type))


class Loaded(NamedTuple):
    """A checkpoint in memory."""

    model: "TokenRewardModel"
    processor: "Processor"
    card: Card


def load(folder: Path) -> Loaded:
    """The model (float32, on the CPU, in evaluation mode), its processor and its card.

    Raises ValueError naming the file where weights and configuration do not fit each other, the weights are cut short or the
    card is none, OSError where a file is missing.
    """
    from safetensors import SafetensorError  # noqa: PLC0415 -- cards are read where torch is not loaded
    from safetensors.torch import load_file  # noqa: PLC0415 -- cards are read where torch is not loaded

    from rewardmodel.backbones import empty_backbone, load_processor  # noqa: PLC0415
    from rewardmodel.model import TokenRewardModel  # noqa: PLC0415

    card = read_card(folder)
    model = TokenRewardModel(empty_backbone(str(folder)), card.attention)
    file = folder / WEIGHTS
    try:
        state = load_file(file)
    except SafetensorError as error:
        raise ValueError(f"{file} cannot be read: {error}") from error
    try:
        missing = model.load_state_dict({name: tensor.float() for name, tensor in state.items()}, strict=False)
    except RuntimeError as error:  # sizes that differ
        raise ValueError(f"{file}: weights do not fit the configuration: {error}") from error
    if missing.missing_keys or missing.unexpected_keys:
        raise ValueError(f"{file}: weights do not fit the configuration: {missing}")
    return Loaded(model.eval(), load_processor(str(folder)), card)
