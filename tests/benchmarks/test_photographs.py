"""The benchmark on photographs learns from one split, measures on another, and tells seeing from guessing."""

import argparse
import json

import numpy as np
import pytest
from PIL import Image

from benchmarks import photographs
from rewardmodel.align import BAD, GOOD
from rewardmodel.metrics import Judged
from rewardmodel.records import Record, Span
from rewardmodel.taxonomy import Kind

CAPTIONS = ["A black dog runs on the grass .", "Two men sit on a red bench .", "A girl in a blue dress is smiling ."]


@pytest.fixture
def flickr(tmp_path):
    rows = []
    for number in range(9):
        name = f"{number}.jpg"
        Image.new("RGB", (40, 30), (20 * number, 90, 60)).save(tmp_path / name)
        split = ("train", "validation", "test")[number % 3]
        rows.append({"image": name, "split": split, "captions": [CAPTIONS[(number + turn) % 3] for turn in range(5)]})
    (tmp_path / "captions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def test_run_trains_both_models_and_measures_on_test_photographs(flickr, tmp_path, capsys):
    options = argparse.Namespace(
        data=flickr,
        work=tmp_path / "work",
        only=None,
        steps=2,
        images=2,
        lr=1e-3,
        cloze_weight=1.0,
        save_steps=2,
        eval_steps=0,
        seed=0,
    )
    report = photographs.run(options)
    assert (report["photographs"], report["steps"]) == (3, 2)
    assert set(report["kinds"]["all"]) == {"n", "seeing", "grey", "blind", "gap"}
    assert report["kinds"]["all"]["n"] == report["n"] > 15  # three photographs, five captions each, and wrong ones
    assert "| attribute |" in photographs.table(report)
    assert photographs.run(options)["kinds"] == report["kinds"]  # what is done is not done again


def test_lessons_of_a_photograph_are_the_same_every_time_and_grey_for_the_blind(flickr):
    rows = [json.loads(line) for line in (flickr / "captions.jsonl").read_text(encoding="utf-8").splitlines()]
    seen, again = (photographs.Photographs(rows, flickr, 20, 0, is_blind=False)[4] for _ in range(2))
    blind = photographs.Photographs(rows, flickr, 20, 0, is_blind=True)[4]
    assert seen.responses == again.responses == blind.responses
    assert np.array_equal(np.asarray(seen.image), np.asarray(again.image))
    assert np.asarray(blind.image).std() == 0
    assert [bool(spans) for _, spans in seen.responses] == [False, False, True, True, True]


def test_measure_gives_the_gap_with_an_interval_over_photographs(tmp_path):
    wrong = (Span(2, 5, Kind.OBJECT),)
    records = [Record(tmp_path / f"{number // 2}.jpg", "", "a cat", wrong if number % 2 else ()) for number in range(40)]
    labels = [[GOOD, BAD if record.spans else GOOD] for record in records]
    knows = [Judged([0.9, 0.9 if label[1] == GOOD else 0.1], label, [0, 0]) for label in labels]
    guesses = [Judged([0.5, 0.5], label, [0, 0]) for label in labels]
    measured = photographs.measure({"seeing": knows, "grey": guesses, "blind": guesses}, records)
    assert set(measured) == {"all", "object"}
    assert (measured["all"]["seeing"]["map_neg"], measured["all"]["blind"]["map_neg"]) == pytest.approx((1.0, 0.25))
    gap = measured["all"]["gap"]
    assert gap["map_neg"] == pytest.approx(0.75)
    assert gap["interval"][0] <= gap["map_neg"] <= gap["interval"][1] + 1e-9
