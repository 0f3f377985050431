"""The made-up studies are what they say, and the estimates find what is planted in a few of them."""

from collections import Counter
from random import Random

import pytest

from benchmarks.study_simulation import ARMS, Planted, captions_of, repeat, study, table


def test_a_study_is_balanced_and_pairs_see_each_caption_differently():
    rows, truth = study(Planted("x", 3.4, people=4, captions=20, overlap=2), Random(1))
    assert len(rows) == 80
    assert Counter((row.annotator, row.arm) for row in rows) == {(person, arm): 10 for person in range(4) for arm in ARMS}
    arms = [{row.arm for row in rows if row.item == item} for item in {row.item for row in rows}]
    assert sum(len(both) == 2 for both in arms) > 0.8 * len(arms)
    assert 2.5 < truth < 4.5


def test_captions_get_easier_along_the_queue():
    captions = captions_of(2_000, Random(1))
    early, late = (sum(one.difficulty for one in part) / 500 for part in (captions[:500], captions[-500:]))
    assert early - late == pytest.approx(0.3, abs=0.06)  # three quarters of the way down


@pytest.mark.parametrize("times", [3.4, 1.0])
def test_a_planted_speedup_is_found_without_bias_and_within_its_interval(times):
    report = repeat(Planted("x", times, people=4, captions=24), 30)
    assert report["studies"] == 30
    assert report["speedup"]["median"] == pytest.approx(times, rel=0.1)
    assert abs(report["speedup"]["bias"]) < 0.08
    assert report["speedup"]["these_people"]["covers"] >= 0.8
    assert report["speedup"]["other_people"]["leaves_out_1"] == pytest.approx(float(times > 1), abs=0.15)
    assert report["missed"] is None  # nobody else has judged the caption


def test_blindness_beside_flags_shows_as_more_missed_errors_and_its_absence_does_not():
    found, fair = (
        repeat(Planted("x", 3.4, people=8, captions=60, overlap=2, others_found=share), 12)["missed"] for share in (0.4, 0.85)
    )
    assert found["difference"] == pytest.approx(
        0.135, abs=0.03
    )  # 0.3 of the errors are not flagged, 0.45 of those are missed more
    assert found["above_0"] > 0.7
    assert abs(fair["difference"]) < 0.03
    assert fair["above_0"] < 0.3


def test_the_table_has_a_row_for_each_truth():
    report = {"studies": 2, "planted": [repeat(Planted(name, 1.0, people=3, captions=20), 2) for name in ("one", "other")]}
    assert [line.split(" | ")[0] for line in table(report).splitlines()[4:]] == ["| one", "| other"]
