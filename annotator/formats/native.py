"""The project's own exchange format, both ways: JSON Lines rows to be judged, and one row for each judgement."""

import codecs
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

LINE_BYTES = 1_000_000
RESPONSE_CHARACTERS = 20_000
RESPONSES = 100
PROMPT_CHARACTERS = 4_000
ID_CHARACTERS = 200
IMAGE_CHARACTERS = 500
DIGITS = 4_300  # what Python converts; more would be a way to keep it busy

WIDE_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class RefusedError(ValueError):
    """Nothing of a line is taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What the fields of a file are called."""

    image: str = "image"
    prompt: str = "prompt"
    response: str = "response"
    external_id: str = "id"
    metadata: str = "metadata"


@dataclass(frozen=True, slots=True)
class Row:
    """One item to be. `image` is a path relative to the pictures."""

    line: int
    image: str
    prompt: str
    response: str
    external_id: str | None
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class RowError:
    """Why nothing of a line is taken. Lines count from 1."""

    line: int
    reason: str


class Words(NamedTuple):
    """The words of a response in an export, side by side: code point ranges, grounded values (None: not scored), states."""

    starts: Sequence[int]
    ends: Sequence[int]
    grounded: Sequence[float | None]
    states: Sequence[str]

    def rows(self) -> list[dict[str, Any]]:
        """One object a word, as the exchange formats have them."""
        return [
            {"start": start, "end": end, "grounded": value, "state": state}
            for start, end, value, state in zip(*self, strict=True)
        ]


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, each cut off after LINE_BYTES + 1 bytes, so that none can fill the memory."""
    while line := file.readline(LINE_BYTES + 1):
        yield line
        while line and not line.endswith(b"\n"):
            line = file.readline(LINE_BYTES)


def read_rows(lines: Iterable[bytes], fields: Fields = Fields()) -> Iterator[Row | RowError]:
    """Rows and errors in the order of the lines; blank lines are passed over.

    A response that is a list of texts makes one row each; their ids get `#1`, `#2`, … appended.
    Fields that have no meaning here are kept in the metadata.
    """
    for number, line in enumerate(lines, start=1):
        if number == 1:
            if line.startswith(WIDE_MARKS) or _looks_wide(line):
                yield RowError(1, "The file is UTF-16 or UTF-32, not UTF-8: save it as UTF-8; nothing of it was read")
                return
            line = line.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901 -- only the first line can carry the mark
        if not line.strip():
            continue
        try:
            rows = _rows(number, _parsed(line), fields)
        except RefusedError as error:
            yield RowError(number, str(error))
        else:
            yield from rows


def _looks_wide(line: bytes) -> bool:
    return 3 * line.count(b"\0") >= len(line) > 1


def _parsed(line: bytes) -> dict[str, Any]:
    if len(line) > LINE_BYTES:
        raise RefusedError(f"The line is longer than {LINE_BYTES:,} bytes")
    if b"\0" in line:
        raise RefusedError("The line holds a NUL character")
    try:
        text = line.rstrip(b"\r\n").decode()
    except UnicodeDecodeError as error:
        raise RefusedError(f"The line is not UTF-8: byte 0x{line[error.start]:02X} at position {error.start + 1}") from error
    try:
        row = json.loads(text, parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise RefusedError(f"The line is not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise RefusedError("The line is nested too deeply") from error
    if not isinstance(row, dict):
        raise RefusedError(f"The line is not a JSON object but a {type(row).__name__}; one object a line is wanted")
    if "\\u" in text:  # only an escape can smuggle in what is no text
        _refuse_unstorable(row)
    return row


def _no_number(constant: str) -> float:
    raise RefusedError(f"{constant} is no JSON number")


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise RefusedError(f"The number {digits[:30]} is too large")
    return number


def _whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise RefusedError(f"The line holds a number of more than {DIGITS:,} digits")
    return int(digits)


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise RefusedError("The line holds a NUL character")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise RefusedError("The line holds half of a surrogate pair, which is no character")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(inner)
    elif isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner)


def _rows(line: int, row: dict[str, Any], fields: Fields) -> list[Row]:
    image = _text(row, fields.image, IMAGE_CHARACTERS)
    if not image:
        raise RefusedError(f"The field {fields.image!r} (the picture's path) is missing or empty")
    prompt = _text(row, fields.prompt, PROMPT_CHARACTERS)
    external_id = _external_id(row, fields)
    metadata = _metadata(row, fields)
    responses = row.get(fields.response)
    if isinstance(responses, list):
        if not responses:
            raise RefusedError(f"The field {fields.response!r} is an empty list")
        if len(responses) > RESPONSES:
            raise RefusedError(f"The field {fields.response!r} lists {len(responses):,} texts; at most {RESPONSES} are taken")
        return [
            Row(line, image, prompt, _response(text, f"{fields.response}[{n}]"), external_id and f"{external_id}#{n}", metadata)
            for n, text in enumerate(responses, start=1)
        ]
    return [Row(line, image, prompt, _response(responses, fields.response), external_id, metadata)]


def _text(row: Mapping[str, Any], name: str, most: int) -> str:
    text = row.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise RefusedError(f"The field {name!r} must be text, not {type(text).__name__}")
    if len(text) > most:
        raise RefusedError(f"The field {name!r} has {len(text):,} characters; at most {most:,} are taken")
    return text


def _response(text: Any, name: str) -> str:
    if text is None:
        raise RefusedError(f"The field {name!r} is missing")
    if not isinstance(text, str):
        raise RefusedError(f"The field {name!r} must be text or a list of texts, not {type(text).__name__}")
    if len(text) > RESPONSE_CHARACTERS:
        raise RefusedError(f"The field {name!r} has {len(text):,} characters; at most {RESPONSE_CHARACTERS:,} are taken")
    if not text.strip():
        raise RefusedError(f"The field {name!r} is empty")
    return text


def _external_id(row: Mapping[str, Any], fields: Fields) -> str | None:
    value = row.get(fields.external_id)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RefusedError(f"The field {fields.external_id!r} must be text or a whole number, not {type(value).__name__}")
    if len(text := str(value)) > ID_CHARACTERS - 10:  # room for the number of a response in a list
        raise RefusedError(
            f"The field {fields.external_id!r} has {len(text):,} characters; at most {ID_CHARACTERS - 10} are taken"
        )
    return text


def _metadata(row: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    metadata = row.get(fields.metadata)
    if metadata is not None and not isinstance(metadata, dict):
        raise RefusedError(f"The field {fields.metadata!r} must be an object, not {type(metadata).__name__}")
    known = {fields.image, fields.prompt, fields.response, fields.external_id, fields.metadata}
    return {name: value for name, value in row.items() if name not in known} | (metadata or {})
