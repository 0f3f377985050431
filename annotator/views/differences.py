"""What the page of a review shows: the response with its differences, and below each word what everybody says of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any
from unicodedata import bidirectional

from django.utils.translation import gettext_noop

from annotator.models import Item, Review
from annotator.services.differences import RIGHT, Opinion, agreed, differences, put_in_by_all, taken
from annotator.services.folding import Judgement, Runs, judgements_from_json, spans_of
from annotator.services.reviews import counted_annotations, opinion_of
from annotator.templatetags.captions import pieces
from annotator.views.boxes import Box, boxes_of

CONTEXT = 2  # words on each side of a difference
DECIDED = ("first", "end", "verdict", "kind", "text")
READ, UNTOUCHED = "read", "untouched"
LOOKS = (gettext_noop("right"), gettext_noop("read"))  # beside a tick


@dataclass(frozen=True, slots=True)
class Cell:
    """What somebody says of `span` words: `look` is wrong, right, read (with the rest) or untouched.

    Or of a place between two words: then wrong means that something is missing there.
    """

    span: int
    look: str
    kind: str | None = None
    text: str | None = None
    is_place: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One person's line below the words of a difference. `name` is empty while people are hidden."""

    letter: str
    name: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Shown:
    """A difference with its neighbouring words, and everybody's line. `settled`: what was decided before, if it fits.

    A place between two words has no words of its own.
    """

    first: int
    end: int
    before: list[str]
    words: list[str]
    after: list[str]
    rows: list[Row]
    settled: list[Cell]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A review as it is shown. `passages`: text, and the number of the difference it belongs to (0: none)."""

    people: list[tuple[str, str]]  # letter and name
    shown: list[Shown]
    passages: list[tuple[str, int]]
    agreed: list[dict[str, Any]]  # spans that all call wrong alike
    missing: list[dict[str, Any]]  # what all put in between words, and before which word
    comments: list[tuple[str, str]]  # letter, and what they wrote to whoever settles it
    boxes: list[Box]
    direction: str  # in which the response is read: ltr or rtl
    script: dict[str, Any]  # for static/js/review.js


def comparison_of(review: Review) -> Comparison:
    """Everything about an item that its review compares. Names are there only once it is settled."""
    item, annotations = review.item, counted_annotations(review.item)
    opinions = [opinion_of(annotation) for annotation in annotations]
    runs = differences(len(item.words), opinions)
    earlier = [_settled_before(review, first, end) for first, end in runs]
    people = [
        (letter, str(one.annotator) if review.holds else "") for letter, one in zip(ascii_uppercase, annotations, strict=False)
    ]
    return Comparison(
        people=people,
        shown=[_shown(item, run, people, opinions, before) for run, before in zip(runs, earlier, strict=True)],
        passages=list(_passages(item, runs)),
        agreed=spans_of(item.response, item.words, agreed(len(item.words), opinions)),
        missing=list(_missing(item, opinions)),
        comments=[(letter, one.comment) for (letter, _name), one in zip(people, annotations, strict=True) if one.comment],
        boxes=[
            box
            for (letter, _name), opinion in zip(people, opinions, strict=True)
            for box in boxes_of(item, letter, opinion.judgements)
        ],
        direction=direction_of(item.response),
        script={"differences": [_for_script(run, opinions, before) for run, before in zip(runs, earlier, strict=True)]},
    )


def direction_of(text: str) -> str:
    """As a browser decides for dir="auto": by the first character that has a direction."""
    directions = (bidirectional(character) for character in text)
    return "rtl" if next((one for one in directions if one in {"L", "R", "AL"}), "L") != "L" else "ltr"


def _settled_before(review: Review, first: int, end: int) -> list[Judgement]:
    """What was settled of [first, end), if it covers it exactly. Of a place it may be that nothing is missing there."""
    judgements = judgements_from_json(review.judgements)
    if first == end:
        put_in = [one for one in judgements if (one.first, one.end) == (first, end)]
        return put_in or ([Judgement(first, end, RIGHT)] if review.made_from == review.compared else [])
    inside = [one for one in judgements if one.overlaps(first, end)]
    covered = [number for one in inside for number in range(one.first, one.end)]
    return inside if covered == list(range(first, end)) else []


def _missing(item: Item, opinions: Sequence[Opinion]) -> Iterator[dict[str, Any]]:
    """What all put in between words."""
    for one in put_in_by_all(opinions):
        yield {"text": one.text, "before": item.quotes[one.first] if one.first < len(item.words) else "", "kind": one.kind}


def _shown(
    item: Item, run: tuple[int, int], people: Sequence[tuple[str, str]], opinions: Sequence[Opinion], before: Sequence[Judgement]
) -> Shown:
    (first, end), quotes = run, item.quotes
    rows = [Row(*person, _cells(opinion, first, end)) for person, opinion in zip(people, opinions, strict=True)]
    around = quotes[max(0, first - CONTEXT) : first], quotes[end : end + CONTEXT]
    return Shown(first, end, around[0], quotes[first:end], around[1], rows, [_cell(one) for one in before])


def _cells(opinion: Opinion, first: int, end: int) -> list[Cell]:
    """One person's line: their judgements, cut to the difference, and word by word what they said nothing about."""
    rest = READ if opinion.rest_checked else UNTOUCHED
    if first == end:
        return [_cell(one) for one in taken(opinion, first, end) if one.verdict != RIGHT] or [Cell(1, rest, is_place=True)]
    cells, at = [], first
    for one in (one for one in opinion.judgements if one.overlaps(first, end)):
        start, stop = max(first, one.first), min(end, one.end)
        cells += [Cell(1, rest)] * (start - at)
        cells.append(_cell(one, stop - start))
        at = stop
    return [*cells, *[Cell(1, rest)] * (end - at)]


def _cell(one: Judgement, span: int | None = None) -> Cell:
    return Cell(span or max(1, one.end - one.first), one.verdict, one.kind, one.text, one.is_insertion)


def _for_script(run: tuple[int, int], opinions: Sequence[Opinion], before: Sequence[Judgement]) -> dict[str, Any]:
    first, end = run
    takes = [_decision(taken(opinion, first, end)) for opinion in opinions]
    return {"first": first, "end": end, "takes": takes, "settled": _decision(before) or None}


def _decision(judgements: Sequence[Judgement]) -> list[dict[str, Any]]:
    """Judgements as the page sends them: where they come from is the server's knowledge."""
    return [{name: getattr(one, name) for name in DECIDED} for one in judgements]


def _passages(item: Item, runs: Runs) -> Iterator[tuple[str, int]]:
    """The response cut where differences begin and end, nothing left out. A place between words that differ comes after them."""
    cut = pieces(item)  # word n is piece 2 n + 1
    at = 0
    for number, (first, end) in enumerate(runs, start=1):
        start = min(2 * first + 1, 2 * len(item.words))  # behind the last word is before what follows it
        yield "".join(cut[at:start]), 0
        yield "".join(cut[start : 2 * end]), number
        at = max(at, start, 2 * end)
    yield "".join(cut[at:]), 0
