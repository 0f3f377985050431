"""Presets: files of settings for a training, read with `--preset`. Every key is a flag of `train`, written with underscores.

One key is no flag: `architecture`, the file beside it with the published configuration of its `backbone`, from which
`--dry-run` builds the model where nothing can be downloaded.
"""

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

from rewardmodel.config import Attention, Lora, Optimisation, SmallBackbone, Teaching

FOLDER = Path(__file__).parent
TEXTS = ("backbone", "attention", "data", "architecture")


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
    for key, value in settings.items():
        is_right = type(value) is kinds[key] or (kinds[key] is float and type(value) is int)
        if not is_right:
            raise ValueError(f"{file}: {key} must be {kinds[key].__name__}, got {value!r}")
    if "attention" in settings:
        settings["attention"] = Attention(settings["attention"])
    if "architecture" in settings:
        settings["architecture"] = file.parent / settings["architecture"]
    return settings


def _kinds() -> dict[str, type]:
    """The kind of value of every key."""
    fields = [field for config in (Optimisation, Lora, Teaching, SmallBackbone) for field in dataclasses.fields(config)]
    return {field.name: type(field.default) for field in fields} | dict.fromkeys(TEXTS, str)
