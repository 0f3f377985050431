"""The way from a checkpoint to captioners over tau, on the command line, as short as it can be."""

import json

from PIL import Image

from rewardmodel.__main__ import main
from rewardmodel.captioner import captions, load

LORA = [
    "--attention",
    "causal",
    "--lora-rank",
    "4",
    "--validation-scenes",
    "4",
    "--patch-weight",
    "0",
    "--cloze-weight",
    "0",
    "--referent-weight",
    "0",
]
SHORT = ["--images-per-step", "2", "--responses-per-image", "2", "--warmup-steps", "0"]


def test_caption_train_then_train_then_tau(tiny_checkpoint, tmp_path, capsys):
    first, second, out = (str(tmp_path / name) for name in ("captioner", "reward", "out"))
    assert main(["caption-train", "--parent", str(tiny_checkpoint), "--out", first, "--steps", "2", *SHORT]) == 0
    assert main(["train", "--backbone", first, "--out", second, "--steps", "2", *SHORT, *LORA]) == 0
    arguments = ["tau", "--captioner", first, "--checkpoint", second, "--judge", str(tiny_checkpoint), "--n", "3", "--out", out]
    assert main([*arguments, "--tau", "0", "0.25"]) == 0
    said = capsys.readouterr().out
    assert "By the judge (Table 6)" in said
    assert "By the truth of the drawings" in said
    measured = json.loads((tmp_path / "out" / "tau.json").read_text())
    assert list(measured["truth"]) == ["tau-0", "tau-0.25"]
    assert "tau-0.25" in (tmp_path / "out" / "tau.svg").read_text()
    written = [json.loads(line)["response"] for line in (tmp_path / "out" / "tau-0.25.jsonl").read_text().splitlines()]
    assert len(written) == 3
    assert len(list(captions(load(str(tmp_path / "out" / "tau-0.25")), [Image.new("RGB", (32, 32))], "What?"))) == 1


def test_tau_names_what_is_wrong(tiny_checkpoint, tmp_path, capsys):
    arguments = ["tau", "--captioner", str(tmp_path / "nowhere"), "--checkpoint", str(tiny_checkpoint), "--n", "1"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 1
    assert "cannot be loaded" in capsys.readouterr().err
    assert main([*arguments, "--out", str(tmp_path / "out"), "--data", "picturebook:tests"]) == 1
    assert "the splits are train, validation, test" in capsys.readouterr().err
