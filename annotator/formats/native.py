"""The project's own exchange format, both ways: JSON Lines rows to be judged, and one row for each judgement."""

import codecs
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

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
                yield RowError(1, _("The file is UTF-16 or UTF-32, not UTF-8: save it as UTF-8; nothing of it was read"))
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
        raise RefusedError(_("The line is longer than %(most)s bytes") % {"most": intcomma(LINE_BYTES)})
    if b"\0" in line:
        raise RefusedError(_("The line holds a NUL character"))
    try:
        text = line.rstrip(b"\r\n").decode()
    except UnicodeDecodeError as error:
        where = {"byte": f"0x{line[error.start]:02X}", "position": error.start + 1}
        raise RefusedError(_("The line is not UTF-8: byte %(byte)s at position %(position)s") % where) from error
    try:
        row = json.loads(text, parse_constant=_no_number, parse_float=_finite, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise RefusedError(
            _("The line is not JSON: %(reason)s at character %(position)s") % {"reason": error.msg, "position": error.pos + 1}
        ) from error
    except RecursionError as error:
        raise RefusedError(_("The line is nested too deeply")) from error
    if not isinstance(row, dict):
        raise RefusedError(
            _("The line is not a JSON object but a %(type)s; one object a line is wanted") % {"type": type(row).__name__}
        )
    if "\\u" in text:  # only an escape can smuggle in what is no text
        _refuse_unstorable(row)
    return row


def _no_number(constant: str) -> float:
    raise RefusedError(_("%(constant)s is no JSON number") % {"constant": constant})


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise RefusedError(_("The number %(digits)s is too large") % {"digits": digits[:30]})
    return number


def _whole(digits: str) -> int:
    if len(digits) > DIGITS:
        raise RefusedError(_("The line holds a number of more than %(most)s digits") % {"most": intcomma(DIGITS)})
    return int(digits)


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise RefusedError(_("The line holds a NUL character"))
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise RefusedError(_("The line holds half of a surrogate pair, which is no character"))
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
        raise RefusedError(_("The field %(name)s (the picture's path) is missing or empty") % {"name": repr(fields.image)})
    prompt = _text(row, fields.prompt, PROMPT_CHARACTERS)
    external_id = _external_id(row, fields)
    metadata = _metadata(row, fields)
    responses = row.get(fields.response)
    if isinstance(responses, list):
        if not responses:
            raise RefusedError(_("The field %(name)s is an empty list") % {"name": repr(fields.response)})
        if len(responses) > RESPONSES:
            raise RefusedError(
                _("The field %(name)s lists %(count)s texts; at most %(most)s are taken")
                % {"name": repr(fields.response), "count": intcomma(len(responses)), "most": RESPONSES}
            )
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
        raise RefusedError(_("The field %(name)s must be text, not %(type)s") % {"name": repr(name), "type": type(text).__name__})
    if len(text) > most:
        raise RefusedError(_too_long(name, text, most))
    return text


def _too_long(name: str, text: str, most: int) -> str:
    counts = {"count": intcomma(len(text)), "most": intcomma(most)}
    return _("The field %(name)s has %(count)s characters; at most %(most)s are taken") % {"name": repr(name), **counts}


def _response(text: Any, name: str) -> str:
    if text is None:
        raise RefusedError(_("The field %(name)s is missing") % {"name": repr(name)})
    if not isinstance(text, str):
        raise RefusedError(
            _("The field %(name)s must be text or a list of texts, not %(type)s")
            % {"name": repr(name), "type": type(text).__name__}
        )
    if len(text) > RESPONSE_CHARACTERS:
        raise RefusedError(_too_long(name, text, RESPONSE_CHARACTERS))
    if not text.strip():
        raise RefusedError(_("The field %(name)s is empty") % {"name": repr(name)})
    return text


def _external_id(row: Mapping[str, Any], fields: Fields) -> str | None:
    value = row.get(fields.external_id)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise RefusedError(
            _("The field %(name)s must be text or a whole number, not %(type)s")
            % {"name": repr(fields.external_id), "type": type(value).__name__}
        )
    if len(text := str(value)) > ID_CHARACTERS - 10:  # room for the number of a response in a list
        raise RefusedError(_too_long(fields.external_id, text, ID_CHARACTERS - 10))
    return text


def _metadata(row: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    metadata = row.get(fields.metadata)
    if metadata is not None and not isinstance(metadata, dict):
        raise RefusedError(
            _("The field %(name)s must be an object, not %(type)s")
            % {"name": repr(fields.metadata), "type": type(metadata).__name__}
        )
    known = {fields.image, fields.prompt, fields.response, fields.external_id, fields.metadata}
    return {name: value for name, value in row.items() if name not in known} | (metadata or {})
