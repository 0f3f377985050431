"""Records: one (image, prompt, response) with the spans that are wrong in it, and the words that people see."""

import json
import re
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from rewardmodel.taxonomy import Kind

Picture = Path | Image.Image
# what Pillow raises for damaged files, besides OSError
DAMAGE = (SyntaxError, ValueError, EOFError, IndexError, struct.error, Image.DecompressionBombError)
TURNS = {  # what undoes each EXIF orientation but 1
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
SIDEWAYS = range(5, 9)  # EXIF orientations whose width is the height of the stored pixels
ORIENTED = ("exif", "Raw profile type exif", "XML:com.adobe.xmp", "xmp")  # where a picture's `info` may say how it is held

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
    """A copy of the picture as a person should see it: in RGB, turned upright, on white where something shows through.

    It is read from its file where it is a path; raises OSError naming it where that cannot be done.
    """
    if isinstance(picture, Image.Image):
        return _upright(picture)
    with picture_file(picture) as image:
        return _upright(image)


def picture_size(picture: Picture) -> tuple[int, int]:
    """Width and height in pixels of what `opened` gives; of a file only the head is read. Raises OSError as `opened` does."""
    if isinstance(picture, Image.Image):
        return _upright_size(picture)
    with picture_file(picture) as image:
        return _upright_size(image)


@contextmanager
def picture_file(path: Path) -> Iterator[Image.Image]:
    """The picture of a file, its pixels read when asked for. Whatever is wrong with it is an OSError that names the file."""
    try:
        with Image.open(path) as image:
            yield image
    except (OSError, *DAMAGE) as error:
        if isinstance(error, OSError) and str(path) in str(error):
            raise
        raise OSError(f"{path} cannot be read: {error}") from error


def turned(picture: Image.Image) -> Image.Image:
    """The picture turned upright as its EXIF says, which is left out of what is turned; as it lies where that is broken."""
    orientation = _orientation(picture)
    if orientation not in TURNS:
        return picture
    upright = picture.transpose(TURNS[orientation])
    for name in ORIENTED:  # or it would be turned once more
        upright.info.pop(name, None)
    return upright


def _upright(picture: Image.Image) -> Image.Image:
    unseen = set(ORIENTED) - set(picture.info)
    picture.load()
    upright = _on_white(picture) if picture.has_transparency_data else picture.convert("RGB")
    for name in unseen:  # what a file says behind its pixels does not count, as `picture_size` does not read it
        upright.info.pop(name, None)
    return turned(upright)


def _on_white(picture: Image.Image) -> Image.Image:
    colours = picture.convert("RGBA")
    ground = Image.new("RGB", colours.size, "white")
    ground.paste(colours, mask=colours)
    ground.info = colours.info
    return ground


def _upright_size(picture: Image.Image) -> tuple[int, int]:
    width, height = picture.size
    return (height, width) if _orientation(picture) in SIDEWAYS else (width, height)


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation that is still to be undone; 1: none."""
    if picture.format == "TIFF":  # Pillow turns those by itself
        return 1
    try:
        return int(Image.Image.getexif(picture).get(ExifTags.Base.Orientation, 1))  # that of a PNG would decode the pixels
    except (OSError, *DAMAGE, TypeError, AttributeError):  # a picture can be looked at without what its camera wrote
        return 1


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
    if not isinstance(row.get("prompt"), str | None):
        raise ValueError(f"A record's 'prompt' is a string, got {row['prompt']!r}")
    if not isinstance(row.get("spans"), list | None):
        raise ValueError(f"A record's 'spans' are a list, got {row['spans']!r}")
    return Record(folder / row["image"], row.get("prompt") or "", row["response"], tuple(map(_span, row.get("spans") or ())))


def _span(row: Any) -> Span:
    if not isinstance(row, dict) or not isinstance(row.get("start"), int) or not isinstance(row.get("end"), int):
        raise ValueError(f'A span is {{"start": number, "end": number, "kind"?: name}}, got {row!r}')
    return Span(row["start"], row["end"], Kind(row["kind"]) if row.get("kind") else None)


def spans_to_json(spans: Sequence[Span]) -> list[dict[str, Any]]:
    """Spans in the JSON form that `record_from` reads; an unknown kind is left out."""
    return [{"start": span.start, "end": span.end} | ({"kind": span.kind.value} if span.kind else {}) for span in spans]
