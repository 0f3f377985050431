"""The way from a checkpoint to captioners over tau, on the command line, as short as it can be."""

import json

from PIL import Image

from rewardmodel.__main__ import main
from rewardmodel.captioner import captions, load
from rewardmodel.records import read_records

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


def test_the_pictures_of_a_file_are_captioned_once_each_to_their_own_prompts_and_rates_can_be_taken(
    tiny_checkpoint, tmp_path, capsys
):
    first, second, out = tmp_path / "captioner", tmp_path / "reward", tmp_path / "deep" / "out"
    assert main(["caption-train", "--parent", str(tiny_checkpoint), "--out", str(first), "--steps", "1", *SHORT]) == 0
    assert main(["train", "--backbone", str(first), "--out", str(second), "--steps", "1", *SHORT, *LORA]) == 0
    rows = [("a.png", "What?"), ("b.png", "Where?"), ("a.png", "Who?")]
    for name, _ in rows:
        Image.new("RGB", (32, 32), "red").save(tmp_path / name)
    lines = (json.dumps({"image": name, "prompt": prompt, "response": "A dog"}) + "\n" for name, prompt in rows)
    (tmp_path / "some.jsonl").write_text("".join(lines))
    arguments = ["tau", "--captioner", str(first), "--checkpoint", str(second), "--judge", str(tiny_checkpoint), "--tau", "0"]
    flags = ["--data", str(tmp_path / "some.jsonl"), "--out", str(out), "--captions-only", "--most-tokens", "3"]
    assert main([*arguments, *flags]) == 0
    found = list(read_records(out / "tau-0.jsonl"))
    assert [(one.image.resolve(), one.prompt) for one in found] == [
        (tmp_path / "a.png", "What?"), (tmp_path / "b.png", "Where?"),
    ]  # fmt: skip
    assert main(["rates", "--checkpoint", str(tiny_checkpoint), "--captions", f"tau={out / 'tau-0.jsonl'}"]) == 0
    assert "tau" in capsys.readouterr().out


def test_a_checkpoint_that_reads_ahead_has_no_adapters_for_a_captioner(tiny_checkpoint, tmp_path, capsys):
    first = str(tmp_path / "captioner")
    assert main(["caption-train", "--parent", str(tiny_checkpoint), "--out", first, "--steps", "1", *SHORT]) == 0
    arguments = ["tau", "--captioner", first, "--checkpoint", str(tiny_checkpoint), "--n", "1", "--out", str(tmp_path / "out")]
    assert main(arguments) == 1
    assert "reads with --attention lookahead, but a captioner writes causal" in capsys.readouterr().err


def test_tau_names_what_is_wrong(tiny_checkpoint, tmp_path, capsys):
    arguments = ["tau", "--captioner", str(tmp_path / "nowhere"), "--checkpoint", str(tiny_checkpoint), "--n", "1"]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 1
    assert "cannot be loaded" in capsys.readouterr().err
    assert main([*arguments, "--out", str(tmp_path / "out"), "--data", "picturebook:tests"]) == 1
    assert "the splits are train, validation, test" in capsys.readouterr().err
