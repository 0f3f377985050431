"""Calibration on cases worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0, 1])), min_size=1, max_size=40), st.integers(1, 20))
def test_bins_hold_every_token_once_and_their_mean_lies_in_them(tokens, bins):
    values, labels = zip(*tokens, strict=True)
    judged = [Judged(values, labels, [0] * len(values))]
    held = reliability(judged, bins)
    assert sum(one.n for one in held) == len(tokens)
    assert [one.low for one in held] == sorted({one.low for one in held})
    assert all(one.low - 1e-12 <= one.value <= one.high + 1e-12 and 0 <= one.good <= 1 for one in held)
    assert sum(one.n * one.good for one in held) == pytest.approx(sum(labels))
    assert 0 <= calibration_error(judged, bins) <= 1


def test_one_bin_compares_the_means_alone():
    assert calibration_error(JUDGED, bins=1) == pytest.approx(0.5 - 1 / 4)


@pytest.mark.parametrize(("value", "label", "error"), [(1.0, 1, 0.0), (0.0, 0, 0.0), (1.0, 0, 1.0), (0.0, 1, 1.0)])
def test_sure_tokens_are_right_or_wholly_wrong(value, label, error):
    assert calibration_error([Judged([value] * 3, [label] * 3, [0] * 3)]) == error


def test_a_value_on_an_edge_belongs_to_the_bin_above():
    assert [one.low for one in reliability([Judged([0.0, 0.25, 0.5], [1, 1, 1], [0] * 3)], bins=4)] == [0.0, 0.25, 0.5]
