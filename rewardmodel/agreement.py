"""How far people who judge the same responses agree: Krippendorff's alpha, F1 of spans, all together and two by two.

Everything is made of counts that each item gives once and that are summed, so that a bootstrap over items only weighs them anew.

Alpha (Krippendorff, Content Analysis, chapter 11; nominal) is 1 minus observed over expected disagreement: 1 is perfect, 0 is
what chance gives, below 0 is worse than chance. Values that somebody did not give are missing, not a category.

Spans have no such unit: where nobody marks anything there are any number of spans that all agree not to mark, and with ever more
of those, chance-corrected agreement comes to the F1 of the marked ones (Hripcsak and Rothschild, 2005). So spans are measured by
the F1 of one person's against another's, which is the same in both directions: exact (same words), and overlapping (at least one
word shared). That common errors are marked alike by chance is told by alpha on words.

Dimension key: N items, P people of one item, W words of one item, V values, C counts of an item, M measures, R resamples.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from rewardmodel.intervals import RESAMPLES, Interval, interval, resampled

UNKNOWN = -1  # a value that was not given
RIGHT, WRONG = 0, 1


@dataclass(frozen=True, slots=True)
class Opinion:
    """One person's judgement of one item. `words`: RIGHT, WRONG or UNKNOWN for each word. `kinds`: a number from 0, or UNKNOWN.

    `spans` are the wrong passages `[first, end)` in word numbers, disjoint.
    """

    person: Hashable
    words: Sequence[int]
    kinds: Sequence[int]
    spans: Sequence[tuple[int, int]]

    @property
    def response(self) -> int:
        """WRONG if any word is, RIGHT if all are known to be right, else UNKNOWN."""
        if WRONG in self.words:
            return WRONG
        return UNKNOWN if UNKNOWN in self.words else RIGHT


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measure and where it lies with other items of the same sort; `value` is None where nothing could be measured."""

    value: float | None
    range: Interval | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """All measures of how far people agree, and how many items they come from."""

    items: int
    words: Estimate
    words_by_item: Estimate
    responses: Estimate
    kinds: Estimate
    exact: Estimate
    overlapping: Estimate


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people on the items that both judged; a measure is None where nothing could be measured."""

    people: tuple[Hashable, Hashable]
    items: int
    words: float | None
    exact: float | None
    overlapping: float | None

    @property
    def values(self) -> tuple[float | None, float | None, float | None]:
        """Alpha on words, exact and overlapping F1 of spans."""
        return self.words, self.exact, self.overlapping


def coincidences(values_PW: np.ndarray, categories: int) -> np.ndarray:
    """How often each value meets each other one in the same unit, (V, V). A unit with m values gives m, or none if m < 2."""
    counts_WV = np.stack([(values_PW == value).sum(axis=0) for value in range(categories)], axis=1).astype(float)
    counts_WV = counts_WV[counts_WV.sum(axis=1) > 1]
    weighed_WV = counts_WV / (counts_WV.sum(axis=1, keepdims=True) - 1)
    return np.asarray(weighed_WV.T @ counts_WV - np.diag(weighed_WV.sum(axis=0)))


def alpha(coincidences_VV: np.ndarray) -> float:
    """Krippendorff's alpha for nominal values: 1 where all agree, 0 as chance would have it; no number where nothing meets, or
    all values are the same.
    """
    met_V = coincidences_VV.sum(axis=1)
    total = met_V.sum()
    expected = total**2 - (met_V**2).sum()
    if total <= 1 or expected <= 0:
        return float("nan")
    observed = total - np.trace(coincidences_VV)
    return float(1 - (total - 1) * observed / expected)


def span_matches(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> tuple[int, int, int]:
    """Spans of both that have their like on the other side: exactly, by at least one word; and how many there are."""
    exact = 2 * len(set(one) & set(other))
    overlapping = _overlapped(one, other) + _overlapped(other, one)
    return exact, overlapping, len(one) + len(other)


def _overlapped(these: Sequence[tuple[int, int]], those: Sequence[tuple[int, int]]) -> int:
    return sum(any(start < end and first < stop for start, stop in those) for first, end in these)


def agreement(items: Iterable[Sequence[Opinion]], *, kinds: int, resamples: int = RESAMPLES) -> Agreement:
    """The measures over items, each with the opinions of at least two people, and 95 % intervals by drawing the items anew.

    `kinds` is how many there are. The same items in the same order give the same intervals.
    """
    counted = [_counts(opinions, kinds) for opinions in items]
    if not counted:
        return Agreement(0, *[Estimate(None)] * 6)
    counts_NC = np.array(counted)

    def measures(weights_N: np.ndarray) -> np.ndarray:
        return _measures(weights_N @ counts_NC, kinds)

    values_M = measures(np.ones(len(counted)))
    samples_RM = resampled(len(counted), measures, resamples=resamples)
    return Agreement(len(counted), *[_estimate(value, samples) for value, samples in zip(values_M, samples_RM.T, strict=True)])


def _estimate(value: float, samples_R: np.ndarray) -> Estimate:
    return Estimate(None) if np.isnan(value) else Estimate(float(value), interval(samples_R))


def _counts(opinions: Sequence[Opinion], kinds: int) -> np.ndarray:
    """What one item gives: coincidences of words, of words so that the item counts as one, of verdicts and of kinds; spans."""
    words = coincidences(np.array([one.words for one in opinions]), 2)
    by_item = words / max(1.0, words.sum()) * len(opinions)
    responses = coincidences(np.array([[one.response] for one in opinions]), 2)
    kinds_VV = coincidences(np.array([one.kinds for one in opinions]), kinds)
    spans = np.sum([span_matches(one.spans, other.spans) for one, other in combinations(opinions, 2)], axis=0)
    return np.concatenate([words.ravel(), by_item.ravel(), responses.ravel(), kinds_VV.ravel(), spans])


def _measures(counts_C: np.ndarray, kinds: int) -> np.ndarray:
    """The measures in the order of Agreement, (M,), of the summed counts of items."""
    words, by_item, responses = counts_C[:12].reshape(3, 2, 2)
    kinds_VV = counts_C[12 : 12 + kinds**2].reshape(kinds, kinds)
    exact, overlapping, spans = counts_C[12 + kinds**2 :]
    f1 = [exact / spans, overlapping / spans] if spans else [float("nan")] * 2
    return np.array([alpha(words), alpha(by_item), alpha(responses), alpha(kinds_VV), *f1])


def pairs(items: Iterable[Sequence[Opinion]]) -> list[Pair]:
    """Every two people with items in common, those with most of them first."""
    sums: dict[tuple[Hashable, Hashable], np.ndarray] = {}
    for opinions in items:
        for one, other in combinations(sorted(opinions, key=lambda opinion: str(opinion.person)), 2):
            met = coincidences(np.array([one.words, other.words]), 2)
            counts = np.concatenate([[1], met.ravel(), span_matches(one.spans, other.spans)])
            people = (one.person, other.person)
            sums[people] = sums.get(people, 0) + counts
    found = [_pair(people, counts) for people, counts in sums.items()]
    return sorted(found, key=lambda pair: (-pair.items, str(pair.people)))


def _pair(people: tuple[Hashable, Hashable], counts: np.ndarray) -> Pair:
    exact, overlapping, spans = counts[5:]
    words = alpha(counts[1:5].reshape(2, 2))
    f1 = (float(exact / spans), float(overlapping / spans)) if spans else (None, None)
    return Pair(people, int(counts[0]), None if np.isnan(words) else words, *f1)
