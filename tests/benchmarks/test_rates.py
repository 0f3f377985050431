"""The benchmark of rates: what drawings say of captions, and how that is set beside what the judge says."""

import argparse
import math

import numpy as np
import pytest

from benchmarks import rates
from rewardmodel.records import Record
from rewardmodel.scenes import PICTURE_BOOK, describe
from rewardmodel.scenes.samples import judged_scenes, record_of
from rewardmodel.tau import NOTHING


@pytest.fixture(scope="module")
def drawn():
    return list(judged_scenes(PICTURE_BOOK, "test", 8))


def test_true_captions_have_no_false_claim_and_an_empty_one_is_false(drawn):
    scenes = [scene for scene, _ in drawn]
    records = [Record(record_of(*pair).image, "", describe(pair[0], 1).text) for pair in drawn]
    records[-1] = Record(records[-1].image, "", NOTHING)
    truth_N3 = rates.truth(scenes, records)
    assert (truth_N3[:-1, 0] >= 1).all()
    assert truth_N3[:-1, 1:].sum() == 0
    assert truth_N3[-1].tolist() == [1, 1, 1]


def test_rates_are_of_claims_and_of_captions():
    row = rates.rate_of(np.array([[4, 1, 1], [2, 0, 0], [2, 1, 1], [2, 0, 0]], dtype=float))
    assert (row["claim"]["rate"], row["caption"]["rate"], row["claims_per_caption"]) == (0.2, 0.5, 2.5)
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
