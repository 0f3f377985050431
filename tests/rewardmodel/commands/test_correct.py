"""`correct` from end to end: the shipped checkpoint, drawings, and a server that plays a vision model, good and bad."""

import json
import re
from itertools import islice

import pytest

from rewardmodel.__main__ import main
from rewardmodel.checkpoints import SHIPPED
from rewardmodel.commands.correct import samples_of, write_corrections
from rewardmodel.corrections.cases import Guidance
from rewardmodel.endpoint import Endpoint, Patience
from rewardmodel.records import read_records
from rewardmodel.scenes import PICTURE_BOOK, describe, draw
from rewardmodel.scenes.samples import scene_of
from rewardmodel.scoring import Scorer
from tests.rewardmodel.endpoint_server import ChatServer, failing, saying

COLOURS = ("red", "blue", "green", "yellow", "orange", "purple", "pink", "white", "black", "brown", "grey")


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def prompt_of(asked) -> str:
    return asked.body["messages"][0]["content"][1]["text"]


def caption_of(asked) -> str:
    return re.findall(r"\n<caption>(.*?)</caption>\n", prompt_of(asked), re.DOTALL)[0]


class Oracle:
    """Knows the true caption that each wrong one was made of, and tells it only to those who say where to look."""

    def __init__(self, truth: dict[str, str]) -> None:
        self.truth = truth

    def __call__(self, asked):
        caption = caption_of(asked)
        return saying(self.truth[caption] if "Doubtful passages" in prompt_of(asked) else caption)


@pytest.fixture
def captions(tmp_path):
    """Four captions of drawings with one wrong colour each, as a file of records; and the true ones by the wrong ones."""
    main(["perturb", "--n", "1", "--out", str(tmp_path / "in"), "--data", "picturebook:test", "--size", "128"])
    truth, rows = {}, []
    for scene in (scene_of("test", number, PICTURE_BOOK) for number in range(1_000)):
        true = describe(scene, 0).text
        colours = [word for word in true.split() if word in COLOURS]
        if not colours:
            continue
        wrong = true.replace(colours[0], "blue" if colours[0] != "blue" else "red", 1)
        name = f"images/{scene.seed}.png"
        draw(scene, 128).save(tmp_path / "in" / name)
        truth[wrong] = true
        rows.append(json.dumps({"image": name, "response": wrong}) + "\n")
        if len(rows) == 4:
            break
    (tmp_path / "in" / "captions.jsonl").write_text("".join(rows))
    return tmp_path / "in" / "captions.jsonl", truth


def correct(captions, out, server, *more: str) -> int:
    endpoint = ["--endpoint", server.base, "--model", "seer"]
    return main(["correct", "--data", str(captions), "--out", str(out), *endpoint, *more])


def test_correct_keeps_what_is_better_and_counts_both_guidances(captions, tmp_path, capsys):
    file, truth = captions
    with ChatServer(Oracle(truth)).running() as server:
        assert correct(file, tmp_path / "out", server) == 0
        asked = len(server.asked)
        assert correct(file, tmp_path / "out", server) == 0  # the same again asks nothing
        assert len(server.asked) == asked
    table = json.loads((tmp_path / "out" / "table.json").read_text())
    guided, naive = (table["guidance"][name] for name in ("guided", "naive"))
    assert (guided["samples"], guided["flagged"], guided["self_corrected"]) == (4, 4, 4)
    assert guided["model"] == {"win": 4, "tie": 0, "loss": 0}
    assert (naive["self_corrected"], naive["refused"]["unchanged"]) == (0, 4)
    rows = [json.loads(line) for line in (tmp_path / "out" / "guided.jsonl").read_text().splitlines()]
    assert [(row["original"], row["response"]) for row in rows] == list(truth.items())
    assert all(row["before"]["lowest"] < row["after"]["lowest"] for row in rows)
    records = list(read_records(tmp_path / "out" / "naive.jsonl"))  # a file of records, as `rates` takes them
    assert [record.response for record in records] == list(truth)
    assert records[0].image.is_file()
    said = capsys.readouterr().out
    assert "naive: nothing taken of 4 unchanged" in said


def test_correct_knows_the_truth_of_drawings(tmp_path, capsys):
    with ChatServer(lambda asked: saying(caption_of(asked))).running() as server:
        assert correct("picturebook:validation", tmp_path / "out", server, "--n", "8", "--guidance", "guided") == 0
    rows = [json.loads(line) for line in (tmp_path / "out" / "guided.jsonl").read_text().splitlines()]
    assert len(rows) == 8
    assert {row["reason"] for row in rows} == {"unchanged", "not flagged"}
    assert all((tmp_path / "out" / row["image"]).is_file() for row in rows)
    assert not (tmp_path / "out" / "naive.jsonl").exists()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (saying("I'm sorry, but I can't see a picture."), "nonsense"),
        (saying(""), "nonsense"),
        (saying("A d", finish_reason="length"), "nonsense"),
        (saying("Something else altogether is to be seen here, namely a unicorn and many small elves."), "too different"),
    ],
)
def test_misbehaviour_changes_nothing(captions, tmp_path, reply, reason):
    file, truth = captions
    with ChatServer(lambda asked: reply).running() as server:
        assert correct(file, tmp_path / "out", server, "--n", "2", "--guidance", "naive") == 0
    rows = [json.loads(line) for line in (tmp_path / "out" / "naive.jsonl").read_text().splitlines()]
    assert [(row["response"], row["reason"]) for row in rows] == [(wrong, reason) for wrong in islice(truth, 2)]


def test_what_failed_is_asked_again(captions, tmp_path):
    file, truth = captions
    scorer, haste = Scorer.load(SHIPPED), Patience(attempts=2, backoff=0.01)
    with ChatServer(
        lambda asked: failing(500) if caption_of(asked) in list(truth)[1:] else Oracle(truth)(asked)
    ).running() as server:
        for failed in (3, 0):
            endpoint = Endpoint(server.base, "seer", patience=haste)
            samples = samples_of(str(file), None, tmp_path / "out")
            summary = write_corrections(scorer, endpoint, samples, tmp_path / "out", [Guidance.GUIDED])
            row = summary["guidance"]["guided"]
            assert (row["refused"]["failed"], row["self_corrected"]) == (failed, 4 - failed)
            server.script = Oracle(truth)
    assert [caption_of(asked) for asked in server.asked].count(next(iter(truth))) == 1


def test_correct_names_what_is_wrong(tmp_path, capsys):
    with ChatServer(lambda asked: failing(404, "no such model")).running() as server:
        assert correct("picturebook:validation", tmp_path / "out", server, "--n", "8") == 1
        assert "knows no model 'seer'" in capsys.readouterr().err
        assert correct("picturebook:somewhere", tmp_path / "out", server) == 1
    assert "the splits are train, validation, test" in capsys.readouterr().err
    assert not (tmp_path / "out" / "guided.jsonl").exists()
