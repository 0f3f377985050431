"""The estimates of a study against numbers made by hand."""

import math
import random
from dataclasses import replace

import pytest

from annotator.services.study_estimates import (
    Judged,
    by_arm,
    geometric_seconds,
    missed_errors,
    more_missed,
    speedup,
    student,
)


def judged(seconds: dict[tuple[int, str], list[float]]) -> list[Judged]:
    """Judgements of items of their own, with the seconds of each annotator in each arm."""
    rows = [(annotator, arm, one) for (annotator, arm), own in seconds.items() for one in own]
    return [Judged(item, annotator, arm, item, one, wrong=0) for item, (annotator, arm, one) in enumerate(rows)]


def missing(arm: str, errors: int, missed: int, item: int) -> Judged:
    return Judged(item, 1, arm, item, 1.0, wrong=2, errors=errors, missed=missed)


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        ([], [], (0, 0)),
        ([(1, 3)], [[]], (0, 0)),  # what only this person found is no error that they could miss
        ([], [[(1, 3)]], (1, 1)),
        ([(2, 3)], [[(1, 3)]], (1, 0)),  # a part of it is enough
        ([(3, 4)], [[(1, 3)]], (1, 1)),  # the word beside it isn't
        ([(1, 3)], [[(1, 3), (8, 9)]], (2, 1)),
        ([], [[(1, 3)], [(2, 5)]], (1, 1)),  # two people on one error
        ([(4, 5)], [[(1, 3)], [(2, 5)]], (1, 0)),
        ([(1, 2)], [[(1, 3)], [(3, 5)]], (2, 1)),  # neighbours are two
        ([(7, 8)], [[(1, 9)], [(2, 3)], [(7, 8)]], (1, 0)),  # one inside the other
    ],
)
def test_an_error_is_missed_where_none_of_its_words_is_marked(
    own: list[tuple[int, int]], others: list[list[tuple[int, int]]], expected: tuple[int, int]
) -> None:
    assert missed_errors(own, others) == expected


def test_figures_of_an_arm() -> None:
    rows = [
        Judged(1, 1, "none", 0, 10.0, wrong=2, errors=2, missed=1),
        Judged(2, 1, "none", 1, 20.0, wrong=0, errors=1, missed=1),
        Judged(3, 2, "none", 0, 60.0, wrong=1),
        Judged(4, 2, "none", 1, None, wrong=1),  # its time was not measured
    ]
    none, verdict = by_arm(rows, ["none", "verdict"])
    assert (none.captions, none.people, none.median_seconds, none.mean_seconds) == (4, 2, 20.0, 30.0)
    assert (none.wrong_per_caption, none.errors, none.missed, none.missed_share) == (1.0, 3, 2, 2 / 3)
    assert (verdict.captions, verdict.median_seconds, verdict.missed_share, verdict.missed_interval) == (0, None, None, None)


def test_speedup_is_the_ratio_of_geometric_means_within_people() -> None:
    # person 1: sqrt(40 · 90) = 60 against sqrt(10 · 40) = 20, three times; person 2: 100 against 8.333…, twelve times
    seconds = {
        (1, "none"): [40.0, 90.0] * 5, (1, "highlights"): [10.0, 40.0] * 5,
        (2, "none"): [100.0] * 10, (2, "highlights"): [100 / 12] * 10,
    }  # fmt: skip
    found = speedup(judged(seconds), "highlights", "none")
    assert found is not None
    assert (found.people, found.ratio) == (2, pytest.approx(6.0))  # sqrt(3 · 12)
    assert found.ratio_of_means == pytest.approx((65 + 100) / (25 + 100 / 12))
    assert found.these_people[0] < 6.0 < found.these_people[1]
    assert found.other_people is None  # two people say nothing of others
    assert geometric_seconds(judged(seconds))[1, "none"] == pytest.approx(60.0)


def test_a_slow_person_weighs_as_much_as_a_quick_one_however_many_captions_each_had() -> None:
    seconds = {(1, "none"): [8.0] * 100, (1, "highlights"): [4.0] * 100, (2, "none"): [800.0] * 3, (2, "highlights"): [100.0] * 3}
    found = speedup(judged(seconds), "highlights", "none")
    assert found is not None
    assert found.ratio == pytest.approx(4.0)  # sqrt(2 · 8)


def test_interval_for_these_people_is_close_to_the_normal_one() -> None:
    # one person, 200 captions an arm, standard deviation of logs 0.5: log 2 ± 1.96 · 0.5 · sqrt(2 / 200)
    chance = random.Random(1)
    logs = [chance.gauss(0, 1) for _ in range(200)]
    mean = sum(logs) / 200
    scale = math.sqrt(sum((one - mean) ** 2 for one in logs) / 199)
    plain = [math.exp(0.5 * (one - mean) / scale) for one in logs]
    found = speedup(judged({(1, "none"): [2 * one for one in plain], (1, "highlights"): plain}), "highlights", "none")
    assert found is not None
    low, high = (math.log(end) for end in found.these_people)
    assert (low, high) == pytest.approx((math.log(2) - 0.098, math.log(2) + 0.098), abs=0.012)


def test_interval_for_other_people_is_close_to_students() -> None:
    # effects log 2, log 3, log 4, log 6 (mean 1.2424, standard deviation 0.4695): 1.2424 ± 3.182 · 0.4695 / 2
    seconds = {}
    for person, times in enumerate((2, 3, 4, 6)):
        seconds |= {(person, "none"): [10.0 * times, 10.1 * times] * 5, (person, "highlights"): [10.0, 10.1] * 5}
    found = speedup(judged(seconds), "highlights", "none", resamples=4_000)
    assert found is not None
    assert found.other_people is not None
    low, high = (math.log(end) for end in found.other_people)
    assert (low, high) == pytest.approx((1.2424 - 0.747, 1.2424 + 0.747), abs=0.09)
    assert found.these_people[0] > found.other_people[0]


def test_the_same_rows_give_the_same_intervals_and_another_seed_others() -> None:
    chance = random.Random(2)
    rows = judged(
        {(person, arm): [chance.uniform(5, 50) for _ in range(9)] for person in range(4) for arm in ("none", "verdict")}
    )
    first, again, other = (speedup(rows, "verdict", "none", seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_captions_that_are_hard_for_everybody_do_not_count_as_chance() -> None:
    """Two people judge the same captions in opposite arms: what differs between captions cancels, also in the interval."""
    chance = random.Random(3)
    hard = [math.exp(chance.gauss(3, 1)) for _ in range(60)]
    arms = [("none", "highlights"), ("highlights", "none")]
    speed = {"none": 2.0, "highlights": 1.0}
    shared = [
        Judged(item, person, arms[item % 2][person], item, seconds * speed[arms[item % 2][person]], wrong=0)
        for item, seconds in enumerate(hard)
        for person in (0, 1)
    ]
    apart = [replace(one, item=1_000 * one.annotator + one.item) for one in shared]
    together, alone = (speedup(rows, "highlights", "none") for rows in (shared, apart))
    assert together is not None
    assert alone is not None
    assert together.ratio == alone.ratio == pytest.approx(2.0)
    assert together.these_people == pytest.approx((2.0, 2.0), rel=1e-6)
    assert alone.these_people[1] / alone.these_people[0] > 1.5


@pytest.mark.parametrize(
    "seconds",
    [
        {},
        {(1, "none"): [5.0] * 20},
        {(1, "none"): [5.0] * 20, (1, "highlights"): [5.0] * 9},  # too few captions
        {(1, "none"): [5.0] * 20, (2, "highlights"): [5.0] * 20},  # nobody met both
    ],
)
def test_too_little_says_nothing(seconds: dict[tuple[int, str], list[float]]) -> None:
    assert speedup(judged(seconds), "highlights", "none") is None


def test_whoever_met_one_arm_only_is_left_out_and_no_time_is_zero() -> None:
    seconds = {(1, "none"): [1.0] * 10, (1, "highlights"): [0.0] * 10, (2, "none"): [900.0] * 10, (2, "highlights"): [900.0]}
    found = speedup(judged(seconds), "highlights", "none")
    assert found is not None
    assert (found.people, found.ratio) == (1, pytest.approx(10.0))  # 0 s counts as 0.1 s


def test_more_missed_is_the_difference_of_shares_with_an_interval_over_items() -> None:
    rows = [missing("highlights", 1, int(item < 120), item) for item in range(400)]  # 30 % are missed
    rows += [missing("none", 1, int(item % 10 == 0), item) for item in range(400)]  # 10 %
    found = more_missed(rows, "highlights", "none")
    assert found is not None
    assert found.interval is not None
    assert found.difference == pytest.approx(0.2)
    half = 1.96 * math.sqrt((0.3 * 0.7 + 0.1 * 0.9) / 400)
    assert found.interval == pytest.approx((0.2 - half, 0.2 + half), abs=0.015)
    [of_highlights] = by_arm(rows, ["highlights"])
    assert of_highlights.missed_interval == pytest.approx((0.3 - 0.045, 0.3 + 0.045), abs=0.01)


def test_nothing_to_miss_says_nothing() -> None:
    assert more_missed([missing("none", 1, 1, 1)], "highlights", "none") is None
    assert more_missed([], "highlights", "none") is None


@pytest.mark.parametrize(("freedom", "expected"), [(2, 4.303), (9, 2.262), (10, 2.228), (30, 2.042), (1_000, 1.962)])
def test_student_is_what_the_tables_say(freedom: int, expected: float) -> None:
    assert student(freedom) == pytest.approx(expected, abs=0.002)
