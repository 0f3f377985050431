"""What defines a training, kept beside its saved states: whoever goes on from those must be the same training."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FILE = "training.json"
# settings that may change on the way: how long it goes on, how often it says so, and how a step is computed
FREE = {"steps", "warmup_steps", "save_steps", "eval_steps", "log_steps", "patience", "images_per_pass", "bf16"}


def identity_of(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that may not change, and `inputs`: what the model came of and what it learns from. As JSON has it."""
    fixed = {name: value for name, value in settings.items() if name not in FREE}
    kept: dict[str, Any] = json.loads(json.dumps(fixed | dict(inputs)))
    return kept


def contents(data: Sequence[str]) -> list[str]:
    """The names of worlds as they are, the SHA-256 of files: a file is the same wherever it lies."""
    return [_sha256(Path(one)) if Path(one).is_file() else one for one in data]


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"


def keep(folder: Path, identity: Mapping[str, Any]) -> None:
    """Write what defines the training whose states will lie in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{FILE}.part"
    part.write_text(json.dumps(identity, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(folder / FILE)


def check(folder: Path, identity: Mapping[str, Any]) -> None:
    """Raise ValueError naming what differs if the states in the folder are another training's.

    States of before this was kept say nothing: they are gone on from.
    """
    if not (folder / FILE).is_file():
        return
    begun = json.loads((folder / FILE).read_text(encoding="utf-8"))
    differing = [name for name in sorted(begun | identity) if begun.get(name) != identity.get(name)]
    if differing:
        told = "; ".join(f"{name} was {_shown(begun.get(name))}, not {_shown(identity.get(name))}" for name in differing)
        raise ValueError(f"{folder.parent} holds another training: {told}. Give another --out, or what it was begun with")


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
