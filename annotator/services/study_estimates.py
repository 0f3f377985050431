"""What a study's judgements say: seconds per caption by arm, how many times as fast, and errors missed. No database here.

Dimension key of the comments: A annotators, N judgements, I items, R resamples, G arms.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median, stdev

import numpy as np

from rewardmodel.intervals import RESAMPLES, SEED, Interval, interval, resampled

LEAST_CAPTIONS = 10  # in each of two arms, below which nothing is said of them
LEAST_OF_A_PERSON = 2  # in each of two arms, below which the person is left out: one caption has no spread
LEAST_PEOPLE = 3  # below which nothing is said of other people than these
LEAST_SECONDS = 0.1  # less counts as this, so that its logarithm exists
NORMAL = 1.96
STUDENT = {2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571}  # 97.5 % by degrees of freedom

Runs = Sequence[tuple[int, int]]  # [[first, end), …] in word numbers


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement of the analysis set. `place` counts the person's items of the study from 0.

    `seconds` at work are None where they were not measured. `wrong` counts words found wrong, `errors` what others found wrong in
    the item, `missed` how much of that the person did not.
    """

    item: int
    annotator: int
    arm: str
    place: int
    seconds: float | None
    wrong: int
    errors: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class OfArm:
    """What was done in one arm. Seconds are of the captions for which they were measured, None where there are none."""

    arm: str
    captions: int
    people: int
    median_seconds: float | None
    mean_seconds: float | None
    wrong_per_caption: float
    errors: int
    missed: int
    missed_interval: Interval | None = None

    @property
    def missed_share(self) -> float | None:
        """The share of the errors that others found and this arm's judgements did not."""
        return self.missed / self.errors if self.errors else None


@dataclass(frozen=True, slots=True)
class Speedup:
    """How many times as fast people are in one arm as in another, `ratio`: 1 is no difference, above 1 is faster.

    The ratio of geometric means within each person, the geometric mean of that over people. `these_people` is where it would lie
    had they judged other captions; `other_people`, None for fewer than three, where it lies for people like them.
    """

    arm: str
    than: str
    people: int
    ratio: float
    ratio_of_means: float
    these_people: Interval
    other_people: Interval | None


@dataclass(frozen=True, slots=True)
class MoreMissed:
    """How much larger the share of missed errors is in one arm than in another, in [-1, 1]."""

    arm: str
    than: str
    difference: float
    interval: Interval | None


def missed_errors(own: Runs, others: Iterable[Runs]) -> tuple[int, int]:
    """How many errors others found in an item, and how many of them a person missed.

    Runs of wrong words that overlap are one error, whoever marked them; it is missed where none of its words is marked.
    """
    errors: list[tuple[int, int]] = []
    for first, end in sorted(run for runs in others for run in runs):
        if errors and first < errors[-1][1]:
            errors[-1] = (errors[-1][0], max(end, errors[-1][1]))
        else:
            errors.append((first, end))
    found = [any(first < end and start < stop for first, stop in own) for start, end in errors]
    return len(errors), found.count(False)


def by_arm(judged: Sequence[Judged], arms: Sequence[str]) -> list[OfArm]:
    """The figures of each arm."""
    intervals = dict(zip(arms, _missed_intervals(judged, arms), strict=True))
    return [_of_arm(arm, [one for one in judged if one.arm == arm], intervals[arm]) for arm in arms]


def _of_arm(arm: str, judged: Sequence[Judged], missed_interval: Interval | None) -> OfArm:
    seconds = [one.seconds for one in judged if one.seconds is not None]
    return OfArm(
        arm=arm,
        captions=len(judged),
        people=len({one.annotator for one in judged}),
        median_seconds=median(seconds) if seconds else None,
        mean_seconds=fmean(seconds) if seconds else None,
        wrong_per_caption=fmean(one.wrong for one in judged) if judged else 0.0,
        errors=sum(one.errors for one in judged),
        missed=sum(one.missed for one in judged),
        missed_interval=missed_interval,
    )


def _missed_intervals(judged: Sequence[Judged], arms: Sequence[str]) -> list[Interval | None]:
    samples = _missed_samples(judged, arms)
    return [interval(column) for column in samples.T]


def more_missed(judged: Sequence[Judged], arm: str, than: str) -> MoreMissed | None:
    """The difference of the shares of missed errors, with an interval over items; None while an arm has none to miss."""
    shares = [_of_arm(name, [one for one in judged if one.arm == name], None).missed_share for name in (arm, than)]
    if shares[0] is None or shares[1] is None:
        return None
    samples = _missed_samples(judged, [arm, than])
    return MoreMissed(arm, than, shares[0] - shares[1], interval(samples[:, 0] - samples[:, 1]))


def _missed_samples(judged: Sequence[Judged], arms: Sequence[str]) -> np.ndarray:
    """Shares of missed errors by arm, (R, G), where items are drawn anew: judgements of one item are about the same errors."""
    numbers = {item: number for number, item in enumerate(dict.fromkeys(one.item for one in judged if one.errors))}
    if not numbers:
        return np.full((1, len(arms)), np.nan)
    counts = np.zeros((2, len(arms), len(numbers)))  # missed and found by others, by arm and item: (2, G, I)
    for one in judged:
        if one.errors and one.arm in arms:
            counts[:, arms.index(one.arm), numbers[one.item]] += one.missed, one.errors

    def shares(weights: np.ndarray) -> np.ndarray:
        missed, errors = counts @ weights
        return np.asarray(np.divide(missed, errors, out=np.full(len(arms), np.nan), where=errors > 0))

    return resampled(len(numbers), shares)


def geometric_seconds(judged: Iterable[Judged]) -> dict[tuple[int, str], float]:
    """The geometric mean of the seconds of every annotator in every arm: what the speed-up compares."""
    logs: dict[tuple[int, str], list[float]] = defaultdict(list)
    for one in judged:
        if one.seconds is not None:
            logs[one.annotator, one.arm].append(math.log(max(one.seconds, LEAST_SECONDS)))
    return {key: math.exp(fmean(values)) for key, values in logs.items()}


def speedup(judged: Iterable[Judged], arm: str, than: str, *, resamples: int = RESAMPLES, seed: int = SEED) -> Speedup | None:
    """How many times as fast `arm` is as `than`; None while one of them has too few captions to say."""
    measured = [one for one in judged if one.seconds is not None and one.arm in {arm, than}]
    if min(sum(one.arm == wanted for one in measured) for wanted in (arm, than)) < LEAST_CAPTIONS:
        return None
    counts = Counter((one.annotator, one.arm) for one in measured)
    met_both = {person for person, _ in counts if min(counts[person, arm], counts[person, than]) >= LEAST_OF_A_PERSON}
    rows = [one for one in measured if one.annotator in met_both]
    if not rows:
        return None
    seconds = np.array([max(one.seconds or 0.0, LEAST_SECONDS) for one in rows])
    cells = 2 * _numbered([one.annotator for one in rows]) + np.array([one.arm == than for one in rows])
    effects = _effects(_means(np.log(seconds), cells))
    rng = np.random.default_rng(seed)
    draws = _drawn_effects(np.log(seconds), cells, _numbered([one.item for one in rows]), resamples, rng)
    quick, slow = _means(seconds, cells).reshape(-1, 2).mean(axis=0)
    return Speedup(
        arm=arm,
        than=than,
        people=len(met_both),
        ratio=math.exp(effects.mean()),
        ratio_of_means=float(slow / quick),
        these_people=_ratios(draws.mean(axis=1)),
        other_people=_other_people(effects, draws, rng) if len(met_both) >= LEAST_PEOPLE else None,
    )


def _numbered(keys: Sequence[int]) -> np.ndarray:
    """The keys as numbers from 0, (N,)."""
    return np.asarray(np.unique(keys, return_inverse=True)[1])


def _means(values: np.ndarray, cells: np.ndarray, weights: np.ndarray | float = 1.0) -> np.ndarray:
    """Weighted means by cell, (2 A,): of each person first the one arm, then the other."""
    weights = np.broadcast_to(weights, values.shape)
    return np.asarray(np.bincount(cells, weights * values) / np.bincount(cells, weights))


def _effects(means: np.ndarray) -> np.ndarray:
    """The logarithm of each person's speed-up, from the means of their cells. (…, 2 A) gives (…, A)."""
    return np.asarray(means[..., 1::2] - means[..., ::2])


def _drawn_effects(
    logs: np.ndarray, cells: np.ndarray, items: np.ndarray, resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Effects had the captions been others, (R, A): the Bayesian bootstrap, in which each caption gets a random weight.

    The weight is the same for all who judged the caption, so that a hard one does not count as chance where each arm had it.
    Means of few captions move a little more than their draws, and are moved as much.
    """
    count, means = int(items.max()) + 1, _means(logs, cells)
    draws = np.array([_means(logs, cells, rng.standard_exponential(count)[items]) for _ in range(resamples)])
    sizes = np.bincount(cells)
    return _effects(means + (draws - means) * np.sqrt((sizes + 1) / (sizes - 1)))


def _other_people(effects: np.ndarray, draws: np.ndarray, rng: np.random.Generator) -> Interval:
    """The interval for people like these: they are drawn anew, each with captions drawn anew.

    Drawing both counts the chance of the captions twice, and drawing few people makes them too alike. So the draws are spread as
    widely as the standard error of the people's effects says, which holds both, and wider for few people by Student's factor; but
    never less than for these people alone, whom chance may have made alike.
    """
    people = len(effects)
    chosen = rng.integers(people, size=draws.shape)
    means = np.take_along_axis(draws, chosen, axis=1).mean(axis=1)
    between = stdev(effects.tolist()) / math.sqrt(people) * student(people - 1) / NORMAL
    error = max(between, float(draws.mean(axis=1).std(ddof=1)))
    spread = float(means.std(ddof=1))
    return _ratios(effects.mean() + (means - means.mean()) * (error / spread if spread else 0.0))


def student(freedom: int) -> float:
    """The 97.5 % point of Student's t with so many degrees of freedom, at least 2."""
    z = NORMAL
    first, second = (z**3 + z) / (4 * freedom), (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    return STUDENT.get(freedom, z + first + second + third)  # Fisher's expansion, good to a thousandth where it is used


def _ratios(logs: np.ndarray) -> Interval:
    low, high = np.exp(np.quantile(logs, [0.025, 0.975]))
    return float(low), float(high)
