"""The drawing of a study: everything stands where its number says, and nothing on top of something else."""

from itertools import pairwise

import pytest

from annotator.models import User
from annotator.services.study_estimates import by_arm
from annotator.services.study_report import OfPerson, StudyReport
from annotator.views.study_plot import BOTTOM, HEIGHT, LEFT, LINE, MOST_NAMED, RIGHT, TOP, WIDTH, Plot, plot_of

TWO, THREE = ["verdict", "highlights"], ["none", "verdict", "highlights"]


def drawn(seconds: list[list[float | None]], arms: list[str] = TWO, name: str = "Person") -> Plot | None:
    people = [OfPerson(User(name=f"{name} {n}"), [1] * len(arms), own) for n, own in enumerate(seconds)]
    return plot_of(StudyReport(by_arm([], arms), [0] * len(arms), people, [], []))


def test_seconds_stand_on_a_logarithmic_axis_and_arms_side_by_side() -> None:
    plot = drawn([[99.0, 31.6, 10.2]], THREE)
    assert plot is not None
    assert [tick.at for tick in plot.across] == [LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT]
    assert [tick.text for tick in plot.up] == ["10 s", "20 s", "50 s", "100 s"]
    assert (plot.up[0].at, plot.up[-1].at) == (HEIGHT - BOTTOM, TOP)
    heights = [y for _, y in plot.people[0].dots]
    assert heights == pytest.approx([TOP + 1.2, (TOP + HEIGHT - BOTTOM) / 2, HEIGHT - BOTTOM - 2.3], abs=2)
    assert plot.people[0].points == " ".join(f"{x},{y}" for x, y in plot.people[0].dots)
    assert plot.together is None  # one person is no crowd


def test_the_thick_line_is_the_geometric_mean_of_those_who_met_every_arm() -> None:
    plot = drawn([[100.0, 10.0], [25.0, 40.0], [50.0, 20.0]])
    both = drawn([[100.0, 10.0], [25.0, 40.0], [50.0, 20.0], [None, 30.0]])
    assert plot is not None
    assert plot.together is not None
    assert plot.together.dots == plot.people[1].dots  # cube root of 100 · 25 · 50 is 50, of 10 · 40 · 20 it is 20
    assert both == plot  # whoever met one arm only has no line


def test_a_person_who_met_two_of_three_arms_has_a_line_between_them() -> None:
    plot = drawn([[100.0, None, 10.0], [90.0, 50.0, 20.0]], THREE)
    assert plot is not None
    assert sorted(len(trace.dots) for trace in plot.people) == [2, 3]
    assert plot.together is None


def test_names_never_touch_are_short_and_left_out_in_a_crowd() -> None:
    alike: list[list[float | None]] = [[100.0, 10.0 + n / 100] for n in range(MOST_NAMED)]
    plot = drawn(alike, name="Konstantinos Papadopoulos")
    assert plot is not None
    places = [trace.label[1] for trace in plot.people if trace.label]
    assert len(places) == MOST_NAMED
    assert all(after - before > LINE - 0.01 for before, after in pairwise(places))
    assert all(len(trace.name) <= 18 and trace.name.endswith("…") for trace in plot.people)
    crowd = drawn([*alike, [100.0, 12.0]])
    assert crowd is not None
    assert {trace.label for trace in crowd.people} == {None}


def test_a_wide_range_has_few_ticks() -> None:
    plot = drawn([[9_000.0, 0.2]])
    assert plot is not None
    assert [tick.text for tick in plot.up] == ["0.1 s", "1 s", "10 s", "100 s", "1000 s", "10000 s"]


def test_without_anybody_who_met_two_arms_there_is_no_drawing() -> None:
    assert drawn([]) is None
    assert drawn([[10.0, None], [None, 5.0]]) is None
