"""Presets: the paper's values, what is refused by name, and that flags win."""

import re

import pytest
from safetensors.torch import load_file

from rewardmodel.__main__ import main
from rewardmodel.config import Attention, LoraOn, Optimisation
from rewardmodel.presets import preset_names, read_preset


def test_names_are_those_of_the_files():
    assert preset_names() == ["paper-llama-11b", "paper-paligemma-3b", "picturebook"]


@pytest.mark.parametrize("name", ["paper-paligemma-3b", "paper-llama-11b"])
def test_paper_presets_hold_tables_nine_and_ten(name):
    preset = read_preset(name)
    values = [preset[key] for key in ("lora_rank", "lora_alpha", "lora_dropout", "lr", "warmup_steps", "bad_weight")]
    assert values == [512, 128, 0.1, 1e-3, 200, 1.0]
    dealt = Optimisation(images_per_step=preset["images_per_step"], images_per_pass=preset["images_per_pass"]).dealt(8)
    assert dealt == (8, 8)  # batch and accumulation on each of 8 GPUs
    assert preset["attention"] is Attention.CAUSAL
    assert preset["architecture"].is_file()
    assert {preset[key] for key in ("patch_weight", "cloze_weight", "referent_weight", "replay")} == {0.0}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lr = 1e-3\nlearning_rate = 1\nrank = 2", "there is no setting learning_rate, rank"),
        ("steps = 1.5", "steps must be int, got 1.5"),
        ("bf16 = 1", "bf16 must be bool, got 1"),
        ('lr = "fast"', "lr must be float, got 'fast'"),
        ('lora_on = "head"', "lora_on must be one of both, decoder, projector, got 'head'"),
        ('attention = "sideways"', "attention must be one of causal, lookahead, got 'sideways'"),
        ("steps = ", "Invalid value"),
    ],
)
def test_presets_that_make_no_sense_are_refused(tmp_path, text, reason):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ValueError, match=re.escape(reason)):
        read_preset(str(tmp_path / "mine.toml"))


def test_missing_preset_is_told_which_there_are(capsys):
    assert main(["train", "--preset", "paper"]) == 1
    assert "There is no preset 'paper': give a file, or one of paper-llama-11b, paper-paligemma-3b" in capsys.readouterr().err


def test_flags_win_over_a_preset_and_a_preset_over_the_defaults(tiny_checkpoint, tmp_path, capsys):
    (tmp_path / "mine.toml").write_text("lora_rank = 2\nimages_per_step = 6\nimages_per_pass = 3\nlr = 1\n")
    arguments = ["train", "--preset", str(tmp_path / "mine.toml"), "--parent", str(tiny_checkpoint), "--images-per-pass", "2"]
    assert main([*arguments, "--dry-run"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[2].split() == ["projector", str(16 * 16 + 16), str(2 * (16 + 16)), str(2 * (16 + 16)), str(16 * 16 + 16)]
    assert said[6] == "A step takes 6 images: 1 process, 3 passes each, 2 images a pass"


def test_dry_run_counts_the_parent_that_is_given_before_the_backbone_of_the_preset(tiny_checkpoint, capsys):
    arguments = ["train", "--preset", "paper-paligemma-3b", "--parent", str(tiny_checkpoint), "--dry-run", "--lora-rank", "1"]
    arguments += ["--attention", "lookahead"]  # the preset's is causal
    assert main(arguments) == 0
    assert capsys.readouterr().out.splitlines()[4].split() == ["head", "17", "0", "17", "0"]


def test_lora_targets_of_a_preset_are_what_trains(tiny_checkpoint, tmp_path, capsys):
    (tmp_path / "mine.toml").write_text("lora_rank = 2\nlora_targets = 'language_model\\..*\\.q_proj'\n")
    preset = ["train", "--preset", str(tmp_path / "mine.toml"), "--parent", str(tiny_checkpoint)]
    assert main([*preset, "--dry-run"]) == 0
    planned = [line.split()[2] for line in capsys.readouterr().out.splitlines()[1:5]]
    assert planned == ["0", "0", str(2 * 2 * (16 + 16)), "0"]  # two layers
    short = ["--steps", "1", "--images-per-step", "1", "--responses-per-image", "1", "--patch-weight", "0", "--eval-steps", "0"]
    out = tmp_path / "child"
    assert main([*preset, "--out", str(out), "--validation-scenes", "1", *short]) == 0
    names = load_file(out / "adapters" / "adapter_model.safetensors")
    assert len(names) == 2 * 2
    assert all(".q_proj.lora_" in name for name in names)


def test_sizes_of_a_preset_stand_in_no_parents_way(tiny_checkpoint, capsys):
    assert main(["train", "--preset", "picturebook", "--parent", str(tiny_checkpoint), "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines()[4].split() == ["head", "17", "0", "17", "0"]  # not 257


def test_names_in_a_preset_are_those_of_the_flags(tmp_path):
    (tmp_path / "own.toml").write_text('lora_on = "decoder"\nattention = "causal"\n')
    settings = read_preset(str(tmp_path / "own.toml"))
    assert settings == {"lora_on": LoraOn.DECODER, "attention": Attention.CAUSAL}
    assert all(isinstance(value, LoraOn | Attention) for value in settings.values())
