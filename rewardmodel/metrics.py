"""The paper's five metrics (section 3, equations 2-5), computed from scores; one implementation for every caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardmodel.align import BAD, GOOD
from rewardmodel.taxonomy import KINDS, Kind

DEFAULT_THRESHOLD = 0.5  # the paper's theta


@dataclass(frozen=True, slots=True)
class Judged:
    """One response after scoring: grounded value in [0, 1], label GOOD or BAD and sentence number of each labelled token."""

    values: Sequence[float]
    labels: Sequence[int]
    sentences: Sequence[int]
    kinds: frozenset[Kind] = frozenset()

    def __post_init__(self) -> None:
        if not len(self.values) == len(self.labels) == len(self.sentences) > 0:
            raise ValueError("A judged response needs one value, label and sentence a token, and at least one token")

    @property
    def is_clean(self) -> bool:
        """Whether every token is truly grounded."""
        return BAD not in self.labels


def token_accuracy(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> float:
    """A_T: share of tokens decided rightly, per response, averaged over responses (equation 2)."""
    return float(np.mean([np.mean(_decisions(one, threshold) == np.asarray(one.labels)) for one in judged]))


def sentence_accuracy(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> float:
    """A_S: share of sentences whose veto (product of token decisions) is right, per response, averaged (equation 3)."""
    shares = []
    for one in judged:
        decided, labels, sentences = _decisions(one, threshold), np.asarray(one.labels), np.asarray(one.sentences)
        shares.append(np.mean([decided[sentences == s].min() == labels[sentences == s].min() for s in np.unique(sentences)]))
    return float(np.mean(shares))


def response_accuracy(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> float:
    """A_R: share of responses whose veto over all tokens is right (equation 4)."""
    return float(np.mean([_is_right(one, threshold) for one in judged]))


def map_neg(judged: Sequence[Judged]) -> float:
    """Average precision with bad tokens as the positives, pooled over all tokens (equation 5, labels and values flipped)."""
    values, labels = _pooled(judged)
    return _average_precision(labels == BAD, 1.0 - values)


def map_pos(judged: Sequence[Judged]) -> float:
    """Average precision with good tokens as the positives, pooled over all tokens (equation 5)."""
    values, labels = _pooled(judged)
    return _average_precision(labels == GOOD, values)


def calibration_error(judged: Sequence[Judged], bins: int = 15) -> float:
    """Expected calibration error of the grounded values over all tokens, equal-width bins, in [0, 1]."""
    values, labels = _pooled(judged)
    numbers = np.minimum((values * bins).astype(int), bins - 1)
    gaps = [
        np.sum(numbers == b) * abs(values[numbers == b].mean() - (labels[numbers == b] == GOOD).mean())
        for b in np.unique(numbers)
    ]
    return float(np.sum(gaps) / len(values))


def by_kind(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> dict[str, dict[str, float]]:
    """For each kind that occurs: how often its responses are caught, and the balanced response accuracy against clean ones.

    `response_accuracy` is the mean of the share of the kind's responses that are vetoed and the share of clean responses
    that are not, so that chance is 0.5 as in the paper's Table 11. `map_neg` is over the kind's own responses.
    """
    clean = [one for one in judged if one.is_clean]
    passed = float(np.mean([_is_right(one, threshold) for one in clean])) if clean else float("nan")
    rows: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        own = [one for one in judged if kind in one.kinds]
        if own:
            caught = float(np.mean([_is_right(one, threshold) for one in own]))
            rows[kind.value] = {
                "n": len(own), "caught": caught, "response_accuracy": (caught + passed) / 2, "map_neg": map_neg(own),
            }  # fmt: skip
    return rows


def report(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> dict[str, Any]:
    """All metrics of a data set under the names that files and pages use."""
    return {
        "n": len(judged),
        "n_clean": sum(one.is_clean for one in judged),
        "threshold": threshold,
        "token_accuracy": token_accuracy(judged, threshold),
        "sentence_accuracy": sentence_accuracy(judged, threshold),
        "response_accuracy": response_accuracy(judged, threshold),
        "map_neg": map_neg(judged),
        "map_pos": map_pos(judged),
        "calibration_error": calibration_error(judged),
        "by_kind": by_kind(judged, threshold),
    }


def best_threshold(judged: Sequence[Judged], otherwise: float = DEFAULT_THRESHOLD) -> float:
    """The threshold with the highest response accuracy; in the middle of the best gap, which is the least sensitive place.

    A response is vetoed when its lowest value is below the threshold. Without both clean and bad responses
    there is nothing to choose by: `otherwise`.
    """
    clean = np.array([one.is_clean for one in judged])
    if clean.all() or not clean.any():
        return otherwise
    lowest = np.array([min(one.values) for one in judged])
    edges = np.unique(np.concatenate([[0.0], lowest, [1.0]]))
    candidates = (edges[:-1] + edges[1:]) / 2
    rights = [np.mean((lowest >= candidate) == clean) for candidate in candidates]
    return float(candidates[int(np.argmax(rights))])


def _decisions(one: Judged, threshold: float) -> np.ndarray:
    return np.where(np.asarray(one.values) >= threshold, GOOD, BAD)


def _is_right(one: Judged, threshold: float) -> bool:
    return (min(one.values) >= threshold) == one.is_clean


def _pooled(judged: Sequence[Judged]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([np.asarray(one.values) for one in judged]), np.concatenate([np.asarray(one.labels) for one in judged])


def _average_precision(positives: np.ndarray, scores: np.ndarray) -> float:
    from sklearn.metrics import average_precision_score  # noqa: PLC0415 -- takes a second; the web process only reads cards

    return float(average_precision_score(positives, scores)) if positives.any() else float("nan")
