"""The paper's five metrics (section 3, equations 2-5), computed from scores; one implementation for every caller.

Dimension key: N responses, G groups of responses (the clean ones, then each kind), T tokens of all responses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardmodel.align import BAD, GOOD
from rewardmodel.taxonomy import KINDS, Kind

DEFAULT_THRESHOLD = 0.5  # the paper's theta
END = 1e-3  # what is added at both ends of [0, 1] before the logit


@dataclass(frozen=True, slots=True)
class Judged:
    """One response after scoring: grounded value in [0, 1], label GOOD or BAD and sentence number of each labelled token.

    The same values and labels word by word serve the measures of `detection`; they may be left out together.
    """

    values: Sequence[float]
    labels: Sequence[int]
    sentences: Sequence[int]
    kinds: frozenset[Kind] = frozenset()
    word_values: Sequence[float] = ()
    word_labels: Sequence[int] = ()

    def __post_init__(self) -> None:
        if not len(self.values) == len(self.labels) == len(self.sentences) > 0:
            raise ValueError("A judged response needs one value, label and sentence a token, and at least one token")
        if len(self.word_values) != len(self.word_labels):
            raise ValueError("A judged response needs one value and label a word")

    @property
    def is_clean(self) -> bool:
        """Whether every token is truly grounded."""
        return BAD not in self.labels


def token_accuracy(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> float:
    """A_T, in [0, 1]: share of tokens decided rightly, per response, averaged over responses (equation 2)."""
    return float(np.mean([np.mean(decisions(one, threshold) == np.asarray(one.labels)) for one in judged]))


def sentence_accuracy(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> float:
    """A_S, in [0, 1]: share of sentences whose veto (product of decisions) is right, per response, averaged (equation 3)."""
    shares = []
    for one in judged:
        decided, labels, sentences = decisions(one, threshold), np.asarray(one.labels), np.asarray(one.sentences)
        shares.append(np.mean([decided[sentences == s].min() == labels[sentences == s].min() for s in np.unique(sentences)]))
    return float(np.mean(shares))


def response_accuracy(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> float:
    """A_R, in [0, 1]: share of responses whose veto over all tokens is right (equation 4)."""
    return float(np.mean(verdicts(judged, threshold)))


def map_neg(judged: Sequence[Judged]) -> float:
    """Average precision with bad tokens as the positives, pooled over all tokens (equation 5, labels and values flipped).

    In [0, 1]; not a number without a bad token.
    """
    return ranking(judged, BAD).average_precision(np.ones(len(judged)))


def map_pos(judged: Sequence[Judged]) -> float:
    """Average precision with good tokens as the positives, pooled over all tokens (equation 5)."""
    return ranking(judged, GOOD).average_precision(np.ones(len(judged)))


class Ranking:
    """Tokens in the order of their scores, ready for the average precision under any weights of their responses."""

    def __init__(self, positives_T: np.ndarray, scores_T: np.ndarray, owners_T: np.ndarray) -> None:
        """Whether each token is a positive, its score (any real number, higher is surer) and the number of its response."""
        # precision is read only at the scores of positives: tokens between two of them count together
        cuts = np.unique(scores_T[positives_T])
        self.size = len(cuts) + 1
        levels_T = np.searchsorted(cuts, scores_T, side="right")
        self._seen = self._tallied(levels_T, owners_T)
        self._found = self._tallied(levels_T[positives_T], owners_T[positives_T])

    def average_precision(self, weights_N: np.ndarray) -> float:
        """Sum over ranks of precision times the step in recall, equal scores at one rank; not a number without a positive."""
        gains, seen = self._falling(self._found, weights_N), np.cumsum(self._falling(self._seen, weights_N))
        found = np.cumsum(gains)
        if not len(found) or not found[-1]:
            return float("nan")
        kept = gains > 0
        return float(np.sum(gains[kept] * found[kept] / seen[kept]) / found[-1])

    def _tallied(self, levels: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Levels, owners and how many tokens have both."""
        pairs, tally = np.unique(owners.astype(np.int64) * self.size + levels, return_counts=True)
        return pairs % self.size, pairs // self.size, tally

    def _falling(self, tallied: tuple[np.ndarray, np.ndarray, np.ndarray], weights_N: np.ndarray) -> np.ndarray:
        """Weight of the tokens on each level, the highest first; those below all positives, on level 0, never matter."""
        levels, owners, tally = tallied
        return np.bincount(levels, weights_N[owners] * tally, minlength=self.size)[:0:-1]


def ranking(judged: Sequence[Judged], positive: int) -> Ranking:
    """All tokens ranked as finds of the label `positive`: GOOD by their values, BAD by what is missing to 1."""
    values_T, labels_T = pooled(judged)
    owners_T = np.repeat(np.arange(len(judged)), [len(one.values) for one in judged])
    return Ranking(labels_T == positive, values_T if positive == GOOD else 1.0 - values_T, owners_T)


def by_kind(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> dict[str, dict[str, float]]:
    """For each kind that occurs: how often its responses are caught, and the balanced response accuracy against clean ones.

    `response_accuracy` is the mean of the share of the kind's responses that are vetoed and the share of clean responses
    that are not, so that chance is 0.5 as in the paper's Table 11. `map_neg` is over the kind's own responses.
    """
    shares = group_shares(verdicts(judged, threshold), groups(judged), np.ones(len(judged)))
    balanced = balanced_accuracies(shares)
    rows: dict[str, dict[str, float]] = {}
    for number, kind in enumerate(KINDS):
        own = [one for one in judged if kind in one.kinds]
        if own:
            rows[kind.value] = {
                "n": len(own), "caught": float(shares[number + 1]), "response_accuracy": float(balanced[number]),
                "map_neg": map_neg(own),
            }  # fmt: skip
    return rows


def verdicts(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> np.ndarray:
    """Whether the veto over all tokens of each response is right, (N,)."""
    return np.array([(min(one.values) >= threshold) == one.is_clean for one in judged])


def groups(judged: Sequence[Judged]) -> np.ndarray:
    """Which responses are clean, and which have each kind in the order of `KINDS`, (G, N); one may have several kinds."""
    return np.array([[one.is_clean for one in judged], *([kind in one.kinds for one in judged] for kind in KINDS)])


def group_shares(verdicts_N: np.ndarray, groups_GN: np.ndarray, weights_N: np.ndarray) -> np.ndarray:
    """Weighted share of right verdicts in each group, (G,); not a number where a group weighs nothing."""
    with np.errstate(invalid="ignore"):
        return np.asarray((groups_GN & verdicts_N) @ weights_N / (groups_GN @ weights_N))


def balanced_accuracies(shares_G: np.ndarray) -> np.ndarray:
    """For each kind the mean of its share and the share of the clean responses (Table 11), (G - 1,)."""
    return np.asarray((shares_G[1:] + shares_G[0]) / 2)


def best_threshold(judged: Sequence[Judged], otherwise: float = DEFAULT_THRESHOLD, *, least: int = 1) -> float:
    """The threshold with the highest response accuracy, in [0, 1]; `best_cut` says which of equally good ones.

    A response is vetoed when its lowest value is below the threshold. With fewer than `least` clean or `least` bad responses
    there is too little to choose by: `otherwise`. Distances between values are those of `stretched`.
    """
    clean_N = np.array([one.is_clean for one in judged], dtype=bool)
    if min(clean_N.sum(), (~clean_N).sum()) < max(least, 1):
        return otherwise
    lowest_N = stretched(np.array([min(one.values) for one in judged]))
    return float(unstretched(best_cut(lowest_N, clean_N, (float(stretched(0.0)), float(stretched(1.0))))))


def stretched(values: Any) -> Any:
    """Probabilities on a scale on which differences near 0 and 1 count: the logit, but for a thousandth at either end.

    That keeps 0 and 1 finite, at -6.9 and 6.9, and lets what a saturated sigmoid rounds away count for little.
    """
    return np.log((values + END) / (1.0 - values + END))


def unstretched(stretch: Any) -> Any:
    """The probability that `stretched` puts there."""
    odds = np.exp(stretch)
    return np.clip((odds * (1.0 + END) - END) / (1.0 + odds), 0.0, 1.0)


def best_cut(scores_N: np.ndarray, clean_N: np.ndarray, bounds: tuple[float, float]) -> float:
    """Where to cut scores so that as many clean responses as possible are at or above it and as many others below.

    `scores_N` is one number a response, on a scale on which equal distances mean the same, `clean_N` boolean, both (N,), in any
    order. Of equally good cuts the one in the middle of the widest gap between neighbouring scores is taken: there all scores may
    shift most before a verdict changes. Of equally wide gaps it is the highest, as a flag too many is seen and an error missed is
    not. A cut beyond all scores, halfway to a bound, tells nothing apart, and is taken only where it is better than any between.
    """
    edges = np.unique(np.concatenate([[bounds[0]], scores_N, [bounds[1]]]))
    cuts, widths = (edges[:-1] + edges[1:]) / 2, np.round(np.diff(edges), 9)
    rights = np.array([np.sum((scores_N >= cut) == clean_N) for cut in cuts])
    is_between = (cuts > scores_N.min()) & (cuts < scores_N.max())
    return float(cuts[max(range(len(cuts)), key=lambda n: (rights[n], is_between[n], widths[n], cuts[n]))])


def pooled(judged: Sequence[Judged]) -> tuple[np.ndarray, np.ndarray]:
    """Values and labels of all tokens, each (T,)."""
    return np.concatenate([np.asarray(one.values) for one in judged]), np.concatenate([np.asarray(one.labels) for one in judged])


def decisions(one: Judged, threshold: float) -> np.ndarray:
    """GOOD or BAD for each token of a response: the paper's gamma (equation 1)."""
    return np.where(np.asarray(one.values) >= threshold, GOOD, BAD)
