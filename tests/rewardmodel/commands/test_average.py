"""The mean of checkpoints: by hand, and refused where they are not alike."""

import pytest
import torch

from rewardmodel import backbones, checkpoints
from rewardmodel.__main__ import main
from rewardmodel.calibration import Line, calibrate
from rewardmodel.checkpoints import Card, read_card, weights_sha256
from rewardmodel.config import Attention, SmallBackbone
from rewardmodel.model import TokenRewardModel


@pytest.fixture
def two(tiny_checkpoint, tiny_processor, tmp_path):
    """Folders of two checkpoints of one model."""
    loaded = checkpoints.load(tiny_checkpoint)
    with torch.no_grad():
        for weights in loaded.model.parameters():
            weights.add_(0.25)
    checkpoints.save(tmp_path / "other", loaded.model, tiny_processor, Card(threshold=0.7, knows="more", metrics={"n": 1}))
    return tiny_checkpoint, tmp_path / "other"


@pytest.mark.parametrize(("flags", "share"), [([], 0.5), (["--shares", "1", "3"], 0.75), (["--shares", "0", "2"], 1.0)])
def test_weights_lie_between_those_of_both_and_the_card_is_the_last_ones(two, tmp_path, flags, share):
    out = tmp_path / "out"
    assert main(["average", *map(str, two), "--out", str(out), *flags]) == 0
    first, last, mean = (checkpoints.load(folder).model.state_dict() for folder in (*two, out))
    for name, weights in mean.items():
        torch.testing.assert_close(weights, torch.lerp(first[name], last[name], share), atol=1e-3, rtol=1e-3)  # 16 bits
    card = read_card(out)
    assert (card.threshold, card.knows, card.metrics) == (0.7, "more", {})
    assert card.training["averaged"] == [[weights_sha256(two[0]), 1 - share], [weights_sha256(two[1]), share]]


def test_a_calibrated_checkpoint_counts_as_it_was_learned(two, tmp_path):
    loaded = checkpoints.load(two[1])
    calibrated = calibrate(loaded.model, loaded.card, Line(2.0, 0.5))
    checkpoints.save(tmp_path / "calibrated", loaded.model, loaded.processor, calibrated)
    for name, last in (("plain", two[1]), ("mean", tmp_path / "calibrated")):
        assert main(["average", str(two[0]), str(last), "--out", str(tmp_path / name)]) == 0
    plain, mean = (checkpoints.load(tmp_path / name) for name in ("plain", "mean"))
    torch.testing.assert_close(mean.model.head.weight, plain.model.head.weight, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(mean.model.head.bias, plain.model.head.bias, atol=1e-3, rtol=1e-3)
    assert (mean.card.calibration, mean.card.threshold) == ((), pytest.approx(0.7))


@pytest.mark.parametrize("shares", [["1"], ["1", "-1"], ["0", "0"], ["nan", "1"], ["inf", "1"]])
def test_shares_that_make_no_mean_are_refused(two, tmp_path, capsys, shares):
    assert main(["average", *map(str, two), "--out", str(tmp_path / "out"), "--shares", *shares]) == 1
    assert "a share of at least 0 for each of the 2 checkpoints" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_checkpoints_of_different_models_are_refused(tiny_checkpoint, tiny_processor, tmp_path, capsys):
    size = SmallBackbone(32, 16, vision_layers=1, vision_width=16, decoder_layers=1, decoder_width=16, heads=2)
    model = TokenRewardModel(backbones.small_backbone(tiny_processor, size), Attention.LOOKAHEAD)
    checkpoints.save(tmp_path / "other", model, tiny_processor, Card())
    assert main(["average", str(tiny_checkpoint), str(tmp_path / "other"), "--out", str(tmp_path / "out")]) == 1
    assert "are no checkpoints of one model" in capsys.readouterr().err
