"""Answered questions, against a real server that plays a language model: wrong answers, their checks, and captions of answers."""

import json
import re
from pathlib import Path

import pytest

from rewardmodel.__main__ import main
from rewardmodel.answer_cache import AnswerCache
from rewardmodel.endpoint import Endpoint, EndpointError, Patience
from rewardmodel.perturbations.perturbed import Perturbed
from rewardmodel.perturbations.question_prompts import (
    EXAMPLE,
    EXAMPLES,
    answers,
    paragraph_prompt,
    still_right_prompt,
    wrong_answer_prompt,
)
from rewardmodel.perturbations.question_records import write_questions
from rewardmodel.perturbations.questions import OF_A_PICTURE, Asked, QuestionWriter
from rewardmodel.perturbations.writer import Reason
from rewardmodel.perturbations.writer_answers import rewritten_caption
from rewardmodel.perturbations.writer_diff import Difference
from rewardmodel.records import Span, read_records
from tests.rewardmodel.endpoint_server import ChatServer, Reply, failing, saying

TOLD = "A brown dog sits on a red chair."
COLOUR = Asked("What colour is the dog?", "The dog is brown.", TOLD)
HASTE = Patience(timeout=1.0, attempts=1, backoff=0.01, concurrency=2)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


class Model:
    """Plays a language model: what it makes of an answer, whether it finds that right, and how it describes a picture."""

    def __init__(self) -> None:
        self.wrong = lambda answer: answer.replace("brown", "white").replace("Brown", "White").replace("Yes", "No")
        self.is_right = "No."
        self.paragraph = TOLD
        self.trouble: dict[str, Reply] = {}

    def __call__(self, asked) -> Reply:
        question = question_of(asked.text)
        if question in self.trouble:
            return self.trouble[question]
        if question == "answer":
            return saying(self.wrong(re.findall(r"<right>(.*?)</right>\nAnswer:", asked.text, re.DOTALL)[-1]))
        return saying(self.is_right if question == "right" else self.paragraph)


def question_of(text: str) -> str:
    if text.endswith("Paragraph:"):
        return "paragraph"
    return "right" if text.endswith("yes or no.") else "answer"


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def server(model):
    with ChatServer(model).running() as running:
        yield running


@pytest.fixture
def endpoint(server):
    return Endpoint(server.base, "m", patience=HASTE)


@pytest.fixture
def writer(endpoint, tmp_path):
    with AnswerCache(tmp_path / "answers.jsonl") as cache:
        yield QuestionWriter(endpoint, cache)


def questions(server: ChatServer) -> list[str]:
    return [question_of(asked.text) for asked in server.asked]


def test_a_wrong_answer_is_marked_by_its_words_and_has_no_kind(server, writer):
    assert writer.wrong_answer(COLOUR) == Perturbed("The dog is white.", (Span(11, 16),))
    assert questions(server) == ["answer", "right"]
    assert [asked.body["temperature"] for asked in server.asked] == [0.7, 0.0]
    assert f"<description>{TOLD}</description>" in server.asked[1].text
    assert "<answer>The dog is white.</answer>" in server.asked[1].text


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("The dog is brown.", Reason.ESCAPED),
        ("the dog is brown", Reason.UNCHANGED),
        ("", Reason.NONSENSE),
        ("Sure! Here is a wrong answer.", Reason.NONSENSE),
        ("White.\nOr black.", Reason.NONSENSE),
        ("Nobody can tell what such a picture shows.", Reason.TOO_DIFFERENT),
    ],
)
def test_what_is_no_wrong_answer_is_seen_without_asking_again(server, writer, model, written, reason):
    model.wrong = lambda answer: written
    assert writer.wrong_answer(COLOUR) is reason
    assert questions(server) == ["answer"]


@pytest.mark.parametrize(("said", "reason"), [("Yes, it could.", Reason.PARAPHRASE), ("Perhaps", Reason.NONSENSE)])
def test_an_answer_that_may_be_right_is_thrown_away(writer, model, said, reason):
    model.is_right = said
    assert writer.wrong_answer(COLOUR) is reason


@pytest.mark.parametrize("form", ["{}", "Wrong answer: {}", "answer: {}", "<right>{}</right>", "<wrong>{}</wrong>", '"{}"'])
def test_what_stands_around_an_answer_is_taken_off(writer, model, form):
    model.wrong = lambda answer: form.format("The dog is white.")
    assert writer.wrong_answer(COLOUR) == Perturbed("The dog is white.", (Span(11, 16),))


def test_a_short_answer_may_change_as_a_whole(writer):
    assert writer.wrong_answer(Asked("Is it a dog?", "Yes", TOLD)) == Perturbed("No", (Span(0, 2),))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (TOLD, TOLD),
        (f'"{TOLD}"', TOLD),
        (f"Here is the paragraph:\n{TOLD}", TOLD),
        (f"Paragraph: {TOLD}", TOLD),
        (f"<paragraph>{TOLD}</paragraph>", TOLD),
        ("A picture hangs over a red chair.", "A picture hangs over a red chair."),
        ("There is a picture of a dog.", Reason.NONSENSE),
        ("", Reason.NONSENSE),
        ("The image shows a brown dog.", Reason.NONSENSE),
        ("In this photo a dog sits.", Reason.NONSENSE),
        ("A dog.\nA chair.", Reason.NONSENSE),
        ("I cannot see pictures.", Reason.NONSENSE),
    ],
)
def test_a_paragraph_is_one_and_speaks_of_things_not_of_a_picture(writer, model, written, kept):
    model.paragraph = written
    assert writer.paragraph([("What is it?", "A dog")]) == kept


def data_file(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "questions.jsonl"
    lines = [dict(zip(("image", "prompt", "response"), row, strict=True)) for row in rows]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


ROWS = [
    ("a.png", "What colour is the dog?", "Brown"),
    ("b.png", "Is there a cat?", "Yes"),
    ("a.png", "Where is the dog?", "On a chair"),
    ("c.png", "", "A caption without a question."),
]


def test_questions_and_captions_are_written_in_the_order_of_the_file(server, endpoint, tmp_path):
    table = write_questions(data_file(tmp_path / "in", ROWS), tmp_path / "out", endpoint)
    found = list(read_records(tmp_path / "out" / "records.jsonl"))
    assert [(one.image.name, one.prompt, one.response, one.spans) for one in found] == [
        ("a.png", "What colour is the dog?", "Brown", ()),
        ("a.png", "What colour is the dog?", "White", (Span(0, 5),)),
        ("b.png", "Is there a cat?", "Yes", ()),
        ("b.png", "Is there a cat?", "No", (Span(0, 2),)),
        ("a.png", "Where is the dog?", "On a chair", ()),
    ]
    assert {one.image.parent.resolve() for one in found} == {(tmp_path / "in").resolve()}
    captions = list(read_records(tmp_path / "out" / "captions.jsonl"))
    assert [(one.image.name, one.prompt, one.response, one.spans) for one in captions] == [
        ("a.png", "", TOLD, ()), ("b.png", "", TOLD, ()),
    ]  # fmt: skip
    assert (table["captions"]["attempted"], table["captions"]["kept"]) == (2, 2)
    assert (table["answers"]["attempted"], table["answers"]["escaped"], table["answers"]["kept"]) == (3, 1, 2)
    assert json.loads((tmp_path / "out" / "yield.json").read_text()) == table
    [both] = [asked.text for asked in server.asked if question_of(asked.text) == "paragraph" and "Brown" in asked.text]
    assert "<answers>\nWhat colour is the dog? Brown\nWhere is the dog? On a chair\n</answers>\nParagraph:" in both


def test_a_picture_that_cannot_be_described_is_known_by_its_answers(server, endpoint, model, tmp_path):
    model.paragraph = "The image shows a dog."
    table = write_questions(data_file(tmp_path / "in", ROWS), tmp_path / "out", endpoint)
    assert (tmp_path / "out" / "captions.jsonl").read_text() == ""
    assert (table["captions"]["nonsense"], table["answers"]["kept"]) == (2, 2)
    told = [asked.text for asked in server.asked if question_of(asked.text) == "right"]
    assert any("<description>What colour is the dog? Brown\nWhere is the dog? On a chair</description>" in text for text in told)


def test_a_second_run_asks_only_what_failed(server, endpoint, model, tmp_path):
    data = data_file(tmp_path / "in", ROWS)
    model.trouble["right"] = failing(400, "No")
    assert write_questions(data, tmp_path / "out", endpoint)["answers"]["failed"] == 2
    model.trouble.clear()
    before = len(server.asked)
    assert write_questions(data, tmp_path / "out", endpoint)["answers"]["kept"] == 2
    assert questions(server)[before:] == ["right", "right"]


def test_a_refusal_ends_the_run_and_leaves_what_was_written_before(server, endpoint, model, tmp_path):
    data = data_file(tmp_path / "in", ROWS)
    write_questions(data, tmp_path / "out", endpoint)
    before = (tmp_path / "out" / "records.jsonl").read_text()
    model.trouble["paragraph"] = failing(401, "No such key")
    more = data_file(tmp_path / "in", [*ROWS, ("d.png", "What?", "A hen")])
    with pytest.raises(EndpointError):
        write_questions(more, tmp_path / "out", endpoint)
    assert (tmp_path / "out" / "records.jsonl").read_text() == before


def test_a_file_without_a_question_is_refused(endpoint, tmp_path):
    with pytest.raises(ValueError, match=r"questions\.jsonl has no record with a prompt and without spans"):
        write_questions(data_file(tmp_path / "in", ROWS[3:]), tmp_path / "out", endpoint)


def test_the_command_writes_both_files_and_prints_the_yield(server, tmp_path, capsys):
    flags = ["--writer", server.base, "--model", "m", "--questions", "--n", "1", "--out", str(tmp_path / "out")]
    assert main(["perturb", "--data", str(data_file(tmp_path / "in", ROWS)), *flags]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed[:4]] == ["kind", "captions", "answers", "all"]
    assert len(list(read_records(tmp_path / "out" / "records.jsonl"))) == 2


def test_questions_need_a_writer(tmp_path, capsys):
    assert main(["perturb", "--data", str(data_file(tmp_path / "in", ROWS)), "--questions", "--out", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == "perturb: --questions needs --writer: rules don't answer\n"


ODD = "A {strange} <b>one</b>, 100 %?"


def test_prompts_hold_what_is_asked_as_it_is():
    assert wrong_answer_prompt(ODD, ODD).endswith(f"<question>{ODD}</question>\n<right>{ODD}</right>\nAnswer:")
    prompt = still_right_prompt("Told {so}.", ODD, ODD)
    assert f"<description>Told {{so}}.</description>\n<question>{ODD}</question>\n<answer>{ODD}</answer>" in prompt
    assert paragraph_prompt([(ODD, "Yes\nindeed")]).endswith(f"<answers>\n{ODD} Yes indeed\n</answers>\nParagraph:")


@pytest.mark.parametrize(("question", "right", "wrong"), EXAMPLES)
def test_examples_keep_their_own_rules(question, right, wrong):
    assert rewritten_caption(wrong, right) == wrong
    difference = Difference(right, wrong)
    assert difference.marked(None) is not None
    assert difference.text == wrong
    assert f"<question>{question}</question>\n<right>{right}</right>\nAnswer: {wrong}" in wrong_answer_prompt("Q", "A")


def test_the_example_of_a_paragraph_keeps_its_own_rules():
    pairs, paragraph = EXAMPLE
    assert rewritten_caption(paragraph, "a") == paragraph
    assert not OF_A_PICTURE.match(paragraph)
    said = {word.strip(".,").lower() for word in paragraph.split()}
    assert {word.lower() for _, answer in pairs for word in answer.split()} <= said
    assert answers(pairs) in paragraph_prompt(())
