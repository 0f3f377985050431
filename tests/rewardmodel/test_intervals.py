"""Bootstrap intervals against what can be known without drawing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.intervals import interval, resampled


def test_resampled_draws_as_many_responses_as_there_are():
    samples = resampled(5, lambda weights: weights, resamples=20)
    assert samples.shape == (20, 5)
    assert (samples.sum(axis=1) == 5).all()


def test_resampled_draws_the_same_with_the_same_seed():
    first, again, other = (resampled(8, lambda weights: weights, resamples=10, seed=seed) for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()


def test_interval_of_a_share_is_close_to_the_normal_one():
    # 400 responses, 30 % of them right: 0.3 ± 1.96 · sqrt(0.3 · 0.7 / 400)
    rights = np.arange(400) < 120
    low, high = interval(resampled(400, lambda weights: np.array([rights @ weights / 400]))[:, 0])
    assert (low, high) == pytest.approx((0.3 - 0.0449, 0.3 + 0.0449), abs=0.006)


def test_interval_cuts_the_same_from_both_ends():
    assert interval(np.arange(101) / 100, share=0.9) == pytest.approx((0.05, 0.95))


def test_interval_leaves_out_what_is_no_number():
    assert interval(np.array([np.nan, 0.25, np.nan])) == (0.25, 0.25)
    assert interval(np.array([np.nan])) is None


def test_one_response_is_always_drawn():
    assert resampled(1, lambda weights: weights, resamples=7).tolist() == [[1.0]] * 7


def test_measures_of_the_same_responses_may_be_subtracted_draw_by_draw():
    values = np.array([0.2, 0.5, 0.9, 0.4])
    one, other = (resampled(4, lambda weights, own=own: np.array([weights @ own])) for own in (values, values - 0.1))
    assert (one - other)[:, 0] == pytest.approx(0.4)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50), st.floats(0, 1), st.floats(0, 1))
def test_a_wider_share_holds_the_narrower_one(samples, one, other):
    narrow, wide = sorted((one, other))
    low, high = interval(np.array(samples), wide)
    inner_low, inner_high = interval(np.array(samples), narrow)
    slack = 1e-9 * max(map(abs, samples))
    assert min(samples) - slack <= low <= inner_low + slack
    assert inner_high - slack <= high <= max(samples) + slack


def test_an_interval_of_no_width_is_the_median_and_of_all_goes_from_end_to_end():
    samples = np.array([3.0, 1.0, 2.0, 10.0, 5.0])
    assert interval(samples, 0.0) == (3.0, 3.0)
    assert interval(samples, 1.0) == (1.0, 10.0)
    assert interval(np.array([])) is None
