"""Bootstrap intervals against what can be known without drawing."""

import numpy as np
import pytest

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
