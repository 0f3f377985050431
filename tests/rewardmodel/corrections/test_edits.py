"""The rule of minimal edits, on answers of every sort."""

from pathlib import Path

import pytest

from rewardmodel.corrections.cases import Case, Guidance, Scored
from rewardmodel.corrections.edits import Proposal, Refusal, proposal_of
from rewardmodel.perturbations.writer_diff import Change
from rewardmodel.records import Record

RESPONSE = "A red dog  sits on the grass. Two cats wait beside a house. It is day in the picture."
CASE = Case(Record(Path("x.png"), "", RESPONSE), Scored(RESPONSE, [0.9, 0.1] + [0.9] * 17, 0.5))


def taken(answer: str | None, guidance: Guidance = Guidance.GUIDED):
    found = proposal_of(CASE, answer, guidance)
    return found.response if isinstance(found, Proposal) else found


@pytest.mark.parametrize(
    ("answer", "response"),
    [
        (RESPONSE.replace("red", "blue"), RESPONSE.replace("red", "blue")),
        (RESPONSE.replace("red ", ""), RESPONSE.replace("red ", "")),  # a word left out
        (RESPONSE.replace("A red", "An orange"), RESPONSE.replace("A red", "An orange")),
        (f"Corrected caption: {RESPONSE.replace('red', 'blue')}", RESPONSE.replace("red", "blue")),
        # white space, capitals and stops that were tidied up elsewhere leave no trace
        (
            "A blue dog sits on the grass! two cats wait beside a house; it is day in the picture",
            RESPONSE.replace("red", "blue"),
        ),
        # two words elsewhere may be needed for coherence
        (
            RESPONSE.replace("red dog", "red cow").replace("Two cats", "Three cows"),
            RESPONSE.replace("red dog", "red cow").replace("Two cats", "Three cows"),
        ),
    ],
)
def test_changed_words_are_taken_and_nothing_else(answer, response):
    assert taken(answer) == response


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (None, Refusal.FAILED),
        ("", Refusal.NONSENSE),
        ("...", Refusal.NONSENSE),
        ("I'm sorry, I can't see the picture.", Refusal.NONSENSE),
        (f"{RESPONSE}\nI changed nothing.", Refusal.NONSENSE),
        (RESPONSE, Refusal.UNCHANGED),
        (RESPONSE.upper(), Refusal.UNCHANGED),
        (
            "On green grass there is a dog of red colour, while a pair of cats are near some building by day.",
            Refusal.TOO_DIFFERENT,
        ),
        ("A dog", Refusal.TOO_DIFFERENT),  # half an answer
        (
            "A blue dog sits on the grass. Two cats wait beside a house.",
            Refusal.OUTSIDE,
        ),  # a sentence that nobody doubted is lost
        (RESPONSE.replace("Two cats wait", "Three cows stand"), Refusal.OUTSIDE),
        (RESPONSE + " There is a moon.", Refusal.OUTSIDE),
    ],
)
def test_what_is_no_minimal_edit_is_refused(answer, refusal):
    assert taken(answer) is refusal


def test_without_guidance_no_sentence_is_outside():
    answer = RESPONSE.replace("Two cats wait", "Three cows stand")
    assert taken(answer, Guidance.NAIVE) == answer


def test_edits_say_where_they_were_made():
    found = proposal_of(CASE, RESPONSE.replace("A red", "A big blue").replace("the grass", "grass"), Guidance.GUIDED)
    assert found.changes == (Change(2, 5, "big blue", 2), Change(19, 22, "", 1))
