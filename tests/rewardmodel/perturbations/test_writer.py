"""The writer, against a real server that plays a language model, good and bad."""

import itertools
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from rewardmodel import asking
from rewardmodel.__main__ import main
from rewardmodel.answer_cache import AnswerCache
from rewardmodel.endpoint import Endpoint, EndpointError, EndpointRefusedError, Patience
from rewardmodel.perturbations.perturbed import Perturbed
from rewardmodel.perturbations.writer import Reason, Writer, perturb_all, yield_lines, yields
from rewardmodel.perturbations.writer_records import write_perturbed
from rewardmodel.records import Span, read_records
from rewardmodel.taxonomy import KINDS, Kind
from tests.rewardmodel.endpoint_server import Asked, ChatServer, Reply, failing, saying

KEY = "sk-very-secret-0123456789"
CAPTION = "A brown dog runs on the grass ."
UNBOUND = [kind for kind in KINDS if kind is not Kind.BINDING]  # those for which the model below writes something fitting
WRONG = "A brown cat runs on the grass ."
HASTE = Patience(timeout=1.0, attempts=2, backoff=0.01, concurrency=4)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def cache(tmp_path):
    with AnswerCache(tmp_path / "answers.jsonl") as opened:
        yield opened


class Model:
    """Plays a language model: what it writes, and how it answers the two questions. `trouble` is replied where it is set."""

    def __init__(self) -> None:
        self.written = lambda caption: caption.replace("dog", "cat")
        self.may_be_true, self.is_of_kind = "no", "yes"
        self.trouble: dict[str, Reply] = {}
        self.delay = 0.0

    def __call__(self, asked: Asked) -> Reply:
        question = question_of(asked)
        if question in self.trouble:
            return self.trouble[question]
        answer = {"truth": self.may_be_true, "kind": self.is_of_kind}.get(question) or self.written(caption_of(asked))
        return saying(answer, delay=self.delay)


def question_of(asked: Asked) -> str:
    if not asked.text.endswith("Answer with one word, yes or no."):
        return "write"
    return "truth" if "be true of that same picture" in asked.text else "kind"


def caption_of(asked: Asked) -> str:
    return re.findall(r"<caption>(.*?)</caption>\nAnswer:", asked.text, re.DOTALL)[-1]


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def server(model):
    with ChatServer(model).running() as running:
        yield running


@pytest.fixture
def endpoint(server):
    return Endpoint(server.base, "some-model", key=KEY, patience=HASTE)


def questions(server: ChatServer) -> list[str]:
    return [question_of(asked) for asked in server.asked]


def test_a_caption_that_passes_all_checks_is_perturbed_and_marked(server, endpoint, cache):
    perturbed = Writer(endpoint, cache).perturb(CAPTION, Kind.OBJECT)
    assert perturbed == Perturbed(WRONG, (Span(8, 11, Kind.OBJECT),))
    assert questions(server) == ["write", "truth", "kind"]
    assert [asked.body["temperature"] for asked in server.asked] == [0.7, 0.0, 0.0]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (CAPTION, Reason.ESCAPED),
        (f"Answer: {CAPTION}\n", Reason.ESCAPED),
        ("a brown dog runs on the grass.", Reason.UNCHANGED),
        ("Sure! How may I help?", Reason.NONSENSE),
        ("", Reason.NONSENSE),
        ("Two lamps stand beside a very old piano .", Reason.TOO_DIFFERENT),
    ],
)
def test_local_checks_come_before_the_model_is_asked_again(server, endpoint, cache, model, written, reason):
    model.written = lambda caption: written
    assert Writer(endpoint, cache).perturb(CAPTION, Kind.OBJECT) is reason
    assert questions(server) == ["write"]


@pytest.mark.parametrize(
    ("kind", "texts", "asked"),
    [
        (Kind.BINDING, ("A red cup on a blue mat .", "A blue cup on a red mat ."), 3),
        (Kind.BINDING, ("An old man and a tall boy .", "A tall man and an old boy ."), 3),
        (Kind.BINDING, ("A red cup on a blue mat .", "A green cup on a red mat ."), 1),
        (Kind.COUNTING, ('Two signs read "2 for 1" at 4:30 .', 'Five signs read "2 for 1" at 4:30 .'), 3),
        (Kind.COUNTING, ('Two signs read "2 for 1" at 4:30 .', 'Two signs read "3 for 1" at 4:30 .'), 1),
        (Kind.COUNTING, ('Two signs read "2 for 1" at 4:30 .', 'Two signs read "2 for 1" at 5:30 .'), 1),
        (Kind.COUNTING, ("The jar is 50 % full .", "The jar is 20 % full ."), 1),
        (Kind.TEXT, ('Two signs read "2 for 1" .', 'Two signs read "3 for 1" .'), 3),
    ],
)
def test_broken_rules_of_a_kind_are_seen_without_asking(server, endpoint, cache, kind, texts, asked):
    caption, written = texts
    server.script.written = lambda caption: written
    outcome = Writer(endpoint, cache).perturb(caption, kind)
    assert (outcome is Reason.WRONG_KIND) == (asked == 1)
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("answers", "reason", "asked"),
    [
        (("Yes.", "yes"), Reason.PARAPHRASE, ["write", "truth"]),
        (("Who knows", "yes"), Reason.NONSENSE, ["write", "truth"]),
        (("no", "no"), Reason.WRONG_KIND, ["write", "truth", "kind"]),
        (("no", "object"), Reason.NONSENSE, ["write", "truth", "kind"]),
    ],
)
def test_paraphrases_and_wrong_kinds_are_refused(server, endpoint, cache, answers, reason, asked):
    server.script.may_be_true, server.script.is_of_kind = answers
    assert Writer(endpoint, cache).perturb(CAPTION, Kind.OBJECT) is reason
    assert questions(server) == asked


def test_the_checks_see_the_text_that_is_kept(server, endpoint, cache, model):
    model.written = lambda caption: "Here is the caption:\n\nA brown cat runs on the grass."
    Writer(endpoint, cache).perturb(CAPTION, Kind.OBJECT)
    assert f"<second>{WRONG}</second>" in server.asked[1].text


def test_an_answer_that_was_cut_is_nonsense(endpoint, cache, model):
    model.trouble["write"] = saying("A brown cat runs", finish_reason="length")
    assert Writer(endpoint, cache).perturb(CAPTION, Kind.OBJECT) is Reason.NONSENSE


def test_a_short_caption_may_change_by_more_than_the_share(endpoint, cache):
    assert isinstance(Writer(endpoint, cache).perturb("dog", Kind.OBJECT), Perturbed)


def test_every_answer_is_paid_for_once(server, endpoint, cache):
    first = Writer(endpoint, cache).perturb(CAPTION, Kind.OBJECT)
    assert Writer(endpoint, cache).perturb(CAPTION, Kind.OBJECT) == first
    assert len(server.asked) == 3


def test_another_kind_caption_or_model_is_asked_for_anew(server, endpoint, cache):
    Writer(endpoint, cache).perturb(CAPTION, Kind.OBJECT)
    Writer(endpoint, cache).perturb(CAPTION, Kind.TEXT)
    Writer(endpoint, cache).perturb("Another dog .", Kind.OBJECT)
    Writer(Endpoint(server.base, "other-model"), cache).perturb(CAPTION, Kind.OBJECT)
    assert Counter(questions(server)) == {"write": 4, "truth": 4, "kind": 4}


def test_what_was_answered_before_a_failure_is_not_asked_again(server, endpoint, cache, model):
    model.trouble["kind"] = failing(500)
    with pytest.raises(EndpointError):
        Writer(endpoint, cache).perturb(CAPTION, Kind.OBJECT)
    model.trouble.clear()
    assert isinstance(Writer(endpoint, cache).perturb(CAPTION, Kind.OBJECT), Perturbed)
    assert questions(server) == ["write", "truth", "kind", "kind", "kind"]


def test_all_pairs_are_done_once_and_in_order(server, endpoint, cache):
    pairs = [(f"Some dog {number} runs .", kind) for number in range(5) for kind in UNBOUND]
    outcomes = list(perturb_all(endpoint, cache, pairs + pairs))
    assert [pair for pair, _ in outcomes] == pairs
    assert len(server.asked) == 3 * len(pairs)


def test_no_more_requests_are_under_way_than_wanted(server, endpoint, cache, model):
    model.delay = 0.01
    list(perturb_all(endpoint, cache, [(f"Dog {number} runs .", Kind.OBJECT) for number in range(10)]))
    assert server.most_at_once == HASTE.concurrency


def test_a_pair_that_fails_is_told_and_the_others_go_on(endpoint, cache, model, caplog):
    model.trouble["truth"] = failing(400, "Flagged")
    outcomes = dict(perturb_all(endpoint, cache, [("A dog .", Kind.OBJECT), ("A hen .", Kind.OBJECT)]))
    assert list(outcomes.values()) == [Reason.FAILED, Reason.ESCAPED]
    assert [record.getMessage() for record in caplog.records] == [f"{endpoint.url} answered 400: Flagged"]


def test_a_refusal_ends_the_run_at_once(server, endpoint, cache, model):
    model.trouble["write"] = failing(401)
    with pytest.raises(EndpointRefusedError, match="refuses the key"):
        list(perturb_all(endpoint, cache, [(f"Dog {number} .", Kind.OBJECT) for number in range(500)]))
    assert len(server.asked) < 30


def test_too_many_failures_in_a_row_end_the_run(server, endpoint, cache, model):
    model.trouble["write"] = failing(403, "Not for you")
    with pytest.raises(EndpointError, match="answered 403: Not for you"):
        list(perturb_all(endpoint, cache, [(f"Dog {number} .", Kind.OBJECT) for number in range(500)]))
    assert asking.FAILURES_IN_A_ROW <= len(server.asked) < 60


def test_yield_counts_every_outcome_by_kind():
    kept = Perturbed("A cat .", (Span(2, 5, Kind.OBJECT),))
    outcomes = {("a", Kind.OBJECT): kept, ("b", Kind.OBJECT): Reason.WRONG_KIND, ("a", Kind.TEXT): Reason.ESCAPED}
    table = yields(outcomes)
    none = dict.fromkeys(map(str, Reason), 0)
    assert table == {
        "object": {"attempted": 2} | none | {"wrong kind": 1, "kept": 1},
        "text": {"attempted": 1} | none | {"escaped": 1, "kept": 0},
    }
    head, *rows = [re.split(r" {2,}", line) for line in yield_lines(table)]
    assert head == ["kind", "attempted", *map(str, Reason), "kept"]
    assert rows[-1] == ["all", "3", "1", "0", "0", "0", "0", "1", "0", "1"]
    assert len({len(line) for line in yield_lines(table)}) == 1


def data_file(folder, captions):
    rows = [{"image": f"images/{number}.png", "prompt": "Describe", "response": text} for number, text in enumerate(captions)]
    folder.mkdir(exist_ok=True)
    path = folder / "clean.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_records_hold_each_clean_caption_and_its_perturbations(tmp_path, endpoint):
    data = data_file(tmp_path / "data", [CAPTION, "A hen ."])
    with data.open("a") as lines:
        lines.write(json.dumps({"image": "x.png", "response": "Wrong dog .", "spans": [{"start": 0, "end": 5}]}) + "\n")
    table = write_perturbed(data, tmp_path / "out", endpoint, [Kind.OBJECT, Kind.TEXT])
    records = list(read_records(tmp_path / "out" / "records.jsonl"))
    assert [(record.response, record.spans) for record in records] == [
        (CAPTION, ()),
        (WRONG, (Span(8, 11, Kind.OBJECT),)),
        (WRONG, (Span(8, 11, Kind.TEXT),)),
        ("A hen .", ()),
    ]
    assert {record.image.resolve() for record in records} == {tmp_path / "data/images/0.png", tmp_path / "data/images/1.png"}
    assert json.loads((tmp_path / "out" / "yield.json").read_text()) == table
    assert [(row["attempted"], row["escaped"], row["kept"]) for row in table.values()] == [(2, 1, 1), (2, 1, 1)]


def test_command_writes_records_with_the_key_of_the_environment_and_prints_the_yield(tmp_path, server, monkeypatch, capsys):
    monkeypatch.setenv("ENDPOINT_KEY", KEY)
    data, out = data_file(tmp_path / "data", [CAPTION, "A hen ."]), tmp_path / "out"
    flags = ["--writer", server.base, "--model", "some-model", "--kinds", "object", "text", "object", "--concurrency", "2"]
    assert main(["perturb", "--data", str(data), "--out", str(out), *flags]) == 0
    printed = capsys.readouterr()
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {KEY}"}
    assert [line.split()[0] for line in printed.out.splitlines()] == ["kind", "object", "text", "all", f"{out / 'records.jsonl'}"]
    assert len(list(read_records(out / "records.jsonl"))) == 4
    assert KEY not in printed.out + printed.err


def test_command_says_how_many_failed_and_asks_only_for_them_again(tmp_path, server, model, capsys):
    data, out = data_file(tmp_path / "data", [CAPTION, "Not taken ."]), tmp_path / "out"
    command = ["perturb", "--data", str(data), "--out", str(out), "--writer", server.base, "--model", "m", "--kinds", "object"]
    command += ["--n", "1"]
    model.trouble["kind"] = failing(400, "Flagged")
    assert main(command) == 0
    assert capsys.readouterr().out.endswith(": run the same again to ask for the 1 that failed\n")
    model.trouble.clear()
    assert main(command) == 0
    assert questions(server) == ["write", "truth", "kind", "kind"]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--writer", "localhost:8000", "--model", "m"], "perturb: 'localhost:8000' is no endpoint"),
        (["--writer", "http://127.0.0.1:9/v1"], "perturb: --writer needs --model"),
        (["--writer", "http://127.0.0.1:9/v1", "--model", "m"], "perturb: Cannot reach http://127.0.0.1:9/v1/chat/completions: "),
    ],
)
def test_command_tells_in_one_line_what_is_wrong(tmp_path, capsys, flags, message):
    data = data_file(tmp_path / "data", [CAPTION])
    assert main(["perturb", "--data", str(data), "--out", str(tmp_path / "out"), *flags]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(message)


def test_command_names_the_kinds_that_there_are(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["perturb", "--out", str(tmp_path), "--kinds", "colour"])
    assert "invalid choice: 'colour' (choose from 'spatial', 'attribute'," in capsys.readouterr().err


def test_no_more_records_are_taken_than_wanted(tmp_path, endpoint):
    data = data_file(tmp_path / "data", [CAPTION, "A hen .", "Another dog ."])
    write_perturbed(data, tmp_path / "out", endpoint, [Kind.OBJECT], count=2)
    assert [record.response for record in read_records(tmp_path / "out" / "records.jsonl")] == [CAPTION, WRONG, "A hen ."]


def test_a_file_without_clean_records_is_refused(tmp_path, endpoint):
    with pytest.raises(ValueError, match="there is nothing to perturb"):
        write_perturbed(data_file(tmp_path, []), tmp_path / "out", endpoint)


def test_the_key_is_in_no_file_and_no_log(tmp_path, endpoint, model, caplog):
    caplog.set_level(logging.DEBUG)
    model.written = lambda caption: f"A {KEY} runs on the grass ." if caption == CAPTION else caption
    model.trouble["kind"] = failing(400, f"Bad key {KEY}")
    write_perturbed(data_file(tmp_path / "data", [CAPTION, "A hen ."]), tmp_path / "out", endpoint, [Kind.OBJECT])
    texts = [path.read_text() for path in (tmp_path / "out").iterdir()]
    assert len(texts) == 3
    assert KEY not in "".join([*texts, caplog.text])
    assert "Bad key ***" in caplog.text


RUN = """
import sys
from pathlib import Path
from rewardmodel.endpoint import Endpoint, Patience
from rewardmodel.perturbations.writer_records import write_perturbed
data, out, base = sys.argv[1:]
write_perturbed(Path(data), Path(out), Endpoint(base, "some-model", patience=Patience(concurrency=2)))
"""


def test_a_killed_run_goes_on_and_pays_once(tmp_path, server, model):
    data, out = data_file(tmp_path / "data", [f"Some dog {number} runs ." for number in range(12)]), tmp_path / "out"
    numbers = itertools.count()
    command = [sys.executable, "-c", RUN, str(data), str(out), server.base]
    model.delay = 0.01
    model.written = lambda caption: caption.replace("dog", f"cat{next(numbers)}")
    with subprocess.Popen(command, env=os.environ | {"OMP_NUM_THREADS": "1"}) as run:
        while len(server.asked) < 60:
            assert run.poll() is None
            time.sleep(0.005)
        run.send_signal(signal.SIGKILL)
    assert not (out / "records.jsonl").exists()
    with (out / "answers.jsonl").open("a") as lines:
        lines.write('{"key": "half a li')
    model.delay = 0.0
    subprocess.run(command, check=True)
    times = Counter(asked.text for asked in server.asked)
    assert len(times) == 12 * (len(KINDS) + 2 * len(UNBOUND))
    assert sum(times.values()) - len(times) <= 2  # what was under way when it was killed
    assert len(list(read_records(out / "records.jsonl"))) == 12 * (1 + len(UNBOUND))
