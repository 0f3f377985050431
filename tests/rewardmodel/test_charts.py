"""Charts: ticks that people would choose, and lines that stand where their numbers say."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageChops

from rewardmodel.charts import BOTTOM, GAP, LEFT, RIGHT, TOP, WIDTH, Panel, even_axis, line_chart, logarithmic_axis

FIRST = TOP + 22  # the top of the first panel
PURE = "#ff0000"


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.0, 8_000.0, [0, 2_000, 4_000, 6_000, 8_000]),
        (0.0, 0.23, [0.0, 0.05, 0.1, 0.15, 0.2, 0.25]),
        (0.0, 0.0, [0.0, 0.2]),
    ],
)
def test_even_axis_ends_on_round_ticks(low, high, ticks):
    axis = even_axis(low, high)
    assert list(axis.ticks) == pytest.approx(ticks)
    assert (axis.share(axis.low), axis.share(axis.high)) == (0.0, 1.0)


def test_logarithmic_axis_ends_on_round_ticks():
    axis = logarithmic_axis(0.06, 3.0)
    assert list(axis.ticks) == pytest.approx([0.05, 0.1, 0.2, 0.5, 1, 2, 5])
    assert axis.share(0.5) == pytest.approx(0.5)


def test_lines_stand_where_their_numbers_say():
    panel = Panel("Shares", [("one", PURE, [(0.0, 0.5), (10.0, 0.5)])], 100, span=(0.0, 1.0))
    chart = line_chart([panel], title="", below="step")
    assert chart.size == (WIDTH, FIRST + 100 + BOTTOM)
    red = [y for y in range(FIRST, FIRST + 100) if chart.getpixel(((LEFT + WIDTH - RIGHT) // 2, y)) == (255, 0, 0)]
    assert red
    assert abs(sum(red) / len(red) - (FIRST + 50)) <= 1


def test_a_lone_point_is_a_dot():
    chart = line_chart([Panel("Shares", [("one", PURE, [(10.0, 0.5)])], 100, span=(0.0, 1.0))], title="", below="step")
    assert chart.getpixel((WIDTH - RIGHT, FIRST + 50)) == (255, 0, 0)


def test_panels_stand_one_below_the_other():
    panels = [Panel("Loss", [], 100), Panel("Validation", [], 50)]
    assert line_chart(panels, title="", below="step").size == (WIDTH, FIRST + 150 + GAP + BOTTOM)


@given(st.integers(-(10**4), 10**4), st.integers(1, 10**4), st.integers(2, 10))
def test_even_axis_holds_what_it_shows_with_even_steps(low, width, ticks):
    axis = even_axis(low, low + width, ticks)
    slack = (axis.high - axis.low) * 1e-6
    assert axis.low - slack <= low
    assert low + width <= axis.high + slack
    assert 2 <= len(axis.ticks) <= ticks + 2
    assert (axis.ticks[0], axis.ticks[-1]) == (axis.low, axis.high)


@given(st.floats(1e-6, 1e3), st.floats(2, 1e6))
def test_logarithmic_axis_holds_what_it_shows_in_order(low, factor):
    axis = logarithmic_axis(low, low * factor)
    assert axis.low <= low * (1 + 1e-9)
    assert axis.high >= low * factor * (1 - 1e-9)
    assert list(axis.ticks) == sorted(axis.ticks)
    assert (axis.share(axis.low), axis.share(axis.high)) == pytest.approx((0.0, 1.0))
    assert -1e-9 <= axis.share(low) <= axis.share(low * factor) <= 1 + 1e-9


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(-1.0, 1.0, [-1.0, -0.5, 0.0, 0.5, 1.0]), (3.0, 3.0, [3.0, 4.0]), (-0.2, 0.0, [-0.2, -0.15, -0.1, -0.05, 0.0])],
)
def test_even_axis_of_negative_and_equal_ends(low, high, ticks):
    assert list(even_axis(low, high).ticks) == pytest.approx(ticks)


def heights(values: list[float], span: tuple[float, float] | None = None) -> list[float]:
    """How far above the foot of a panel of 100 pixels each of several dots stands, by rows of red pixels."""
    points = [(float(x), y) for x, y in enumerate(values, start=1)]
    chart = line_chart([Panel("Shares", [("one", PURE, [point])], 100, span) for point in points], title="", below="step")
    found = []
    for number, (x, _) in enumerate(points):
        top = FIRST + number * (100 + GAP)
        column = round(LEFT + (WIDTH - LEFT - RIGHT) * x / even_axis(0.0, len(values), ticks=8).high)
        red = [y for y in range(top - 6, top + 106) if chart.getpixel((column, y)) == (255, 0, 0)]
        found.append(top + 100 - sum(red) / len(red))
    return found


def test_dots_stand_as_high_as_their_numbers():
    assert heights([0.25, 0.75, 0.5], span=(0.0, 1.0)) == pytest.approx([25, 75, 50], abs=1)


def test_a_mark_stands_at_its_place_from_top_to_foot():
    panel = Panel("Loss", [("one", PURE, [(0.0, 0.5), (10.0, 0.5)])], 100, span=(0.0, 1.0))
    plain, marked = (line_chart([own], title="", below="") for own in (panel, replace(panel, mark=(5.0, ""))))
    differs = ImageChops.difference(plain, marked).getbbox()
    middle = (LEFT + WIDTH - RIGHT) / 2
    assert differs is not None
    assert differs[0] <= middle <= differs[2]
    assert differs[2] - differs[0] <= 8  # smoothing spreads it
    assert differs[1] <= FIRST + 1
    assert FIRST + 90 <= differs[3] <= FIRST + 102
