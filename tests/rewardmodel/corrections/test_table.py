"""The table's counts by hand."""

from pathlib import Path

import pytest

from rewardmodel.corrections.cases import Guidance, Scored
from rewardmodel.corrections.edits import Proposal, Refusal
from rewardmodel.corrections.outcomes import Outcome, Sample
from rewardmodel.corrections.table import Table, lines
from rewardmodel.records import Record
from tests.rewardmodel.corrections.test_outcomes import RIGHT, SCENE, WRONG, outcome, scored

CLEAN = Outcome(Sample(Record(Path("x.png"), "", RIGHT), "x.png", SCENE), Guidance.GUIDED, scored(RIGHT))


def test_table_counts_as_table_4_does():
    table = Table([Guidance.GUIDED])
    wrong_but_praised = outcome("A blue dog stands on the sand.")
    refused = outcome(None, refusal=Refusal.OUTSIDE)
    assert list(table.counted([outcome(RIGHT), wrong_but_praised, refused, CLEAN])) == [
        outcome(RIGHT),
        wrong_but_praised,
        refused,
        CLEAN,
    ]
    summary = table.summary()
    row = summary["guidance"]["guided"]
    assert (row["samples"], row["flagged"], row["self_corrected"]) == (4, 3, 2)
    assert row["model"] == {"win": 2, "tie": 0, "loss": 0}
    assert row["truth"] == {"win": 1, "tie": 0, "loss": 1}
    assert row["accepted"] == {"n": 2, "win": 1, "tie": 0, "loss": 1}
    assert {reason: count for reason, count in row["refused"].items() if count} == {"outside the doubtful sentences": 1}
    assert row["net"]["model"]["value"] == pytest.approx(2 / 3)
    assert row["net"]["truth"]["value"] == 0.0
    assert summary["difference"] is None


def test_guidances_are_compared_sample_by_sample():
    table = Table([Guidance.GUIDED, Guidance.NAIVE])
    naive = Outcome(outcome(RIGHT).sample, Guidance.NAIVE, scored(WRONG, red=0.1), refusal=Refusal.UNCHANGED)
    for _ in range(40):
        table.add(outcome(RIGHT))
        table.add(naive)
    difference = table.summary()["difference"]
    assert difference["guidances"] == ["guided", "naive"]
    assert difference["truth"] == {"value": 1.0, "interval": (1.0, 1.0)}
    said = list(lines(table.summary()))
    assert " ".join(said[1].split()) == "guided 40 40 40 40 / 0 / 0 40 / 0 / 0 40 40 / 0 / 0"
    assert "naive: nothing taken of 40 unchanged" in said
    assert "guided less naive, by the truth: +1.000 [+1.000, +1.000]" in said


def test_truth_is_silent_where_it_is_not_known():
    table = Table([Guidance.GUIDED])
    sample = Sample(Record(Path("x.png"), "", WRONG), "x.png")
    table.add(Outcome(sample, Guidance.GUIDED, scored(WRONG, red=0.1), Proposal(RIGHT, ()), after=Scored(RIGHT, [0.9] * 7, 0.5)))
    summary = table.summary()
    assert summary["guidance"]["guided"]["truth"] == {"win": 0, "tie": 0, "loss": 0}
    assert summary["guidance"]["guided"]["net"]["truth"] is None
    assert not any("by the truth:" in line for line in lines(summary))
