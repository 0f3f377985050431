"""Presets: files of settings for a training, read with `--preset`. Every key is a flag of `train`, written with underscores.

One key is no flag: `architecture`, the file beside it with the published configuration of its `backbone`, from which
`--dry-run` builds the model where nothing can be downloaded.
"""

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any

from rewardmodel.config import Attention, Lora, Optimisation, SmallBackbone, Teaching, settings_of

FOLDER = Path(__file__).parent
TEXTS = ("backbone", "data", "architecture")


def preset_names() -> list[str]:
    """The presets that come with the project."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def read_preset(name: str) -> dict[str, Any]:
    """The settings of a preset by its name or file, `architecture` as a path.

    Raises ValueError for a preset that isn't there, is no TOML, or has a key or a kind of value that no setting has.
    """
    file = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    if not file.is_file():
        raise ValueError(f"There is no preset {name!r}: give a file, or one of {', '.join(preset_names())}")
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file}: {error}") from error
    kinds = _kinds()
    unknown = sorted(set(settings) - set(kinds))
    if unknown:
        raise ValueError(f"{file}: there is no setting {', '.join(unknown)}")
    settings = {key: _value(file, key, kinds[key], value) for key, value in settings.items()}
    if "architecture" in settings:
        settings["architecture"] = file.parent / settings["architecture"]
    return settings


def _value(file: Path, key: str, kind: type[Any], value: Any) -> Any:
    """A value as its setting has it."""
    if issubclass(kind, StrEnum) and value in [*kind]:
        return kind(value)
    if type(value) is kind or (kind is float and type(value) is int):
        return value
    wanted = f"one of {', '.join(kind)}" if issubclass(kind, StrEnum) else kind.__name__
    raise ValueError(f"{file}: {key} must be {wanted}, got {value!r}")


def _kinds() -> dict[str, type[Any]]:
    """The kind of value of every key."""
    settings = [one for config in (Optimisation, Lora, Teaching, SmallBackbone) for one in settings_of(config)]
    return {one.name: one.kind for one in settings} | dict.fromkeys(TEXTS, str) | {"attention": Attention}
