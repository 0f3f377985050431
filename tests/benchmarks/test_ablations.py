"""The ablations train every row from the same start, and compare them on the same draws."""

import argparse

import numpy as np
import pytest

from benchmarks import ablations
from benchmarks.ablations import BLIND, FIRST, RANDOM, Row
from rewardmodel import checkpoints
from rewardmodel.align import BAD, GOOD
from rewardmodel.checkpoints import read_card
from rewardmodel.config import Attention
from rewardmodel.metrics import Judged
from rewardmodel.taxonomy import Kind

NAIVE, CAUSAL = "naive (verdict at the last token)", "causal"


def judged(*, knows: bool, count: int = 60) -> list[Judged]:
    rows = []
    for number in range(count):
        labels = [GOOD, BAD if number % 2 else GOOD]
        values = [0.9, 0.1 if labels[1] == BAD else 0.9] if knows else [0.5, 0.5]
        rows.append(Judged(values, labels, [0, 0], frozenset({Kind.OBJECT} if number % 2 else set())))
    return rows


def test_run_trains_what_is_asked_for_from_one_start(tmp_path):
    options = argparse.Namespace(
        work=tmp_path, parent=checkpoints.SHIPPED, only=[NAIVE, CAUSAL], start_steps=1, start_lr=1e-3, steps=1, lr=1e-3, rank=2,
        images=1, responses=2, save_steps=1, n=16, seed=40,
    )  # fmt: skip
    report = ablations.run(options)
    assert list(report["rows"]) == [FIRST, BLIND, RANDOM, NAIVE, CAUSAL]
    assert {path.name for path in tmp_path.iterdir()} == {"start-lookahead", "start-causal", "TLDR", "naive", "causal"}
    assert [read_card(tmp_path / name).is_naive for name in ("TLDR", "naive")] == [False, True]
    assert read_card(tmp_path / "causal").attention is Attention.CAUSAL
    assert "| causal |" in ablations.table(report)
    assert ablations.run(options)["rows"] == report["rows"]  # what is done is not done again


def test_the_start_sees_as_its_parent_and_has_a_decoder_of_its_own():
    parent, start = checkpoints.load(checkpoints.SHIPPED).model, ablations.fresh(checkpoints.SHIPPED, Attention.CAUSAL).model
    ours, theirs = start.state_dict(), parent.state_dict()
    same = {name for name, weights in ours.items() if weights.equal(theirs[name])}
    assert {name for name in ours if "vision_tower" in name or "projector" in name or "embed_tokens" in name} <= same
    assert not {name for name in same if "language_model.layers" in name and "proj" in name}
    assert "head.weight" not in same


def test_measure_gives_values_and_gaps_to_the_first_row():
    rows = {FIRST: Row(judged(knows=True), 0.5), "other": Row(judged(knows=False), 0.6)}
    report = ablations.measure(rows)
    first, other = report[FIRST], report["other"]
    assert (first["map_neg"]["value"], first["response_accuracy"]["value"], first["object"]["value"]) == (1.0, 1.0, 1.0)
    assert (first["map_neg"]["gap"], first["map_neg"]["gap_interval"]) == (0.0, (0.0, 0.0))
    assert other["map_neg"]["value"] == pytest.approx(0.25)
    assert other["response_accuracy"]["value"] == 0.5
    assert other["map_neg"]["gap"] == pytest.approx(-0.75)
    low, high = other["map_neg"]["gap_interval"]
    assert low < -0.75 < high < 0


def test_random_values_are_as_good_as_a_coin():
    known = judged(knows=True, count=2_000)
    row = ablations.guessed(known, known)
    assert np.mean([one.is_clean for one in row.judged]) == 0.5
    plain, _ = ablations.samples(row)
    assert plain[0] == pytest.approx(0.25, abs=0.03)
    assert plain[1] == pytest.approx(0.5, abs=0.04)


def test_the_threshold_of_random_values_is_chosen_on_validation_records():
    few, many = judged(knows=True, count=4), judged(knows=True, count=60)
    rows = [ablations.guessed(validation, few) for validation in (many, many[:30])]
    assert rows[0].judged == rows[1].judged  # the same values for the same records
    assert rows[0].threshold != rows[1].threshold


def test_the_table_makes_no_gap_bold_that_has_no_interval():
    figure = {"value": 0.52, "interval": (0.5, 0.54), "gap": -0.14}
    assert ablations._cell(figure | {"gap_interval": (-0.2, -0.1)}) == "**0.520** [0.500, 0.540]"
    assert ablations._cell(figure | {"gap_interval": None}) == "0.520 [0.500, 0.540]"
