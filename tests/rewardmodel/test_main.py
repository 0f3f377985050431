"""The command line: every command does its work on small input, and says what is wrong with bad input."""

import argparse
import json
from dataclasses import replace

import pytest
from PIL import Image

from rewardmodel.__main__ import main
from rewardmodel.checkpoints import Card, Loaded, read_card, weights_sha256, write_card
from rewardmodel.commands import train
from rewardmodel.config import Lora, Optimisation, Teaching, TrainConfig
from rewardmodel.records import read_records

TINY_SIZES = [
    "--image-size", "32", "--vision-layers", "1", "--vision-width", "16", "--decoder-layers", "1", "--decoder-width", "16",
    "--heads", "2",
]  # fmt: skip
SHORT = ["--images-per-step", "2", "--responses-per-image", "2", "--validation-scenes", "8"]


COMMANDS = (
    "train",
    "evaluate",
    "average",
    "calibrate",
    "rates",
    "correct",
    "caption-train",
    "tau",
    "score",
    "suggest",
    "evidence",
    "perturb",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert f"python -m rewardmodel {command}" in capsys.readouterr().out


def test_perturb_writes_records_that_can_be_read(tmp_path, capsys):
    assert main(["perturb", "--n", "16", "--out", str(tmp_path), "--size", "64"]) == 0
    records = list(read_records(tmp_path / "records.jsonl"))
    assert len(records) == 16
    assert [len(record.spans) > 0 for record in records] == [False, True] * 8
    with Image.open(records[0].image) as picture:
        assert picture.size == (64, 64)
    assert "8 clean, 1 spatial, 1 attribute" in capsys.readouterr().out


def test_perturb_takes_the_captions_of_a_file(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    Image.new("RGB", (8, 8), "red").save(tmp_path / "in" / "dog.png")
    rows = [{"image": "dog.png", "prompt": "Describe.", "response": response} for response in ("A dog runs .", "A wet dog", "?")]
    rows.append({"image": "dog.png", "response": "A cat", "spans": [{"start": 2, "end": 5, "kind": "object"}]})
    (tmp_path / "in" / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    out = tmp_path / "made" / "out"
    arguments = ["--data", str(tmp_path / "in" / "data.jsonl"), "--out", str(out)]
    assert main(["perturb", *arguments, "--kinds", "counting", "attribute"]) == 0
    records = list(read_records(out / "records.jsonl"))
    assert [record.response for record in records if not record.spans] == ["A dog runs .", "A wet dog", "?"]
    assert records[3].response == "A dry dog"
    assert all(record.image.resolve() == (tmp_path / "in" / "dog.png").resolve() for record in records)
    assert "3 clean, 0 spatial, 1 attribute, 0 binding, 0 object, 1 counting" in capsys.readouterr().out


def test_perturb_makes_other_errors_with_another_seed(tmp_path):
    captions = ["A red dog sits on a big bench .", "Two men in blue shirts stand behind a black car ."] * 4
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    rows = "".join(json.dumps({"image": "a.png", "response": caption}) + "\n" for caption in captions)
    (tmp_path / "captions.jsonl").write_text(rows)
    made = []
    for seed in ("0", "0", "1"):
        assert main(["perturb", "--data", str(tmp_path / "captions.jsonl"), "--out", str(tmp_path / seed), "--seed", seed]) == 0
        made.append((tmp_path / seed / "records.jsonl").read_text())
    assert made[0] == made[1] != made[2]


def test_perturb_writes_the_same_again_and_other_pictures_of_the_other_world(tmp_path):
    def files(world: str, folder: str) -> dict[str, bytes]:
        out = tmp_path / folder
        assert main(["perturb", "--data", f"{world}:test", "--n", "3", "--size", "64", "--out", str(out)]) == 0
        return {str(file.relative_to(out)): file.read_bytes() for file in out.rglob("*.*")}

    book, again, dusk = files("picturebook", "a"), files("picturebook", "b"), files("dusk", "c")
    assert set(book) == {"records.jsonl", *(f"images/{number:06}.png" for number in range(3))}
    assert book == again
    assert book["records.jsonl"] == dusk["records.jsonl"]  # the same truth in other colours
    assert not any(book[name] == dusk[name] for name in book if name.endswith(".png"))


def test_perturb_of_no_drawing_writes_no_record(tmp_path, capsys):
    assert main(["perturb", "--n", "0", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "records.jsonl").read_text() == ""
    assert "records.jsonl: 0 clean, 0 spatial, 0 attribute," in capsys.readouterr().out


def test_perturb_exchanges_words_of_captions_of_a_file_and_of_nothing_else(tmp_path, capsys):
    rows = [{"image": "dog.png", "response": f"A {colour} dog runs ."} for colour in ("black", "brown", "white") * 20]
    file = tmp_path / "data.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"image": "x.png", "response": "?"}]))
    assert main(["perturb", "--data", str(file), "--exchange", "--out", str(tmp_path), "--kinds", "attribute"]) == 0
    records = list(read_records(tmp_path / "records.jsonl"))
    assert 20 < len(records) < 120
    assert [bool(record.spans) for record in records] == [False, True] * (len(records) // 2)
    assert all(record.response.startswith("A") and record.response.endswith(" dog runs .") for record in records)
    for arguments in (["--exchange"], ["--data", str(file), "--exchange", "--writer", "http://localhost:1"]):
        assert main(["perturb", *arguments, "--out", str(tmp_path)]) == 1
        assert "--exchange is for the captions of a file" in capsys.readouterr().err


def test_perturb_may_write_over_the_file_that_it_reads(tmp_path):
    rows = [{"image": f"{name}.png", "response": f"A {name} runs ."} for name in ("dog", "cat")]
    file = tmp_path / "records.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["perturb", "--data", str(file), "--out", str(tmp_path), "--kinds", "object"]) == 0
    records = list(read_records(file))
    assert [record.image.name for record in records] == ["dog.png", "dog.png", "cat.png", "cat.png"]
    assert [record.response for record in records if not record.spans] == ["A dog runs .", "A cat runs ."]


def test_perturb_takes_as_many_records_of_a_file_as_wanted_and_keeps_their_letters(tmp_path):
    rows = [{"image": "a.png", "prompt": "Qu\u00e9?", "response": f"{number} perros \U0001f436 ."} for number in range(3)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = ["--data", str(tmp_path / "in.jsonl"), "--out", str(tmp_path / "out"), "--n", "2", "--kinds", "spatial"]
    assert main(["perturb", *arguments]) == 0
    written = (tmp_path / "out" / "records.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["response"] for line in written.splitlines()] == [row["response"] for row in rows[:2]]
    assert "Qu\u00e9?" in written
    assert json.loads(written.splitlines()[0]) == rows[0] | {"image": "../a.png", "spans": []}


def test_perturb_names_a_bad_split(tmp_path, capsys):
    assert main(["perturb", "--data", "picturebook:tests", "--out", str(tmp_path)]) == 1
    assert "picturebook:tests: give one of" in capsys.readouterr().err


def test_evaluate_writes_what_it_prints(tiny_checkpoint, tmp_path, capsys):
    main(["perturb", "--n", "16", "--out", str(tmp_path), "--size", "64"])
    file = tmp_path / "metrics.json"
    arguments = ["--checkpoint", str(tiny_checkpoint), "--data", str(tmp_path / "records.jsonl"), "--json", str(file)]
    assert main(["evaluate", *arguments]) == 0
    metrics = json.loads(file.read_text())
    assert {"token_accuracy", "sentence_accuracy", "response_accuracy", "map_neg", "map_pos", "by_kind", "n"} <= set(metrics)
    assert metrics["n"] == 16
    assert {"words", "spans", "intervals", "reliability"} <= set(metrics)
    said = capsys.readouterr()
    assert f"response_accuracy            {metrics['response_accuracy']:.4f}" in said.out
    assert "This checkpoint knows nothing; on other pictures its values mean nothing." in said.err
    assert read_card(tiny_checkpoint).metrics == {}
    assert main(["evaluate", *arguments, "--keep"]) == 0
    assert read_card(tiny_checkpoint).metrics == metrics
    assert (metrics["data"], metrics["blind"]) == ("records.jsonl", False)


@pytest.mark.parametrize("flags", [["--blind"], ["--threshold", "0"]])
def test_evaluate_keeps_only_what_the_checkpoint_itself_reaches(tiny_checkpoint, capsys, flags):
    assert main(["evaluate", "--checkpoint", str(tiny_checkpoint), "--n", "2", "--keep", *flags]) == 1
    assert "leave out --blind and --threshold" in capsys.readouterr().err
    assert read_card(tiny_checkpoint).metrics == {}


def test_evaluate_draws_the_reliability_diagram(tiny_checkpoint, tmp_path, capsys):
    main(["perturb", "--n", "4", "--out", str(tmp_path), "--size", "64"])
    arguments = ["--checkpoint", str(tiny_checkpoint), "--data", str(tmp_path / "records.jsonl")]
    assert main(["evaluate", *arguments, "--plot", str(tmp_path / "plots" / "reliability.svg")]) == 0
    drawing = (tmp_path / "plots" / "reliability.svg").read_text()
    assert "share of good tokens" in drawing
    assert "4 responses of records.jsonl" in drawing


def test_rates_compare_models_on_the_same_images(tiny_checkpoint, tmp_path, capsys):
    main(["perturb", "--n", "6", "--out", str(tmp_path), "--size", "64"])
    rows = [json.loads(line) for line in (tmp_path / "records.jsonl").read_text().splitlines()]
    (tmp_path / "other.jsonl").write_text(
        "".join(json.dumps(row | {"response": "Two cats.", "spans": []}) + "\n" for row in rows)
    )
    capsys.readouterr()
    captions = [f"perturbed={tmp_path / 'records.jsonl'}", f"other={tmp_path / 'other.jsonl'}"]
    files = ["--json", str(tmp_path / "rates.json"), "--plot", str(tmp_path / "rates.svg")]
    assert main(["rates", "--checkpoint", str(tiny_checkpoint), "--captions", *captions, "--n", "5", *files]) == 0
    measured = json.loads((tmp_path / "rates.json").read_text())
    assert [row["n"] for row in measured["models"].values()] == [5, 5]
    assert [(row["models"], row["n_images"]) for row in measured["differences"]] == [(["perturbed", "other"], 5)]
    said = capsys.readouterr().out
    assert [line.split()[0] for line in said.splitlines()[:3]] == ["model", "perturbed", "other"]
    assert "This checkpoint knows nothing; on other pictures these rates mean nothing." in said
    drawing = (tmp_path / "rates.svg").read_text()
    assert "tokens flagged" in drawing
    assert "Flagged by a checkpoint that knows nothing" in drawing


def test_evaluate_takes_another_threshold_and_may_be_blind(tiny_checkpoint, tmp_path):
    def measured(colour: str, *flags: str) -> dict:
        Image.new("RGB", (32, 32), colour).save(tmp_path / "a.png")
        rows = [{"image": "a.png", "response": "A red dog sits."}]
        rows.append({"image": "a.png", "response": "A dog.", "spans": [{"start": 2, "end": 5, "kind": "object"}]})
        (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        files = ["--data", str(tmp_path / "data.jsonl"), "--json", str(tmp_path / "metrics.json")]
        assert main(["evaluate", "--checkpoint", str(tiny_checkpoint), *files, *flags]) == 0
        return json.loads((tmp_path / "metrics.json").read_text())

    lenient, strict = measured("red", "--threshold", "0"), measured("blue", "--threshold", "1")
    assert [one["by_kind"]["object"]["caught"] for one in (lenient, strict)] == [0.0, 1.0]
    assert [one["response_accuracy"] for one in (lenient, strict)] == [0.5, 0.5]  # the clean half, the wrong half
    assert lenient["reliability"] != strict["reliability"]
    red, blue = (measured(colour, "--blind", "--n", "1") for colour in ("red", "blue"))
    assert red["reliability"] == blue["reliability"]
    assert (red["blind"], lenient["blind"]) == (True, False)
    assert (red["n"], red["threshold"]) == (1, read_card(tiny_checkpoint).threshold)


@pytest.mark.parametrize("captions", ["captions.jsonl", "=captions.jsonl", "llava="])
def test_rates_ask_for_a_name_and_a_file(captions, capsys):
    with pytest.raises(SystemExit):
        main(["rates", "--captions", captions])
    assert "as in llava=captions.jsonl" in capsys.readouterr().err


def test_rates_refuse_two_models_of_one_name(tiny_checkpoint, tmp_path, capsys):
    assert main(["rates", "--captions", "a=x.jsonl", "a=y.jsonl"]) == 1
    assert "two models have the same name" in capsys.readouterr().err


def test_score_gives_each_word_to_programs(tiny_checkpoint, tmp_path, capsys):
    picture = tmp_path / "picture.png"
    Image.new("RGB", (32, 32), "red").save(picture)
    arguments = ["--checkpoint", str(tiny_checkpoint), "--image", str(picture), "--response", 'Two "cats".']
    assert main(["score", *arguments, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [(word["start"], word["end"], word["word"]) for word in answer["words"]] == [(0, 3, "Two"), (5, 9, "cats")]
    assert all(word["flagged"] == (word["grounded"] < answer["threshold"]) for word in answer["words"])
    assert main(["score", *arguments]) == 0
    said = capsys.readouterr()
    assert [line.split()[-1] for line in said.out.splitlines()] == ["Two", "cats"]
    assert "This checkpoint knows nothing; on other pictures its values mean nothing." in said.err


def test_score_takes_words_of_any_script_and_none(tiny_checkpoint, tmp_path, capsys):
    Image.new("RGB", (32, 32), "red").save(tmp_path / "a.png")
    arguments = ["score", "--checkpoint", str(tiny_checkpoint), "--image", str(tmp_path / "a.png"), "--json", "--response"]
    assert main([*arguments, "\u8d64\u3044 \U0001f436\n\u00abchien\u00bb"]) == 0
    said = capsys.readouterr().out
    words = json.loads(said)["words"]
    assert [word["word"] for word in words] == ["\u8d64", "\u3044", "\U0001f436", "chien"]
    assert [(word["start"], word["end"]) for word in words] == [(0, 1), (1, 2), (3, 4), (6, 11)]
    assert "\U0001f436" in said  # for people who look at it, too
    assert main([*arguments, " "]) == 0
    assert json.loads(capsys.readouterr().out) == {"threshold": 0.4, "words": []}


def test_score_depends_on_the_prompt_and_is_rounded_to_four_digits(tiny_checkpoint, tmp_path, capsys):
    Image.new("RGB", (32, 32), "red").save(tmp_path / "a.png")
    arguments = ["--checkpoint", str(tiny_checkpoint), "--image", str(tmp_path / "a.png"), "--response", "Two cats", "--json"]
    values = []
    for prompt in ("", "Describe the picture.", "<image>"):
        assert main(["score", *arguments, "--prompt", prompt]) == 0
        values.append([word["grounded"] for word in json.loads(capsys.readouterr().out)["words"]])
    assert values[0] != values[1]
    assert values[0] == values[2]  # the name of the image token is no prompt
    assert all(value == round(value, 4) for row in values for value in row)


def test_score_says_nothing_of_pictures_where_the_checkpoint_knows_all(tiny_checkpoint, tmp_path, capsys):
    write_card(tiny_checkpoint, replace(read_card(tiny_checkpoint), knows="", threshold=0.0))
    Image.new("RGB", (32, 32), "red").save(tmp_path / "a.png")
    arguments = ["--checkpoint", str(tiny_checkpoint), "--image", str(tmp_path / "a.png"), "--response", "Two cats"]
    assert main(["score", *arguments]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert "doubtful" not in said.out  # nothing is below 0


def test_score_names_a_missing_checkpoint(tmp_path, capsys):
    assert main(["score", "--checkpoint", str(tmp_path), "--image", "x.png", "--response", "A dog"]) == 1
    assert "is not a checkpoint" in capsys.readouterr().err


@pytest.mark.slow
def test_train_from_scratch_then_from_labels(tmp_path, capsys):
    parent, child, progress = tmp_path / "parent", tmp_path / "child", tmp_path / "progress.jsonl"
    assert main(["train", "--out", str(parent), "--steps", "3", *TINY_SIZES, *SHORT]) == 0
    assert read_card(parent).training["steps"] == 3
    main(["perturb", "--n", "16", "--out", str(tmp_path / "labels"), "--size", "64"])
    labels = str(tmp_path / "labels" / "records.jsonl")
    arguments = [
        "--parent",
        str(parent),
        "--data",
        labels,
        "--out",
        str(child),
        "--progress",
        str(progress),
        "--steps",
        "2",
        *SHORT,
    ]
    assert main(["train", *arguments]) == 0
    assert read_card(child).parent_sha256 == weights_sha256(parent)
    assert weights_sha256(child) != weights_sha256(parent)
    last = json.loads(progress.read_text().splitlines()[-1])
    assert (last["done"], last["total"]) == (2, 2)


def test_files_are_mixed_by_their_shares_and_none_teaches_what_another_holds_out(tmp_path, tiny_model, tiny_processor):
    start = Loaded(tiny_model, tiny_processor, Card())
    Image.new("RGB", (16, 16), "red").save(tmp_path / "spare.png")
    for name in ("clean", "people"):
        (tmp_path / name).mkdir()
        rows = [{"image": f"../{number}.png", "response": f"{name} {number}"} for number in range(40)]
        (tmp_path / name / "records.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    files = [str(tmp_path / name / "records.jsonl") for name in ("clean", "people")]
    parser = argparse.ArgumentParser()
    train.add(parser, {})
    args = parser.parse_args(["--data", *files, "--shares", "3", "1", "--replay", "0", "--steps", "50"])
    config = TrainConfig(Optimisation(steps=50, images_per_step=8), Teaching(replay=0.0), Lora())
    lessons, validation = train._lessons(args, config, start)
    held = {record.image.resolve() for record in validation}
    given = [lessons[index] for index in range(len(lessons))]
    assert not held & {lesson.image.resolve() for lesson in given}
    shares = [sum(lesson.responses[0][0].startswith(name) for lesson in given) / len(given) for name in ("clean", "people")]
    assert shares == pytest.approx([0.75, 0.25], abs=0.08)
    replaying = replace(config, teaching=Teaching(replay=0.5, responses_per_image=1, cloze_weight=0.0))
    lessons, _ = train._lessons(args, replaying, start)
    drawn = [lesson for lesson in (lessons[index] for index in range(200)) if lesson.patches is not None]
    assert 70 < len({lesson.image.tobytes() for lesson in drawn}) == len(drawn) < 130  # none of them twice
    assert {lesson.clozes for lesson in drawn} == {()}
    for mixed in (["picturebook:train", files[0]], [files[0], "picturebook:train"]):
        with pytest.raises(ValueError, match="mixed with files by --replay"):
            train._lessons(parser.parse_args(["--data", *mixed]), config, start)
    with pytest.raises(ValueError, match="a share above 0 for each of the 1 data sets"):
        train._lessons(parser.parse_args(["--data", files[0], "--shares", "1", "2"]), config, start)
    args = parser.parse_args(["--data", *files, "--shares", "1"])
    with pytest.raises(ValueError, match="a share above 0 for each of the 2 data sets"):
        train._lessons(args, config, start)


def test_train_names_a_missing_backbone(tmp_path, capsys):
    assert main(["train", "--out", str(tmp_path / "out"), "--backbone", str(tmp_path / "nowhere")]) == 1
    assert "cannot be loaded: there is no such folder" in capsys.readouterr().err


def test_train_asks_for_a_folder(capsys):
    assert main(["train", "--steps", "1"]) == 1
    assert "give the folder of the new checkpoint with --out" in capsys.readouterr().err
