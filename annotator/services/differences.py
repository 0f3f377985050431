"""Where people's judgements of one response differ, and what they agree on. No database here.

Two people say the same about a word if both call it wrong, of the same kind and with the same replacement for the same run,
or if neither calls it wrong. What one left untouched and another found right is no difference: nobody doubts it. They say
the same about a place between words if all put in the same there, of the same kind, or nothing. It is an empty range `[at, at)`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from annotator.services.folding import Judgement, Runs

WRONG, RIGHT = "wrong", "right"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person said of the words of a response: judgements disjoint and in order."""

    judgements: tuple[Judgement, ...]
    rest_checked: bool = False

    @property
    def wrong(self) -> tuple[Judgement, ...]:
        """The passages they called wrong."""
        return tuple(judgement for judgement in self.judgements if judgement.verdict == WRONG and not judgement.is_insertion)

    @property
    def missing(self) -> tuple[Judgement, ...]:
        """What they put in between words."""
        return tuple(judgement for judgement in self.judgements if judgement.is_insertion)


def differing_words(number_of_words: int, opinions: Sequence[Opinion]) -> list[int]:
    """The numbers of the words that not all say the same about."""
    marks = zip(*(_marks(number_of_words, opinion) for opinion in opinions), strict=True)
    return [number for number, said in enumerate(marks) if any(mark != said[0] for mark in said)]


def differing_places(opinions: Sequence[Opinion]) -> list[int]:
    """The numbers of the words before which not all put in the same; behind the last word it is the number of words."""
    places = {one.first for opinion in opinions for one in opinion.missing}
    return sorted(at for at in places if len({_put_in(opinion, at) for opinion in opinions}) > 1)


def _put_in(opinion: Opinion, at: int) -> tuple[str | None, str | None] | None:
    """What somebody put in before a word, with its kind: None for nothing."""
    return next(((one.kind, one.text) for one in opinion.missing if one.first == at), None)


def _marks(number_of_words: int, opinion: Opinion) -> list[tuple[object, ...] | None]:
    """What somebody says of each word: None for not wrong. A replacement stands for its whole run."""
    marks: list[tuple[object, ...] | None] = [None] * number_of_words
    for one in opinion.wrong:
        run = None if one.text is None else (one.first, one.end)
        marks[one.first : one.end] = [(one.kind, one.text, run)] * (one.end - one.first)
    return marks


def differences(number_of_words: int, opinions: Sequence[Opinion]) -> list[tuple[int, int]]:
    """What there is to settle, in order: runs `[first, end)` of words that cut nobody's wrong passage in two, and places."""
    places = [(at, at) for at in differing_places(opinions)]
    return sorted([*places, *_differing_passages(number_of_words, opinions)])


def _differing_passages(number_of_words: int, opinions: Sequence[Opinion]) -> list[tuple[int, int]]:
    words = set(differing_words(number_of_words, opinions))
    return [(first, end) for first, end in _passages(opinions) if not words.isdisjoint(range(first, end))]


def _passages(opinions: Sequence[Opinion]) -> list[tuple[int, int]]:
    """The wrong passages of all people, those that share a word made one."""
    merged: list[tuple[int, int]] = []
    for first, end in sorted((one.first, one.end) for opinion in opinions for one in opinion.wrong):
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((first, end))
    return merged


def put_in_by_all(opinions: Sequence[Opinion]) -> list[Judgement]:
    """What all put in between the same words, in order."""
    disputed = differing_places(opinions)
    return [one for opinion in opinions[:1] for one in opinion.missing if one.first not in disputed]


def agreed(number_of_words: int, opinions: Sequence[Opinion]) -> list[Judgement]:
    """What holds without being settled: passages that all call wrong alike, words that somebody cleared and nobody doubts, and
    what all put in between words.
    """
    disputed, passages = _differing_passages(number_of_words, opinions), _passages(opinions)
    wrong = [one for opinion in opinions[:1] for one in opinion.wrong if not _touches(disputed, one.first, one.end)]
    cleared = {
        number: one.source
        for opinion in reversed(opinions)
        for one in opinion.judgements
        for number in range(one.first, one.end)
        if one.verdict == RIGHT and not _touches(passages, number, number + 1)
    }
    return sorted(
        [*wrong, *put_in_by_all(opinions), *_cleared_runs(cleared)], key=lambda judgement: (judgement.first, judgement.end)
    )


def _touches(runs: Runs, first: int, end: int) -> bool:
    return any(start < end and first < stop for start, stop in runs)


def _cleared_runs(sources: dict[int, str]) -> Iterator[Judgement]:
    """Neighbouring words of one source as one judgement each."""
    run: Judgement | None = None
    for number, source in sorted(sources.items()):
        if run and run.end == number and run.source == source:
            run = replace(run, end=number + 1)
            continue
        if run:
            yield run
        run = Judgement(number, number + 1, RIGHT, source=source)
    if run:
        yield run


def taken(opinion: Opinion, first: int, end: int) -> list[Judgement]:
    """One person's say on a difference [first, end), for all of its words: what they did not call wrong counts as right.

    Of a place, an empty range, that is what they put in, or that nothing is missing: right as well.
    """
    if first == end:
        return [one for one in opinion.missing if one.first == first] or [Judgement(first, end, RIGHT)]
    said, at = [], first
    for one in opinion.wrong:
        if one.overlaps(first, end):
            said += [*_right(at, one.first), one]
            at = one.end
    return [*said, *_right(at, end)]


def _right(first: int, end: int) -> list[Judgement]:
    return [Judgement(first, end, RIGHT)] if first < end else []


def source_of(opinions: Sequence[Opinion], first: int, end: int) -> str:
    """Whether one of those who judged the words had been shown a flag there: "flag", else "hand"."""
    said = (one for opinion in opinions for one in opinion.judgements if one.overlaps(first, end))
    return "flag" if any(one.source == "flag" for one in said) else "hand"


def with_evidence(opinions: Sequence[Opinion], judgement: Judgement) -> Judgement:
    """What was settled as wrong, with where in the picture somebody saw it who called the same words wrong, or some of them."""
    if judgement.verdict == RIGHT or judgement.box or judgement.absent:
        return judgement
    said = (one for opinion in opinions for one in (opinion.missing if judgement.is_insertion else opinion.wrong))
    inside = (one for one in said if judgement.first <= one.first and one.end <= judgement.end)
    seen = next((one for one in inside if one.box or one.absent), None)
    return replace(judgement, box=seen.box, absent=seen.absent) if seen else judgement
