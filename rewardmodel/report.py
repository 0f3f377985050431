"""The report of an evaluation: all measures of a data set under the names that files and pages use."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from rewardmodel import metrics
from rewardmodel.align import BAD
from rewardmodel.calibration import calibration_error, doubtful_error, reliability
from rewardmodel.detection import span_detection, word_detection
from rewardmodel.intervals import Interval, interval, resampled
from rewardmodel.metrics import DEFAULT_THRESHOLD, Judged
from rewardmodel.taxonomy import KINDS


def report(judged: Sequence[Judged], threshold: float = DEFAULT_THRESHOLD) -> dict[str, Any]:
    """All measures of a data set; None where there is nothing to measure by, so that it can be stored as JSON.

    Accuracies, mAP and errors are in [0, 1]; `by_kind` has them by kind, `words` and `spans` are precision, recall and F1,
    `intervals` has 95 % intervals by name, `reliability` the bins of the diagram. Raises ValueError without a response.
    """
    if not judged:
        raise ValueError("There is no response to measure")
    measured = {
        "n": len(judged),
        "n_clean": sum(one.is_clean for one in judged),
        "threshold": threshold,
        "token_accuracy": metrics.token_accuracy(judged, threshold),
        "sentence_accuracy": metrics.sentence_accuracy(judged, threshold),
        "response_accuracy": metrics.response_accuracy(judged, threshold),
        "map_neg": metrics.map_neg(judged),
        "map_pos": metrics.map_pos(judged),
        "calibration_error": calibration_error(judged),
        "doubtful_calibration_error": doubtful_error(judged),
        "by_kind": metrics.by_kind(judged, threshold),
        "words": word_detection(judged, threshold),
        "spans": span_detection(judged, threshold),
        "intervals": intervals(judged, threshold),
        "reliability": [asdict(one) for one in reliability(judged)],
    }
    return {name: _known(value) for name, value in measured.items()}


def _known(value: Any) -> Any:
    """The value with None for what is no number: JSON, and with it the database, has no word for that."""
    if isinstance(value, dict):
        return {name: _known(inner) for name, inner in value.items()}
    return None if isinstance(value, float) and math.isnan(value) else value


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


def lines(measured: dict[str, Any]) -> Iterator[str]:
    """A report for people to read, line by line; the bins of the reliability diagram are left to the plot."""
    bounds = measured["intervals"]
    for name, value in measured.items():
        if isinstance(value, int):
            yield f"{name:28} {value}"
        elif value is None or isinstance(value, float):
            yield f"{name:28} {_decimal(value, 4)}{_between(bounds.get(name))}"
    found = {"words": measured["words"]} | {f"spans, {rule}": row for rule, row in measured["spans"].items()}
    for name, row in found.items():
        yield f"{name:28} " + "  ".join(f"{key} {_decimal(value)}" for key, value in row.items())
    for kind, row in measured["by_kind"].items():
        accuracy = f"response accuracy {_decimal(row['response_accuracy'])}{_between(bounds['by_kind'][kind])}"
        yield f"  {kind:18} caught {row['caught']:.3f}  {accuracy}  mAP(neg) {_decimal(row['map_neg'])}  n {row['n']}"


def _decimal(value: float | None, digits: int = 3) -> str:
    return "none" if value is None else f"{value:.{digits}f}"


def _between(bounds: Interval | None) -> str:
    return f" [{bounds[0]:.3f}, {bounds[1]:.3f}]" if bounds else ""
