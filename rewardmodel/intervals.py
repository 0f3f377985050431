"""Bootstrap intervals: how far a measure moves if other responses of the same sort had been drawn.

Dimension key: N responses (or whatever is drawn), R resamples, M measures.
"""

from collections.abc import Callable

import numpy as np

RESAMPLES = 1_000
SHARE = 0.95
SEED = 0

Interval = tuple[float, float]


def resampled(
    count: int, measures: Callable[[np.ndarray], np.ndarray], *, resamples: int = RESAMPLES, seed: int = SEED
) -> np.ndarray:
    """Measures of responses drawn anew with replacement, (R, M).

    `measures` takes how often each of the `count` responses was drawn, float (N,), and gives (M,). The same count and
    seed give the same draws, so that two measures of the same responses may be subtracted draw by draw.
    """
    rng = np.random.default_rng(seed)
    draws = (np.bincount(rng.integers(count, size=count), minlength=count).astype(float) for _ in range(resamples))
    return np.array([measures(weights_N) for weights_N in draws])


def interval(samples_R: np.ndarray, share: float = SHARE) -> Interval | None:
    """The central part of the samples that holds `share` of them (percentiles); None where no sample is a number."""
    known = samples_R[~np.isnan(samples_R)]
    if not len(known):
        return None
    low, high = np.quantile(known, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)
