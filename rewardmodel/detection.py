"""Detection: precision, recall and F1 of what is flagged, word by word and span by span."""

from collections.abc import Sequence
from itertools import groupby

from rewardmodel.align import BAD
from rewardmodel.metrics import DEFAULT_THRESHOLD, Judged

Found = dict[str, float | None]


def word_detection(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> Found:
    """Words below the threshold against bad words, pooled over all responses.

    `precision`, `recall` and `f1` in [0, 1]. Precision is None where nothing is flagged, recall where nothing is bad, F1 where
    both are missing.
    """
    flagged, bad, both = 0, 0, 0
    for one in judged:
        below, wrong = _below(one, threshold), _wrong(one)
        flagged, bad = flagged + sum(below), bad + sum(wrong)
        both += sum(low and is_bad for low, is_bad in zip(below, wrong, strict=True))
    return _found((both, flagged), (both, bad))


def span_detection(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> dict[str, Found]:
    """Maximal runs of words below the threshold against maximal runs of bad words, pooled over all responses.

    `exact`: both runs have the same words. `overlap`: they share a word; precision counts flagged runs, recall bad ones.
    Wrong passages that touch each other are one run, as no value of a word could tell them apart.
    """
    flagged, bad, exact, flagged_met, bad_met = 0, 0, 0, 0, 0
    for one in judged:
        below, wrong = _below(one, threshold), _wrong(one)
        flagged_runs, bad_runs = runs(below), runs(wrong)
        flagged, bad = flagged + len(flagged_runs), bad + len(bad_runs)
        exact += len(set(flagged_runs) & set(bad_runs))
        flagged_met += sum(any(wrong[start:end]) for start, end in flagged_runs)
        bad_met += sum(any(below[start:end]) for start, end in bad_runs)
    return {"exact": _found((exact, flagged), (exact, bad)), "overlap": _found((flagged_met, flagged), (bad_met, bad))}


def runs(marks: Sequence[bool]) -> list[tuple[int, int]]:
    """The maximal runs of true marks, as half-open ranges of their places."""
    result = []
    for is_marked, places in groupby(range(len(marks)), key=lambda place: marks[place]):
        if is_marked:
            own = list(places)
            result.append((own[0], own[-1] + 1))
    return result


def _below(one: Judged, threshold: float) -> list[bool]:
    return [value < threshold for value in one.word_values]


def _wrong(one: Judged) -> list[bool]:
    return [label == BAD for label in one.word_labels]


def _found(flagged: tuple[int, int], bad: tuple[int, int]) -> Found:
    """The three measures of (right, all) of what is flagged and (met, all) of what is bad."""
    precision = flagged[0] / flagged[1] if flagged[1] else None
    recall = bad[0] / bad[1] if bad[1] else None
    if precision is None and recall is None:
        return {"precision": None, "recall": None, "f1": None}
    f1 = 2 * precision * recall / (precision + recall) if precision and recall else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}
