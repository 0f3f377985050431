"""Written records: one question for each caption and kind, rows in the order of the file, and no file that is half there."""

import json
import logging
import re
from pathlib import Path

import pytest

from rewardmodel.endpoint import Endpoint, EndpointError, Patience
from rewardmodel.perturbations import writer_records
from rewardmodel.perturbations.writer_records import write_perturbed
from rewardmodel.records import Span, read_records
from rewardmodel.taxonomy import KINDS, Kind
from tests.rewardmodel.endpoint_server import Asked, ChatServer, failing, saying

CAPTION, WRONG = "A dog sees a café .", "A cat sees a café ."


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def model(asked: Asked):
    """Writes cats for dogs, and finds whatever it wrote false and of the kind."""
    if asked.text.endswith("Answer with one word, yes or no."):
        return saying("No." if "be true of that same picture" in asked.text else "Yes.")
    return saying(re.findall(r"<caption>(.*?)</caption>\nAnswer:", asked.text, re.DOTALL)[-1].replace("dog", "cat"))


@pytest.fixture
def server():
    with ChatServer(model).running() as running:
        yield running


@pytest.fixture
def endpoint(server) -> Endpoint:
    return Endpoint(server.base, "m", patience=Patience(attempts=1, backoff=0.01, concurrency=2))


def file_of(folder: Path, *rows: dict) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "clean.jsonl"
    file.write_text("".join(json.dumps({"image": "a.png"} | row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_a_caption_of_two_pictures_is_asked_for_once_and_written_for_both(server, endpoint, tmp_path):
    data = file_of(tmp_path / "in", {"response": CAPTION}, {"image": "b.png", "prompt": "What?", "response": CAPTION})
    table = write_perturbed(data, tmp_path / "out", endpoint, [Kind.OBJECT])
    assert len(server.asked) == 3  # write, truth, kind
    assert (table["object"]["attempted"], table["object"]["kept"]) == (1, 1)
    records = list(read_records(tmp_path / "out" / "records.jsonl"))
    assert [(record.image.name, record.prompt, record.response) for record in records] == [
        ("a.png", "", CAPTION), ("a.png", "", WRONG), ("b.png", "What?", CAPTION), ("b.png", "What?", WRONG),
    ]  # fmt: skip


def test_kinds_are_taken_once_each_in_the_order_given(endpoint, tmp_path):
    data = file_of(tmp_path / "in", {"response": CAPTION})
    table = write_perturbed(data, tmp_path / "out", endpoint, [Kind.TEXT, Kind.OBJECT, Kind.TEXT])
    assert {kind: row["attempted"] for kind, row in table.items()} == {"object": 1, "text": 1}
    records = list(read_records(tmp_path / "out" / "records.jsonl"))
    assert [record.spans for record in records] == [(), (Span(2, 5, Kind.TEXT),), (Span(2, 5, Kind.OBJECT),)]


def test_all_kinds_are_tried_unless_some_are_named(endpoint, tmp_path):
    table = write_perturbed(file_of(tmp_path / "in", {"response": CAPTION}), tmp_path / "out", endpoint)
    assert list(table) == list(KINDS)
    assert [table[kind]["wrong kind"] for kind in KINDS] == [int(kind is Kind.BINDING) for kind in KINDS]  # a cat is no move


def test_pictures_are_named_from_the_new_file_and_letters_stay_letters(endpoint, tmp_path):
    data = file_of(tmp_path / "in", {"image": "pictures/ü.png", "response": CAPTION})
    write_perturbed(data, tmp_path / "far" / "out", endpoint, [Kind.OBJECT])
    text = (tmp_path / "far" / "out" / "records.jsonl").read_text(encoding="utf-8")
    assert json.loads(text.splitlines()[0])["image"] == "../../in/pictures/ü.png"
    assert "café" in text


def test_nothing_half_written_is_left_behind(endpoint, tmp_path):
    write_perturbed(file_of(tmp_path / "in", {"response": CAPTION}), tmp_path / "out", endpoint, [Kind.OBJECT])
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["answers.jsonl", "records.jsonl", "yield.json"]


def test_a_second_run_asks_nothing_and_writes_the_same(server, endpoint, tmp_path):
    data = file_of(tmp_path / "in", {"response": CAPTION}, {"response": "A hen ."})
    first = write_perturbed(data, tmp_path / "out", endpoint, [Kind.OBJECT])
    written, asked = (tmp_path / "out" / "records.jsonl").read_bytes(), len(server.asked)
    assert write_perturbed(data, tmp_path / "out", endpoint, [Kind.OBJECT]) == first
    assert (tmp_path / "out" / "records.jsonl").read_bytes() == written
    assert len(server.asked) == asked


def test_a_refusal_leaves_the_records_of_an_earlier_run_as_they_were(server, endpoint, tmp_path):
    data = file_of(tmp_path / "in", {"response": CAPTION})
    write_perturbed(data, tmp_path / "out", endpoint, [Kind.OBJECT])
    written = (tmp_path / "out" / "records.jsonl").read_bytes()
    server.script = lambda asked: failing(401)
    with pytest.raises(EndpointError, match="wants a key"):
        write_perturbed(data, tmp_path / "out", endpoint, [Kind.TEXT])
    assert (tmp_path / "out" / "records.jsonl").read_bytes() == written


@pytest.mark.parametrize(
    ("rows", "count"), [([{"response": "A dog .", "spans": [{"start": 2, "end": 5}]}], None), ([{"response": "A dog ."}], 0)]
)
def test_a_file_without_a_clean_record_is_named(endpoint, tmp_path, rows, count):
    data = file_of(tmp_path / "in", *rows)
    with pytest.raises(ValueError, match=re.escape(f"{data} has no record without spans: there is nothing to perturb")):
        write_perturbed(data, tmp_path / "out", endpoint, [Kind.OBJECT], count=count)
    assert not (tmp_path / "out").exists()


def test_two_runs_in_one_folder_are_told_apart(endpoint, tmp_path):
    data = file_of(tmp_path / "in", {"response": CAPTION})
    with writer_records.AnswerCache(tmp_path / "out" / "answers.jsonl"), pytest.raises(ValueError, match="in use by another run"):
        write_perturbed(data, tmp_path / "out", endpoint, [Kind.OBJECT])


def test_a_long_run_says_how_far_it_is(endpoint, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(writer_records, "TOLD_EVERY", 2)
    caplog.set_level(logging.INFO, logger="rewardmodel.perturbations.writer_records")
    data = file_of(tmp_path / "in", *({"response": f"A hen {number} ."} for number in range(5)))
    write_perturbed(data, tmp_path / "out", endpoint, [Kind.OBJECT])
    assert [record.getMessage() for record in caplog.records] == ["2 of 5", "4 of 5"]
