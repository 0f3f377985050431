"""Verdicts by hand: what is better by the checkpoint, and what by the truth."""

from pathlib import Path

import pytest

from rewardmodel.corrections.cases import Guidance, Scored
from rewardmodel.corrections.edits import Proposal, Refusal
from rewardmodel.corrections.outcomes import Outcome, Sample, Verdict, compared
from rewardmodel.perturbations.writer_diff import Change
from rewardmodel.records import Record
from rewardmodel.scenes import PICTURE_BOOK
from rewardmodel.scenes.layout import Box, Group, Scene

DOG = Group("dog", "brown", "", "ground", (Box(10, 80, 40, 110),))
SCENE = Scene(1, PICTURE_BOOK, "grass", is_night=False, groups=(DOG,), smalls=())
WRONG, RIGHT = "A red dog stands on the grass.", "A brown dog stands on the grass."


def scored(response: str, **flagged: float) -> Scored:
    """0.9 for every word but those named."""
    return Scored(response, [flagged.get(word.strip("."), 0.9) for word in response.split()], 0.5)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (scored(WRONG, red=0.1), scored(RIGHT), Verdict.WIN),
        (scored(WRONG, red=0.1, grass=0.2), scored(RIGHT, grass=0.1), Verdict.WIN),  # one of two
        (scored(WRONG, red=0.1), scored(RIGHT, brown=0.4), Verdict.TIE),  # what was put in is doubted as well
        (scored(WRONG, red=0.1, grass=0.2), scored(RIGHT, dog=0.4), Verdict.TIE),  # fewer, but a new one
        (scored(WRONG, red=0.1), scored(WRONG, red=0.1), Verdict.TIE),
        (scored(WRONG, red=0.1), scored(RIGHT, brown=0.4, dog=0.4), Verdict.LOSS),
    ],
)
def test_fewer_flags_and_no_new_one_are_better(before, after, verdict):
    assert compared(before, after) is verdict


def outcome(after: str | None, **more) -> Outcome:
    sample = Sample(Record(Path("x.png"), "", WRONG), "x.png", SCENE)
    proposal = Proposal(after, (Change(2, 5, "brown", 1),)) if after else None
    return Outcome(sample, Guidance.GUIDED, scored(WRONG, red=0.1), proposal, after=after and scored(after), **more)


def test_truth_counts_false_claims():
    assert (outcome(RIGHT).by_truth, outcome(RIGHT).errors) == (Verdict.WIN, (1, 0))
    assert outcome("A blue dog stands on the grass.").by_truth is Verdict.TIE
    assert outcome("Two blue dogs stand on the grass.").by_truth is Verdict.TIE  # one claim, however much of it is wrong
    assert outcome("A blue dog stands on the sand.").by_truth is Verdict.LOSS
    assert outcome(None, refusal=Refusal.UNCHANGED).by_truth is None


def test_a_row_is_a_record_of_what_is_kept():
    row = outcome(RIGHT).row()
    assert (row["response"], row["original"], row["corrected"]) == (RIGHT, WRONG, RIGHT)
    assert (row["accepted"], row["reason"], row["model"], row["truth"]) == (True, "better", "win", "win")
    assert row["edits"] == [{"start": 2, "end": 5, "new": "brown", "words": 1}]
    assert row["before"] == {"lowest": 0.1, "flags": [{"start": 2, "end": 5}]}
    assert row["after"] == {"lowest": 0.9, "flags": []}
    assert row["errors"] == {"before": 1, "after": 0}


def test_what_is_refused_keeps_the_old_response():
    row = outcome(None, refusal=Refusal.NONSENSE).row()
    assert (row["response"], row["corrected"], row["after"], row["errors"]) == (WRONG, None, None, None)
    assert (row["accepted"], row["reason"], row["model"], row["truth"]) == (False, "nonsense", None, None)
