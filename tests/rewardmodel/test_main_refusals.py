"""The command line on bad input: one line that names what is wrong, an exit status, and nothing half done."""

import json

import pytest
from PIL import Image

from rewardmodel.__main__ import main

RECORD = {"image": "a.png", "response": "A dog runs ."}


@pytest.fixture
def picture(tmp_path) -> str:
    Image.new("RGB", (32, 32), "red").save(tmp_path / "a.png")
    return str(tmp_path / "a.png")


@pytest.fixture
def refused(capsys):
    """Runs a command that must fail; gives the one line that it says."""

    def run(*arguments: str) -> str:
        assert main(arguments) == 1
        said = capsys.readouterr()
        assert said.out == ""
        [line] = said.err.splitlines()
        return line

    return run


@pytest.fixture
def misused(capsys):
    """Runs a command whose flags make no sense; gives the last line that it says."""

    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as stop:
            main(arguments)
        assert stop.value.code == 2
        return capsys.readouterr().err.splitlines()[-1]

    return run


def file_of(path, *rows) -> str:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["judge"], "argument COMMAND: invalid choice: 'judge' (choose from 'train', 'evaluate',"),
        (["train", "--parent", "a", "--backbone", "b"], "argument --backbone: not allowed with argument --parent"),
        (["train", "--bf16", "yes"], "argument --bf16: give 0 or 1"),
        (["train", "--naive", "true"], "argument --naive: give 0 or 1"),
        (["train", "--steps", "1.5"], "argument --steps: invalid int value: '1.5'"),
        (["train", "--attention", "sideways"], "argument --attention: invalid Attention value: 'sideways'"),
        (["train", "--lora-on", "head"], "argument --lora-on: invalid LoraOn value: 'head'"),
        (["perturb"], "the following arguments are required: --out"),
        (["perturb", "--out", "x", "--size", "big"], "argument --size: invalid int value: 'big'"),
        (["score", "--image", "a.png"], "the following arguments are required: --response"),
        (["evidence", "--image", "a.png", "--response", "A dog"], "the following arguments are required: --word"),
        (["suggest", "--image", "a", "--response", "b", "--span", "1"], "argument --span: expected 2 arguments"),
        (["rates", "--captions", "a=b", "--n", "-1"], "argument --n: give a whole number of at least 0, not '-1'"),
        (["evaluate", "--n", "some"], "argument --n: give a whole number of at least 0, not 'some'"),
        (["rates"], "the following arguments are required: --captions"),
        (["correct", "--data", "x"], "the following arguments are required: --out, --endpoint, --model"),
        (["tau", "--out", "x"], "the following arguments are required: --captioner, --checkpoint"),
        (["caption-train"], "the following arguments are required: --out"),
        (["caption-train", "--out", "x", "--bf16", "1"], "unrecognized arguments: --bf16 1"),
    ],
)
def test_flags_that_make_no_sense_are_named(misused, arguments, message):
    assert message in misused(*arguments)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--steps", "0"], "steps must be at least 1, got 0"),
        (["--preset", "paper-paligemma-3b", "--steps", "200"], "warmup_steps must be fewer than the 200 steps, got 200"),
        (["--lr", "-1"], "lr must be at least 0, got -1.0"),
        (["--seed", "1000"], "seed must be in [0, 1000), got 1000"),
        (["--patience", "2", "--eval-steps", "0"], "patience counts measurements on validation records: it needs eval_steps"),
        (["--lora-dropout", "1"], "lora_dropout must be in [0, 1), got 1.0"),
        (["--clean", "2"], "clean must be in [0, 1], got 2.0"),
        (["--bad-weight", "-1"], "No weight may be negative"),
        (["--preset", "thesis"], "There is no preset 'thesis': give a file, or one of "),
    ],
)
def test_train_names_settings_that_make_no_sense(refused, tmp_path, flags, message):
    assert refused("train", "--out", str(tmp_path / "out"), *flags).startswith(f"train: {message}")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("dusk:test", "dusk:test: training takes dusk:train, so that evaluation never sees training images"),
        ("picturebook", "picturebook: training takes picturebook:train, so that evaluation never sees training images"),
        ("nowhere.jsonl", "[Errno 2] No such file or directory: 'nowhere.jsonl'"),
    ],
)
def test_train_names_data_that_it_cannot_learn_from(refused, tiny_checkpoint, tmp_path, data, message):
    out = tmp_path / "out"
    assert refused("train", "--parent", str(tiny_checkpoint), "--out", str(out), "--data", data) == f"train: {message}"
    assert not out.exists()


def test_train_refuses_a_file_without_a_record(refused, tiny_checkpoint, tmp_path):
    data = file_of(tmp_path / "empty.jsonl")
    arguments = ("train", "--parent", str(tiny_checkpoint), "--out", str(tmp_path / "out"), "--data", data)
    assert refused(*arguments) == "train: There is no record to learn from"


def test_train_names_images_that_cannot_be_dealt_out(refused, tiny_checkpoint, tmp_path):
    flags = ["--images-per-step", "3", "--images-per-pass", "2", "--validation-scenes", "1"]
    assert refused("train", "--parent", str(tiny_checkpoint), "--out", str(tmp_path / "out"), *flags) == (
        "train: images_per_pass must divide the 3 images that a process takes of a step, got 2"
    )


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_train_refuses_another_attention_than_the_parents(refused, tiny_checkpoint, tmp_path, more):
    line = refused("train", "--parent", str(tiny_checkpoint), "--attention", "causal", "--out", str(tmp_path / "out"), *more)
    assert line == f"train: {tiny_checkpoint} reads with --attention lookahead, and goes on so, not with causal"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("start", ["--parent", "--backbone"])
def test_train_refuses_sizes_where_the_start_has_its_own(refused, tiny_checkpoint, tmp_path, start):
    sizes = ("--heads", "2", "--vision-layers", "1")
    line = refused("train", start, str(tiny_checkpoint), *sizes, "--out", str(tmp_path / "out"))
    assert line == f"train: {tiny_checkpoint} has its own sizes: leave out --heads, --vision-layers"


@pytest.mark.parametrize("command", ["train", "caption-train"])
def test_a_parent_that_is_no_checkpoint_is_named(refused, tmp_path, command):
    line = refused(command, "--parent", str(tmp_path), "--out", str(tmp_path / "out"))
    assert line == f"{command}: {tmp_path} is not a checkpoint: it has no card.json"


@pytest.mark.parametrize(("field", "value"), [("spans", 5), ("prompt", 5)])
def test_train_names_the_line_whose_record_is_none(refused, tiny_checkpoint, tmp_path, field, value):
    data = file_of(tmp_path / "in.jsonl", RECORD, RECORD | {field: value})
    line = refused("train", "--parent", str(tiny_checkpoint), "--out", str(tmp_path / "out"), "--data", data)
    assert line.startswith(f"train: {data}, line 2: A record's '{field}' ")


@pytest.mark.parametrize("data", ["picturebook", "dusk:", "dusk:tests", "noon:train", "captions.parquet"])
def test_perturb_names_a_world_or_split_that_there_is_not(refused, tmp_path, data):
    assert refused("perturb", "--data", data, "--out", str(tmp_path / "out")) == (
        f"perturb: {data}: give one of picturebook, dusk and one of train, validation, test, as in picturebook:train"
    )
    assert not (tmp_path / "out").exists()


def test_perturb_names_a_size_that_is_too_small(refused, tmp_path):
    line = refused("perturb", "--n", "1", "--size", "63", "--out", str(tmp_path))
    assert line == "perturb: A scene cannot be drawn in fewer than 64 pixels, got 63"


def test_perturb_names_the_line_that_is_no_record(refused, tmp_path):
    data = file_of(tmp_path / "in.jsonl", RECORD, "{", RECORD)
    assert refused("perturb", "--data", data, "--out", str(tmp_path / "out")).startswith(f"perturb: {data}, line 2: ")
    assert not (tmp_path / "out").exists()


def test_perturb_names_a_folder_that_is_a_file(refused, tmp_path):
    data = file_of(tmp_path / "in.jsonl", RECORD)
    assert refused("perturb", "--data", data, "--out", data) == f"perturb: [Errno 17] File exists: '{data}'"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("dusk:tests", "dusk:tests: the splits are train, validation, test"),
        ("nowhere.jsonl", "[Errno 2] No such file or directory: 'nowhere.jsonl'"),
    ],
)
def test_evaluate_names_data_that_is_not_there(refused, tiny_checkpoint, data, message):
    assert refused("evaluate", "--checkpoint", str(tiny_checkpoint), "--data", data) == f"evaluate: {message}"


@pytest.mark.parametrize("threshold", ["7", "-0.1", "nan"])
def test_evaluate_refuses_a_threshold_that_no_value_can_pass(refused, threshold):
    line = refused("evaluate", "--threshold", threshold)
    assert line == f"evaluate: --threshold is a grounded value in [0, 1], got {float(threshold)}"


def test_evaluate_refuses_nothing(refused, tiny_checkpoint, tmp_path):
    data = file_of(tmp_path / "empty.jsonl")
    metrics = tmp_path / "metrics.json"
    line = refused("evaluate", "--checkpoint", str(tiny_checkpoint), "--data", data, "--json", str(metrics))
    assert "no response" in line
    assert not metrics.exists()


@pytest.mark.parametrize("command", [["score"], ["suggest"], ["evidence", "--word", "0"]])
def test_a_picture_that_cannot_be_read_is_named(refused, tiny_checkpoint, tmp_path, command):
    (tmp_path / "text.png").write_text("no picture")
    for name, message in (("nowhere.png", "No such file or directory"), ("text.png", "cannot identify image file")):
        flags = ["--checkpoint", str(tiny_checkpoint), "--image", str(tmp_path / name), "--response", "A dog"]
        line = refused(*command, *flags)
        assert line.startswith(f"{command[0]}: ")
        assert message in line
        assert name in line


@pytest.mark.parametrize("command", [["evaluate"], ["score"], ["suggest"], ["evidence", "--word", "0"]])
def test_a_card_of_a_later_format_is_named(refused, tiny_checkpoint, picture, command):
    card = json.loads((tiny_checkpoint / "card.json").read_text())
    (tiny_checkpoint / "card.json").write_text(json.dumps(card | {"format": 2}))
    flags = [] if command == ["evaluate"] else ["--image", picture, "--response", "A dog"]
    line = refused(*command, "--checkpoint", str(tiny_checkpoint), *flags)
    assert line == f"{command[0]}: {tiny_checkpoint / 'card.json'} has format 2, this version reads format 1"


def test_rates_name_the_model_without_captions_and_the_file_that_is_missing(refused, tiny_checkpoint, tmp_path, picture):
    told, silent = file_of(tmp_path / "told.jsonl", RECORD), file_of(tmp_path / "silent.jsonl")
    flags = ["rates", "--checkpoint", str(tiny_checkpoint), "--json", str(tmp_path / "rates.json"), "--captions", f"a={told}"]
    assert refused(*flags, f"b={silent}").startswith("rates: b: there is no caption")
    assert refused(*flags, f"b={tmp_path / 'nowhere.jsonl'}").startswith("rates: [Errno 2] No such file or directory: ")
    assert refused(*flags, "--n", "0").startswith("rates: a: there is no caption")
    assert not (tmp_path / "rates.json").exists()


def test_rates_take_two_names_for_one_file_but_never_one_name_twice(refused, tiny_checkpoint, tmp_path, picture, capsys):
    file = file_of(tmp_path / "captions.jsonl", RECORD, RECORD | {"response": "A cat ."})
    flags = ["rates", "--checkpoint", str(tiny_checkpoint), "--captions", f"a={file}"]
    assert refused(*flags, f"b={file}", f"a={file}") == "rates: --captions: two models have the same name"
    assert main([*flags, f"b={file}", "--json", str(tmp_path / "rates.json")]) == 0
    measured = json.loads((tmp_path / "rates.json").read_text())
    assert measured["models"]["a"] == measured["models"]["b"]
    [row] = measured["differences"]
    assert [row[level]["difference"] for level in ("token", "sentence", "response")] == [0.0, 0.0, 0.0]


def test_tau_refuses_a_file_without_a_picture(refused, tiny_checkpoint, tmp_path):
    flags = ["tau", "--captioner", str(tmp_path), "--checkpoint", str(tiny_checkpoint), "--out", str(tmp_path / "out")]
    empty = file_of(tmp_path / "empty.jsonl")
    assert refused(*flags, "--data", empty) == f"tau: {empty}: there is no picture to caption"
    assert not (tmp_path / "out").exists()


def test_tau_refuses_one_out_of_range_before_anything_is_captioned(refused, tiny_checkpoint, tmp_path):
    flags = ["tau", "--captioner", str(tmp_path), "--checkpoint", str(tiny_checkpoint), "--out", str(tmp_path / "out")]
    assert refused(*flags, "--tau", "0", "0.5", "2") == "tau: tau must be in [0, 1], got 2.0"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", [("suggest",), ("evidence", "--word", "0")])
def test_a_response_without_a_word_is_refused(misused, picture, command):
    assert misused(*command, "--image", picture, "--response", " ").endswith("--response: it must have at least one word")
