"""The commands for a doubtful word."""

import json

import pytest
from PIL import Image

from rewardmodel.__main__ import main

TEXT = 'Two "cats".'


@pytest.fixture
def arguments(tiny_checkpoint, tmp_path) -> list[str]:
    Image.new("RGB", (48, 32), "red").save(tmp_path / "picture.png")
    return ["--checkpoint", str(tiny_checkpoint), "--image", str(tmp_path / "picture.png"), "--response", TEXT]


def test_suggest_gives_replacements_of_a_span_to_programs(arguments, capsys):
    assert main(["suggest", *arguments, "--span", "5", "9", "--k", "2", "--json"]) == 0
    [passage] = json.loads(capsys.readouterr().out)["passages"]
    assert (passage["start"], passage["end"]) == (5, 9)
    assert len(passage["suggestions"]) == 2
    for one in passage["suggestions"]:
        assert one["text"] == TEXT[: one["start"]] + one["replacement"] + TEXT[one["end"] :]


def test_suggest_without_a_span_takes_what_is_flagged(arguments, capsys):
    assert main(["score", *arguments, "--json"]) == 0
    flagged = [word["flagged"] for word in json.loads(capsys.readouterr().out)["words"]]
    assert main(["suggest", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert (lines == ["No word is below the threshold."]) is not any(flagged)


def test_suggest_names_a_span_that_is_none(arguments, capsys):
    assert main(["suggest", *arguments, "--span", "4", "9"]) == 1
    assert "does not begin and end with words" in capsys.readouterr().err


def test_evidence_draws_the_map_and_gives_it_to_programs(arguments, tmp_path, capsys):
    out = tmp_path / "made" / "heat.png"
    assert main(["evidence", *arguments, "--word", "1", "--out", str(out), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["start"], answer["end"], answer["word"]) == (5, 9, "cats")
    assert [len(row) for row in answer["heat"]] == [2, 2]
    with Image.open(out) as drawn:
        assert drawn.size == (48, 32)


def test_evidence_prints_the_map_for_people(arguments, capsys):
    assert main(["evidence", *arguments, "--word", "0"]) == 0
    first, *rows = capsys.readouterr().out.splitlines()
    assert first.startswith("Two  grounded 0.")
    assert len(rows) == 2


def test_evidence_names_a_word_that_is_not_there(arguments, capsys):
    assert main(["evidence", *arguments, "--word", "2"]) == 1
    assert "words 0 to 1, not 2" in capsys.readouterr().err
