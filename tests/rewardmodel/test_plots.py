"""Plots: that they are well-formed, and that what is drawn stands where its numbers say."""

from xml.etree import ElementTree as ET

import pytest

from rewardmodel.calibration import Bin
from rewardmodel.plots import LEFT, LETTER, PANEL, SIDE, TOP, intervals_svg, reliability_svg

SVG = "{http://www.w3.org/2000/svg}"
LABELS = 32 + LETTER  # the room of names of one letter


def dots(drawing: str) -> list[tuple[float, float]]:
    return [(float(dot.get("cx")), float(dot.get("cy"))) for dot in ET.fromstring(drawing).iter(f"{SVG}circle")]


def texts(drawing: str) -> list[str]:
    return [text.text for text in ET.fromstring(drawing).iter(f"{SVG}text")]


def test_reliability_svg_puts_a_dot_where_value_and_share_meet():
    drawing = reliability_svg([Bin(0.0, 0.25, 2, 0.1, 0.0), Bin(0.75, 1.0, 30, 0.9, 0.5)], title="Reliability")
    assert dots(drawing) == [(LEFT + 0.1 * SIDE, TOP + SIDE), (LEFT + 0.9 * SIDE, TOP + SIDE / 2)]
    assert [title.text for title in ET.fromstring(drawing).iter(f"{SVG}title")] == ["Reliability", "2 tokens", "30 tokens"]


def test_reliability_svg_joins_a_calibrated_model_to_the_diagonal_without_gaps():
    drawing = reliability_svg([Bin(0.5, 1.0, 4, 0.75, 0.75)], title="")
    [gap] = [line for line in ET.fromstring(drawing).iter(f"{SVG}line") if line.get("stroke") == "#b3382c"]
    assert gap.get("y1") == gap.get("y2")


def test_intervals_svg_scales_each_panel_to_its_highest_end():
    panels = [("tokens", [(0.01, (0.0, 0.02)), (0.02, (0.01, 0.04))]), ("responses", [(0.5, (0.4, 0.6)), (0.0, (0.0, 0.0))])]
    drawing = intervals_svg(["a", "b"], panels, title="Rates")
    assert [x for x, _ in dots(drawing)][:2] == [LABELS + PANEL / 4, LABELS + PANEL / 2]
    assert {"a", "b", "tokens", "responses", "1.00%", "4.00%", "60.00%"} <= set(texts(drawing))


def test_intervals_svg_of_nothing_but_zero_stays_at_the_axis():
    assert [x for x, _ in dots(intervals_svg(["a"], [("tokens", [(0.0, (0.0, 0.0))])], title=""))] == [LABELS]


@pytest.mark.parametrize("name", ["<b>", "a & b", 'q"uote'])
def test_intervals_svg_escapes_names(name):
    assert name in texts(intervals_svg([name], [], title="x"))
