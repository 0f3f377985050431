"""The examples beside the desk, one of each kind of error, as `manage.py draw_examples` has drawn them."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

FOLDER: Path = settings.BASE_DIR / "static" / "img" / "kinds"


@dataclass(frozen=True, slots=True)
class Example:
    """A caption that is wrong in `spans`, half-open in code points, the right one, and the name of its picture."""

    kind: str
    wrong: str
    spans: list[list[int]]
    right: str

    @property
    def picture(self) -> str:
        """Relative to the static files."""
        return f"img/kinds/{self.kind}.png"


@cache
def examples() -> tuple[Example, ...]:
    """In the order of the number keys."""
    return tuple(Example(**row) for row in json.loads((FOLDER / "examples.json").read_text(encoding="utf-8")))
