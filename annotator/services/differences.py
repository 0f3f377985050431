"""Where people's judgements of one response differ, and what they agree on. No database here.

Two people say the same about a word if both call it wrong, of the same kind and with the same replacement for the same run,
or if neither calls it wrong. What one left untouched and another found right is no difference: nobody doubts it. What is missing
between words is no word, and so not settled by the reviewer: it is put in where more than half of the people put in the same.
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


def _marks(number_of_words: int, opinion: Opinion) -> list[tuple[object, ...] | None]:
    """What somebody says of each word: None for not wrong. A replacement stands for its whole run."""
    marks: list[tuple[object, ...] | None] = [None] * number_of_words
    for one in opinion.wrong:
        run = None if one.text is None else (one.first, one.end)
        marks[one.first : one.end] = [(one.kind, one.text, run)] * (one.end - one.first)
    return marks


def differences(number_of_words: int, opinions: Sequence[Opinion]) -> list[tuple[int, int]]:
    """What there is to settle: runs `[first, end)` of word numbers that cut nobody's wrong passage in two."""
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


def missing(opinions: Sequence[Opinion]) -> list[tuple[Judgement, list[int]]]:
    """Everything that was put in between words, in order, each with the numbers of the opinions that put in the same there."""
    said: dict[tuple[int, str | None], tuple[Judgement, list[int]]] = {}
    for number, opinion in enumerate(opinions):
        for one in opinion.missing:
            said.setdefault((one.first, one.text), (one, []))[1].append(number)
    return [said[place] for place in sorted(said, key=lambda place: (place[0], str(place[1])))]


def is_kept(people: Sequence[int], opinions: Sequence[Opinion]) -> bool:
    """Whether what so many put in is put in: more than half of all."""
    return 2 * len(people) > len(opinions)


def agreed(number_of_words: int, opinions: Sequence[Opinion]) -> list[Judgement]:
    """What holds without being settled: passages that all call wrong alike, words that somebody cleared and nobody doubts, and
    what most put in between words.
    """
    disputed, passages = differences(number_of_words, opinions), _passages(opinions)
    wrong = [one for opinion in opinions[:1] for one in opinion.wrong if not _touches(disputed, one.first, one.end)]
    cleared = {
        number: one.source
        for opinion in reversed(opinions)
        for one in opinion.judgements
        for number in range(one.first, one.end)
        if one.verdict == RIGHT and not _touches(passages, number, number + 1)
    }
    put_in = [one for one, people in missing(opinions) if is_kept(people, opinions)]
    return sorted([*wrong, *put_in, *_cleared_runs(cleared)], key=lambda judgement: (judgement.first, judgement.end))


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
    """One person's say on a difference [first, end), for all of its words: what they did not call wrong counts as right."""
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
