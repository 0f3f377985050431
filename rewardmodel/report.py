"""The report of an evaluation: all measures of a data set under the names that files and pages use."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from rewardmodel import metrics
from rewardmodel.align import BAD
from rewardmodel.calibration import calibration_error, reliability
from rewardmodel.detection import span_detection, word_detection
from rewardmodel.intervals import interval, resampled
from rewardmodel.metrics import DEFAULT_THRESHOLD, Judged
from rewardmodel.taxonomy import KINDS


def report(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> dict[str, Any]:
    """All measures of a data set. Raises ValueError without a response."""
    if not judged:
        raise ValueError("There is no response to measure")
    return {
        "n": len(judged),
        "n_clean": sum(one.is_clean for one in judged),
        "threshold": threshold,
        "token_accuracy": metrics.token_accuracy(judged, threshold),
        "sentence_accuracy": metrics.sentence_accuracy(judged, threshold),
        "response_accuracy": metrics.response_accuracy(judged, threshold),
        "map_neg": metrics.map_neg(judged),
        "map_pos": metrics.map_pos(judged),
        "calibration_error": calibration_error(judged),
        "by_kind": metrics.by_kind(judged, threshold),
        "words": word_detection(judged, threshold),
        "spans": span_detection(judged, threshold),
        "intervals": intervals(judged, threshold),
        "reliability": [asdict(one) for one in reliability(judged)],
    }


def intervals(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> dict[str, Any]:
    """95 % bootstrap intervals over responses: `map_neg`, `response_accuracy`, and `by_kind` the latter for each kind.

    Each is (low, high), or None where nothing can be measured. The draws are seeded: the same responses give the same.
    """
    ranking = metrics.ranking(judged, BAD)
    verdicts_N, groups_GN = metrics.verdicts(judged, threshold), metrics.groups(judged)

    def measures(weights_N: np.ndarray) -> np.ndarray:
        shares = metrics.group_shares(verdicts_N, groups_GN, weights_N)
        accuracy = verdicts_N @ weights_N / len(judged)
        return np.array([ranking.average_precision(weights_N), accuracy, *metrics.balanced_accuracies(shares)])

    samples = resampled(len(judged), measures).T
    kinds = {kind.value: interval(own) for kind, own in zip(KINDS, samples[2:], strict=True)}
    occurring = {kind.value for one in judged for kind in one.kinds}
    return {
        "map_neg": interval(samples[0]),
        "response_accuracy": interval(samples[1]),
        "by_kind": {name: bounds for name, bounds in kinds.items() if name in occurring},
    }
