"""Spaces around words that are put into a text or taken out of it: one on either side where the script has them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from rewardmodel.records import CLOSING, OPENING, UNSPACED

_UNSPACED = re.compile(f"[{UNSPACED}]")
_STOPS = re.compile(rf"[{re.escape(CLOSING)}]++(?!\w)")  # ".5" is a word


class Piece(NamedTuple):
    """A part of a text to be. `is_new`: it was missing, and is put in; `stops`: it goes right behind a word."""

    text: str
    is_new: bool = False
    stops: bool = False


def stops_at(text: str, place: int) -> bool:
    """Whether punctuation that belongs to no word stands at a place."""
    return _STOPS.match(text, place) is not None


def joined(pieces: Iterable[Piece]) -> str:
    """The pieces as one text, with a space on either side of those that are new where one is missing."""
    text: list[str] = []
    last = Piece("")
    for piece in pieces:
        if not piece.text:
            continue
        if last.text and (piece.is_new or last.is_new) and _wants_space(last.text[-1], piece):
            text.append(" ")
        text.append(piece.text)
        last = piece
    return "".join(text)


def _wants_space(before: str, piece: Piece) -> bool:
    """Whether a space is missing between the two. A straight quote opens what is put in and closes what was there."""
    after = piece.text[0]
    has_one = before.isspace() or after.isspace()
    is_unspaced = _UNSPACED.match(before) or _UNSPACED.match(after)
    stops = piece.stops and not (piece.is_new and after in OPENING)
    opens = piece.is_new and before in OPENING
    return not (has_one or is_unspaced or stops or opens)


def with_one_space(text: str, start: int, end: int, *, least: int) -> tuple[int, int]:
    """The range with one of the spaces around it: the one before, unless it starts before `least`, else the one behind."""
    if start > least and _is_space(text[start - 1]):
        return start - 1, end
    if end < len(text) and _is_space(text[end]):
        return start, end + 1
    return start, end


def _is_space(character: str) -> bool:
    return character.isspace() and character not in "\r\n"
