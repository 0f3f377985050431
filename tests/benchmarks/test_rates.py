"""The benchmark of rates: what drawings say of captions, and how that is set beside what the judge says."""

import argparse
import math

import numpy as np
import pytest

from benchmarks import rates
from rewardmodel.tau import Checked


def test_rates_are_means_over_captions():
    false, true = (Checked(claims, wrong, 1, int(wrong > 0), 0, is_first_wrong=wrong > 0) for claims, wrong in ((4, 1), (2, 0)))
    row = rates.rate_of([false, true, false, true])
    assert (row["claim"]["rate"], row["caption"]["rate"], row["claims_per_caption"]) == (0.125, 0.5, 3.0)
    for name in ("claim", "caption"):
        low, high = row[name]["interval"]
        assert low < row[name]["rate"] < high


def test_correlation_is_that_of_logarithms():
    true = [0.5, 0.25, 0.1]
    assert rates.correlation([rate**2 for rate in true], true) == pytest.approx(1.0)
    assert rates.correlation([1 / 64 / rate for rate in true], true) == pytest.approx(-1.0)
    assert rates.correlation([0.1, 0.2, 0.1], true) == pytest.approx(
        np.corrcoef([-math.log(0.1), -math.log(0.2), -math.log(0.1)], [-math.log(rate) for rate in true])[0, 1]
    )


def test_captioners_are_trained_once_and_set_side_by_side(tmp_path, monkeypatch):
    options = argparse.Namespace(work=tmp_path, steps=[1, 2], lr=5e-4, images=2, seed=40, n=4)
    report = rates.measure(options)
    assert list(report["models"]) == list(report["truth"]) == ["1 steps", "2 steps"]
    assert report["correlation"] is None  # two points always lie on a line
    assert rates.table(report).count("\n| ") == 3
    monkeypatch.setattr(rates, "rewardmodel", lambda _: pytest.fail("a captioner is there already"))
    assert rates.measure(options)["truth"] == report["truth"]
