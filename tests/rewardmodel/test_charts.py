"""Charts: ticks that people would choose, and lines that stand where their numbers say."""

import pytest

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
