"""Calibration: whether tokens with a grounded value of 0.8 are good in eight cases out of ten, and how to make them so.

A model that learned with bad tokens weighing more says too little: at a weight of 3 the odds of its values are a third of the
true ones. A straight line through the logits mends that (Platt scaling). It goes into the head, since a head is such a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rewardmodel.align import GOOD
from rewardmodel.checkpoints import Card
from rewardmodel.metrics import Judged, pooled

if TYPE_CHECKING:
    from rewardmodel.model import TokenRewardModel

BINS = 15
DOUBTFUL = 0.5  # tokens below it are doubted
EDGE = 1e-6  # values are no nearer than this to 0 and 1
LEAST_SLOPE = 0.01  # a flatter line would leave nothing of the ranking in the 16 bits of a file


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
    return _error(reliability(judged, bins))


def doubtful_error(judged: Sequence[Judged], bins: int = BINS) -> float:
    """The same, in [0, 1], over the bins whose mean value is below DOUBTFUL; not a number without any.

    Most tokens are good and surely so: they hide what the others are worth.
    """
    return _error([one for one in reliability(judged, bins) if one.value < DOUBTFUL])


def _error(held: Sequence[Bin]) -> float:
    return sum(one.n * abs(one.value - one.good) for one in held) / sum(one.n for one in held) if held else float("nan")


class Line(NamedTuple):
    """What makes logits calibrated: slope * logit + shift."""

    slope: float
    shift: float

    def of(self, values: Sequence[float]) -> NDArray[np.float64]:
        """The values in [0, 1] behind the line, (T,): sigmoid(slope * logit(value) + shift)."""
        return 1.0 / (1.0 + np.exp(-(self.slope * _logits(values) + self.shift)))

    def judged(self, one: Judged) -> Judged:
        """The same response with its values behind the line."""
        kept = (one.labels, one.sentences, one.kinds, self.of(one.word_values).tolist(), one.word_labels)
        return Judged(self.of(one.values).tolist(), *kept)


def fitted(judged: Sequence[Judged], *, least: int = 1) -> Line | None:
    """The line under which the labels of the tokens are likeliest, each token weighing the same.

    None with fewer than `least` clean or `least` bad responses, where there is too little to learn from, and where the values
    hardly tell bad tokens from good ones, or rank them above. Labels count as a little less sure than they are, as in Platt's
    paper: else values that tell all tokens apart would get a line so steep that all of them become 0 or 1.
    """
    clean = sum(one.is_clean for one in judged)
    if min(clean, len(judged) - clean) < max(least, 1):
        return None
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 -- takes a second, scoring should not

    values, labels = pooled(judged)
    good = labels == GOOD
    sure = np.where(good, (good.sum() + 1) / (good.sum() + 2), 1 / ((~good).sum() + 2))  # how likely each is good
    logits, ones = _logits(values)[:, None], np.ones(len(values))
    learned = LogisticRegression(C=np.inf).fit(
        np.concatenate([logits, logits]), np.concatenate([ones, 0 * ones]), np.concatenate([sure, 1 - sure])
    )
    line = Line(float(learned.coef_[0, 0]), float(learned.intercept_[0]))
    return line if line.slope > LEAST_SLOPE else None


def calibrate(model: "TokenRewardModel", card: Card, line: Line) -> Card:
    """Put a line into the head of a model, so that nothing else needs to know of it; its card, the threshold moved along."""
    model.head.weight.data.mul_(line.slope)
    model.head.bias.data.mul_(line.slope).add_(line.shift)
    [threshold] = line.of([card.threshold])
    return replace(card, threshold=float(threshold), calibration=tuple(line))


def uncalibrated(model: "TokenRewardModel", card: Card) -> Card:
    """Take the line of a card out of the head again: what goes on learning goes on from what it learned."""
    if not card.calibration:
        return card
    slope, shift = card.calibration
    return replace(calibrate(model, card, Line(1.0 / slope, -shift / slope)), calibration=())


def _logits(values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(np.asarray(values, dtype=float), EDGE, 1.0 - EDGE)
    return np.asarray(np.log(clipped / (1.0 - clipped)))
