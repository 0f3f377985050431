"""Prompts: what is told with guidance, and only then."""

from pathlib import Path

from rewardmodel.corrections.cases import Case, Guidance, Scored
from rewardmodel.corrections.prompts import prompt_of
from rewardmodel.records import Record

RESPONSE = "A red dog sits here. It is day. Two {cats} wait."
CASE = Case(Record(Path("x.png"), "What is {this}?", RESPONSE), Scored(RESPONSE, [0.9, 0.1, 0.2] + [0.9] * 6 + [0.1, 0.9], 0.5))


def test_guided_names_the_passages_and_hints_sentence_by_sentence():
    prompt = prompt_of(CASE, Guidance.GUIDED)
    assert "<request>What is {this}?</request>" in prompt
    assert f"<caption>{RESPONSE}</caption>" in prompt
    assert "Doubtful passages: <doubtful>red dog</doubtful>, <doubtful>cats</doubtful>\n" in prompt
    assert [line for line in prompt.splitlines() if line.startswith("- In <sentence>")] == [
        "- In <sentence>A red dog sits here.</sentence> look at <doubtful>red dog</doubtful>.",
        "- In <sentence>Two {cats} wait.</sentence> look at <doubtful>cats</doubtful>.",
    ]


def test_naive_tells_nothing_of_the_doubts():
    prompt = prompt_of(CASE, Guidance.NAIVE)
    assert f"<caption>{RESPONSE}</caption>" in prompt
    assert "oubtful" not in prompt
    assert "checker" not in prompt
