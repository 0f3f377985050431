"""Calibration: whether tokens with a grounded value of 0.8 are good in eight cases out of ten."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rewardmodel.align import GOOD
from rewardmodel.metrics import Judged, pooled

BINS = 15


@dataclass(frozen=True, slots=True)
class Bin:
    """Tokens whose values lie in `[low, high)`, the last bin also at 1: mean value and share of good tokens, both in [0, 1]."""

    low: float
    high: float
    n: int
    value: float
    good: float


def reliability(judged: Sequence[Judged], bins: int = BINS) -> list[Bin]:
    """The bins of a reliability diagram over all tokens: equal widths over [0, 1], those that hold a token, from low to high."""
    values, labels = pooled(judged)
    numbers = np.minimum((values * bins).astype(int), bins - 1)
    return [
        Bin(b / bins, (b + 1) / bins, int(own.sum()), float(values[own].mean()), float((labels[own] == GOOD).mean()))
        for b, own in ((int(number), numbers == number) for number in np.unique(numbers))
    ]


def calibration_error(judged: Sequence[Judged], bins: int = BINS) -> float:
    """Expected calibration error over all tokens, in [0, 1]: the mean gap between value and share of good, weighted by tokens."""
    held = reliability(judged, bins)
    return sum(one.n * abs(one.value - one.good) for one in held) / sum(one.n for one in held)
