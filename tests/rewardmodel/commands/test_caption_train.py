"""`caption-train`: its flags are settings, with their usual values, and it starts from any checkpoint."""

import argparse
import json
from pathlib import Path

import pytest

from rewardmodel.__main__ import main
from rewardmodel.captioner import load
from rewardmodel.checkpoints import SHIPPED
from rewardmodel.commands import caption_train
from rewardmodel.config import Optimisation


def parsed(*flags: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    caption_train.add(parser)
    return parser.parse_args(["--out", "x", *flags])


def test_flags_have_the_usual_values_of_the_settings():
    args, usual = parsed(), Optimisation()
    assert Optimisation(**{name: getattr(args, name) for name in caption_train.FLAGS}) == usual
    assert (args.parent, args.out, args.progress, args.responses_per_image) == (SHIPPED, Path("x"), None, 5)


def test_flags_are_read_as_their_settings_are():
    args = parsed("--steps", "3", "--lr", "1e-4", "--weight-decay", "0", "--parent", "p", "--progress", "q")
    assert (args.steps, args.lr, args.weight_decay, args.parent, args.progress) == (3, 1e-4, 0.0, Path("p"), Path("q"))


def test_one_step_writes_a_captioner_and_says_where(tiny_checkpoint, tmp_path, capsys):
    out, progress = tmp_path / "out", tmp_path / "progress.jsonl"
    flags = ["--steps", "1", "--images-per-step", "2", "--responses-per-image", "1", "--warmup-steps", "0"]
    files = ["--parent", str(tiny_checkpoint), "--out", str(out), "--progress", str(progress)]
    assert main(["caption-train", *files, *flags]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{out}: a captioner after 1 steps"
    assert load(str(out)).model.config.model_type == "paligemma"
    last = json.loads(progress.read_text().splitlines()[-1])
    assert (last["done"], last["total"]) == (1, 1)


def test_a_folder_that_holds_another_training_is_refused(tiny_checkpoint, tmp_path, capsys):
    out = tmp_path / "out"
    flags = ["--parent", str(tiny_checkpoint), "--images-per-step", "2", "--warmup-steps", "0", "--save-steps", "1"]
    assert main(["caption-train", *flags, "--out", str(out), "--responses-per-image", "1", "--steps", "1"]) == 0
    assert main(["caption-train", *flags, "--out", str(out), "--responses-per-image", "2", "--steps", "2"]) == 1
    assert "holds another training: responses_per_image was 1, not 2" in capsys.readouterr().err
    assert main(["caption-train", *flags, "--out", str(out), "--responses-per-image", "1", "--steps", "2"]) == 0


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--steps", "0"], "steps must be at least 1, got 0"),
        (["--seed", "-1"], "seed must be in [0, 1000), got -1"),
        (["--images-per-step", "0"], "images_per_step must be at least 1, got 0"),
    ],
)
def test_settings_that_make_no_sense_are_named(tmp_path, capsys, flags, message):
    assert main(["caption-train", "--out", str(tmp_path / "out"), *flags]) == 1
    assert capsys.readouterr().err == f"caption-train: {message}\n"
    assert not (tmp_path / "out").exists()
