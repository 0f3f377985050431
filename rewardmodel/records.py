"""Records: one (image, prompt, response) with the spans that are wrong in it, and the words that people see."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from rewardmodel.taxonomy import Kind

Picture = Path | Image.Image

# One unspaced CJK, kana or Hangul character is a word of its own: those scripts do not separate words by spaces.
UNSPACED = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
WORD = re.compile(rf"[{UNSPACED}]|[^\s{UNSPACED}]+")
# a run of stops, Western or CJK, at the end of a word, with the quotes and brackets that close behind it
SENTENCE_END = re.compile(
    "[.!?\u3002\uff01\uff1f]+[\"'\u201d\u2019)\\]}\u00bb\u203a\u3009\u300b\u300d\u300f\u3011\uff09]*(?=\\s|$)"
)
OPENING = "\"'([{<\u00ab\u2018\u201c\u2039\u3008\u300a\u300c\u300e\u3010\u00bf\u00a1"
CLOSING = (
    ".,;:!?\"')]}>\u00bb\u2019\u201d\u203a\u2026"
    "\u3001\u3002\u3009\u300b\u300d\u300f\u3011\uff01\uff0c\uff1a\uff1b\uff1f\u061f\u060c"
)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A wrong passage `[start, end)` of a response, half-open, in Unicode code points."""

    start: int
    end: int
    kind: Kind | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"Span must satisfy 0 <= start < end, got [{self.start}, {self.end})")

    def touches(self, start: int, end: int) -> bool:
        """Whether `[start, end)` shares at least one code point with this span."""
        return start < self.end and self.start < end


@dataclass(frozen=True, slots=True)
class Record:
    """One response to be judged. Without spans it is clean: every word is supported by the image."""

    image: Picture
    prompt: str
    response: str
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if not self.response.strip():
            raise ValueError("A response must have at least one word")
        for span in self.spans:
            if span.end > len(self.response):
                raise ValueError(f"Span [{span.start}, {span.end}) ends after the response's {len(self.response)} characters")


def opened(picture: Picture) -> Image.Image:
    """The picture in RGB, read from its file where it is a path. Raises OSError where it cannot be read."""
    if isinstance(picture, Image.Image):
        return picture.convert("RGB")
    with Image.open(picture) as image:
        return image.convert("RGB")


def words(response: str) -> list[tuple[int, int]]:
    """The words of a response as half-open code point ranges.

    White space separates; quotes, brackets and stops around a word belong to no word, unless nothing else is left.
    """
    return [_trimmed(response, *match.span()) for match in WORD.finditer(response)]


def sentence_ends(response: str) -> list[int]:
    """Where the sentences of a response end, behind their stops and what closes behind those.

    What follows the last of them is one more sentence.
    """
    return [match.end() for match in SENTENCE_END.finditer(response)]


def _trimmed(response: str, start: int, end: int) -> tuple[int, int]:
    first, last = start, end
    while first < last and response[first] in OPENING:
        first += 1
    while last > first and response[last - 1] in CLOSING:
        last -= 1
    return (first, last) if first < last else (start, end)


def read_records(path: Path) -> Iterator[Record]:
    """Records of a JSON Lines file, in order. Image paths are relative to the file.

    Raises ValueError naming the line for anything that is not a record.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield record_from(json.loads(line), folder=path.parent)
                except ValueError as error:
                    raise ValueError(f"{path}, line {number}: {error}") from error


def record_from(row: Any, *, folder: Path) -> Record:
    """A record of its JSON form `{"image", "prompt"?, "response", "spans"?: [{"start", "end", "kind"?}]}`.

    Raises ValueError naming what is missing or wrong.
    """
    if not isinstance(row, dict):
        raise ValueError(f"A record is a JSON object, got {type(row).__name__}")
    for name in ("image", "response"):
        if not isinstance(row.get(name), str):
            raise ValueError(f"A record needs {name!r} as a string, got {row.get(name)!r}")
    return Record(folder / row["image"], row.get("prompt") or "", row["response"], tuple(map(_span, row.get("spans") or ())))


def _span(row: Any) -> Span:
    if not isinstance(row, dict) or not isinstance(row.get("start"), int) or not isinstance(row.get("end"), int):
        raise ValueError(f'A span is {{"start": number, "end": number, "kind"?: name}}, got {row!r}')
    return Span(row["start"], row["end"], Kind(row["kind"]) if row.get("kind") else None)


def spans_to_json(spans: Sequence[Span]) -> list[dict[str, Any]]:
    """Spans in the JSON form that `record_from` reads; an unknown kind is left out."""
    return [{"start": span.start, "end": span.end} | ({"kind": span.kind.value} if span.kind else {}) for span in spans]
