"""Calibration on cases worked out by hand."""

import dataclasses
import math
import shutil

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.__main__ import main
from rewardmodel.calibration import Bin, Line, calibrate, calibration_error, doubtful_error, fitted, reliability, uncalibrated
from rewardmodel.checkpoints import SHIPPED, Card, read_card, weights_sha256
from rewardmodel.data import records_of
from rewardmodel.evaluate import judge
from rewardmodel.metrics import Judged
from rewardmodel.scoring import Scorer

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


def test_doubtful_error_leaves_out_the_tokens_that_are_surely_good():
    judged = [Judged([0.99] * 98 + [0.2, 0.2], [1] * 98 + [1, 0], [0] * 100)]
    assert doubtful_error(judged) == pytest.approx(0.3)
    assert calibration_error(judged) == pytest.approx(0.02 * 0.3 + 0.98 * 0.01)
    assert math.isnan(doubtful_error([Judged([0.9], [1], [0])]))


def drawn(line: Line, count: int = 2_000) -> list[Judged]:
    """Responses whose tokens are good as often as their values behind a line say."""
    rng = np.random.default_rng(0)
    values = rng.uniform(0.02, 0.98, (count, 2))
    labels = (rng.uniform(size=values.shape) < line.of(values)).astype(int)
    return [Judged(row.tolist(), own.tolist(), [0, 0]) for row, own in zip(values, labels, strict=True)]


@pytest.mark.parametrize("line", [Line(1.0, 0.0), Line(1.0, math.log(3)), Line(0.5, -1.0)])
def test_the_line_that_made_the_labels_is_found_and_calibrates(line):
    judged = drawn(line)
    found = fitted(judged)
    assert found == pytest.approx(line, abs=0.15)
    assert calibration_error([found.judged(one) for one in judged]) < 0.025


def test_a_line_by_hand_and_at_the_edges():
    assert Line(1.0, math.log(3)).of([0.5]).tolist() == pytest.approx([0.75])  # odds of 1 become odds of 3
    assert Line(2.0, 0.0).of([0.75]).tolist() == pytest.approx([0.9])
    assert Line(1.0, 0.0).of([0.0, 1.0]).tolist() == pytest.approx([0.0, 1.0], abs=1e-5)


def test_too_little_or_a_ranking_upside_down_gives_no_line():
    judged = drawn(Line(1.0, 0.0))
    clean = [one for one in judged if one.is_clean]
    assert fitted(clean) is None
    assert fitted(judged, least=len(judged)) is None
    turned = [Judged([1 - value for value in one.values], one.labels, one.sentences) for one in judged]
    assert fitted(turned) is None


def test_values_that_tell_all_tokens_apart_stay_apart():
    judged = [Judged([0.7 + number / 1_000, 0.2 + number / 1_000], [1, number % 2], [0, 0]) for number in range(60)]
    apart = [Judged([0.9, 0.6 if one.is_clean else 0.1], one.labels, one.sentences) for one in judged]
    line = fitted(apart)
    assert 0 < line.slope < 20
    assert line.of([0.1, 0.6, 0.9]).tolist() == sorted(set(line.of([0.1, 0.6, 0.9]).tolist()))


def test_values_that_tell_nothing_give_no_line():
    assert fitted([Judged([0.5, 0.5], [1, number % 2], [0, 0]) for number in range(60)]) is None


def test_a_calibrated_model_says_what_the_line_makes_of_its_values_and_can_be_taken_back(tiny_model, tiny_processor):
    def judge_it() -> list[Judged]:
        scorer = Scorer(tiny_model, tiny_processor, Card(), torch.device("cpu"))
        return list(judge(scorer, records_of("picturebook:validation", 24)))

    before, weights = judge_it(), [part.clone() for part in tiny_model.head.parameters()]
    line, card = Line(2.0, -0.5), Card(threshold=0.4, training={"steps": 3})
    calibrated = calibrate(tiny_model, card, line)
    assert calibrated.threshold == pytest.approx(line.of([0.4])[0])
    assert calibrated.calibration == (2.0, -0.5)
    for one, old in zip(judge_it(), before, strict=True):
        assert one.values == pytest.approx(line.of(old.values).tolist(), abs=0.02)  # bfloat16, where the CPU has it
    assert uncalibrated(tiny_model, calibrated) == dataclasses.replace(card, threshold=pytest.approx(0.4))
    for part, old in zip(tiny_model.head.parameters(), weights, strict=True):
        torch.testing.assert_close(part, old)
    assert uncalibrated(tiny_model, card) is card


def test_the_command_writes_a_calibrated_checkpoint_and_refuses_what_it_cannot(tiny_checkpoint, tmp_path, capsys):
    arguments = ["calibrate", "--checkpoint", str(tiny_checkpoint), "--n", "40", "--out", str(tmp_path / "out")]
    status = main(arguments)
    said = capsys.readouterr()
    if status:  # random weights may rank bad tokens above good ones
        assert "too little to learn from" in said.err or "would get worse" in said.err
    else:
        assert "calibration error: " in said.out
        assert read_card(tmp_path / "out").calibration[0] > 0
    assert main([*arguments, "--n", "39"]) == 1  # nineteen bad responses
    assert "picturebook:validation has too little to learn from: it takes 20 clean and 20 bad" in capsys.readouterr().err


def test_the_command_leaves_a_checkpoint_that_would_get_worse(tmp_path, capsys):
    shutil.copytree(SHIPPED, tmp_path / "mine")
    data = ["perturb", "--data", "picturebook:validation", "--n", "40", "--size", "128", "--out", str(tmp_path / "few")]
    assert main(data) == 0
    arguments = ["--checkpoint", str(tmp_path / "mine"), "--data", str(tmp_path / "few" / "records.jsonl")]
    before = weights_sha256(tmp_path / "mine"), read_card(tmp_path / "mine")
    assert main(["calibrate", *arguments, "--out", str(tmp_path / "mine")]) == 1
    assert "would get worse" in capsys.readouterr().err
    assert (weights_sha256(tmp_path / "mine"), read_card(tmp_path / "mine")) == before
