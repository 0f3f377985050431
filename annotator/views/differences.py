"""What the page of a review shows: the response with its differences, and below each word what everybody says of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any
from unicodedata import bidirectional

from django.utils.translation import gettext_noop

from annotator.models import Item, Review
from annotator.services.differences import Opinion, agreed, differences, is_kept, missing, taken
from annotator.services.folding import Judgement, Runs, judgements_from_json, judgements_to_json, spans_of
from annotator.services.reviews import counted_annotations, opinion_of
from annotator.templatetags.captions import pieces

CONTEXT = 2  # words on each side of a difference
READ, UNTOUCHED = "read", "untouched"
LOOKS = (gettext_noop("right"), gettext_noop("read"))  # beside a tick


@dataclass(frozen=True, slots=True)
class Cell:
    """What somebody says of `span` words: `look` is wrong, right, read (with the rest) or untouched."""

    span: int
    look: str
    kind: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One person's line below the words of a difference. `name` is empty while people are hidden."""

    letter: str
    name: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Shown:
    """A difference with its neighbouring words, and everybody's line. `settled`: what was decided before, if it fits."""

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
    missing: list[dict[str, Any]]  # what people put in between words, before which word, who did, and whether most of them did
    direction: str  # in which the response is read: ltr or rtl
    script: dict[str, Any]  # for static/js/review.js


def comparison_of(review: Review) -> Comparison:
    """Everything about an item that its review compares. Names are there only once it is settled."""
    item, annotations = review.item, counted_annotations(review.item)
    opinions = [opinion_of(annotation) for annotation in annotations]
    runs = differences(len(item.words), opinions)
    settled = judgements_from_json(review.judgements)
    earlier = [_within(settled, first, end) for first, end in runs]
    people = [
        (letter, str(one.annotator) if review.holds else "") for letter, one in zip(ascii_uppercase, annotations, strict=False)
    ]
    return Comparison(
        people=people,
        shown=[_shown(item, run, people, opinions, before) for run, before in zip(runs, earlier, strict=True)],
        passages=list(_passages(item, runs)),
        agreed=spans_of(item.response, item.words, agreed(len(item.words), opinions)),
        missing=list(_missing(item, opinions)),
        direction=direction_of(item.response),
        script={"differences": [_for_script(run, opinions, before) for run, before in zip(runs, earlier, strict=True)]},
    )


def direction_of(text: str) -> str:
    """As a browser decides for dir="auto": by the first character that has a direction."""
    directions = (bidirectional(character) for character in text)
    return "rtl" if next((one for one in directions if one in {"L", "R", "AL"}), "L") != "L" else "ltr"


def _within(judgements: Sequence[Judgement], first: int, end: int) -> list[Judgement]:
    """The judgements that are about [first, end) and cover it exactly; none where they don't."""
    inside = [one for one in judgements if one.overlaps(first, end)]
    covered = [number for one in inside for number in range(one.first, one.end)]
    return inside if covered == list(range(first, end)) else []


def _missing(item: Item, opinions: Sequence[Opinion]) -> Iterator[dict[str, Any]]:
    """What people put in between words, and who did."""
    for one, numbers in missing(opinions):
        before = item.quotes[one.first] if one.first < len(item.words) else ""
        letters = "".join(ascii_uppercase[number] for number in numbers)
        yield {"text": one.text, "before": before, "letters": letters, "is_kept": is_kept(numbers, opinions)}


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
    cells, at = [], first
    for one in (one for one in opinion.judgements if one.overlaps(first, end)):
        start, stop = max(first, one.first), min(end, one.end)
        cells += [Cell(1, rest)] * (start - at)
        cells.append(_cell(one, stop - start))
        at = stop
    return [*cells, *[Cell(1, rest)] * (end - at)]


def _cell(one: Judgement, span: int | None = None) -> Cell:
    return Cell(one.end - one.first if span is None else span, one.verdict, one.kind, one.text)


def _for_script(run: tuple[int, int], opinions: Sequence[Opinion], before: Sequence[Judgement]) -> dict[str, Any]:
    first, end = run
    takes = [judgements_to_json(taken(opinion, first, end)) for opinion in opinions]
    return {"first": first, "end": end, "takes": takes, "settled": judgements_to_json(before)}


def _passages(item: Item, runs: Runs) -> Iterator[tuple[str, int]]:
    """The response cut where differences begin and end, nothing left out."""
    cut = pieces(item)  # word n is piece 2 n + 1
    at = 0
    for number, (first, end) in enumerate(runs, start=1):
        yield "".join(cut[at : 2 * first + 1]), 0
        yield "".join(cut[2 * first + 1 : 2 * end]), number
        at = 2 * end
    yield "".join(cut[at:]), 0
