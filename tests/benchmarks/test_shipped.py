"""The figures of the shipped checkpoint: taken on few drawings here, and set beside goals that can be missed."""

import pytest

from benchmarks import shipped
from rewardmodel.checkpoints import SHIPPED


@pytest.fixture(scope="module")
def report():
    return shipped.measure(SHIPPED, 32, images=2)


def test_goals_follow_from_what_was_measured(report):
    found = {goal.name: goal for goal in shipped.goals(report)}
    assert found["mAP(neg)"].found == report["seeing"]["map_neg"]
    assert found["MB on disk"].is_met
    assert found["seconds to load"].found == report["seconds_to_load"] > 0
    assert report["seeing"]["n"] == report["blind"]["n"] == 32
    assert report["blind"]["map_neg"] < report["seeing"]["map_neg"]
    weakest = min(row["response_accuracy"] for row in report["seeing"]["by_kind"].values())
    assert [goal.found for name, goal in found.items() if name.startswith("response accuracy of the weakest")] == [weakest]


def test_a_goal_may_be_a_most_or_a_least():
    assert shipped.Goal("x", 1.0, 1.0).is_met
    assert not shipped.Goal("x", 0.9, 1.0).is_met
    assert shipped.Goal("x", 0.9, 1.0, is_most=True).is_met
    assert not shipped.Goal("x", 1.1, 1.0, is_most=True).is_met


def test_the_table_says_which_goal_is_missed(report):
    missed = report | {"megabytes": 30.0}
    assert "| MB on disk | 30 | at most 25 | **no** |" in shipped.table(missed)
    assert shipped.table(report).count("| yes |") + shipped.table(report).count("| **no** |") == len(shipped.goals(report))
