"""Calibration on cases worked out by hand."""

import pytest

from rewardmodel.calibration import Bin, calibration_error, reliability
from rewardmodel.metrics import Judged

JUDGED = [Judged([0.9, 0.9, 0.1, 0.1], [1, 0, 0, 0], [0] * 4)]


def test_calibration_error_of_two_bins():
    # bin of 0.9: mean 0.9, half are good: gap 0.4; bin of 0.1: mean 0.1, none good: gap 0.1
    assert calibration_error(JUDGED, bins=2) == pytest.approx((2 * 0.4 + 2 * 0.1) / 4)


def test_reliability_gives_the_bins_that_hold_a_token():
    assert reliability(JUDGED, bins=4) == [Bin(0.0, 0.25, 2, 0.1, 0.0), Bin(0.75, 1.0, 2, 0.9, 0.5)]


def test_reliability_puts_a_value_of_one_into_the_last_bin():
    assert reliability([Judged([1.0, 0.5], [1, 1], [0, 0])], bins=2) == [Bin(0.5, 1.0, 2, 0.75, 1.0)]


def test_calibration_error_pools_tokens_and_not_responses():
    # three tokens at 0.9 of which two are good, one at 0.3 which is good
    judged = [Judged([0.9], [0], [0]), Judged([0.9, 0.9, 0.3], [1, 1, 1], [0] * 3)]
    assert calibration_error(judged, bins=2) == pytest.approx((3 * (0.9 - 2 / 3) + 0.7) / 4)
