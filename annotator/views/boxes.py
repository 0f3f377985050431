"""Where people say that a picture shows what is wrong: boxes to be drawn over it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from annotator.models import Item
from annotator.services.folding import Judgement


@dataclass(frozen=True, slots=True)
class Box:
    """In pixels of the picture: of a word that is wrong, or of what is missing. The letter says who drew it."""

    letter: str
    quote: str
    left: int
    top: int
    width: int
    height: int


def boxes_of(item: Item, letter: str, judgements: Iterable[Judgement]) -> Iterator[Box]:
    """The boxes of one person."""
    sides = item.image.width, item.image.height
    for one in judgements:
        if one.box:
            left, top, right, bottom = (round(share * side) for share, side in zip(one.box, sides * 2, strict=True))
            quote = one.text or "" if one.is_insertion else item.response[item.words[one.first][0] : item.words[one.end - 1][1]]
            yield Box(letter, quote, left, top, right - left, bottom - top)
