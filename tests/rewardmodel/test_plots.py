"""Plots: that they are well-formed, and that what is drawn stands where its numbers say."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.calibration import Bin
from rewardmodel.plots import COUNTS, GAP, LEFT, LETTER, PANEL, ROW, SIDE, TOP, intervals_svg, reliability_svg

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


def test_reliability_svg_of_nothing_has_a_square_and_no_dot():
    drawing = reliability_svg([], title="Nothing", note="no token")
    assert dots(drawing) == []
    assert {"Nothing", "no token", "0.0", "1.0"} <= set(texts(drawing))


def test_reliability_svg_draws_counts_on_a_logarithmic_scale():
    counts = (0, 9, 99)
    bins = [Bin(n / 3, (n + 1) / 3, count, 0.5, 0.5) for n, count in enumerate(counts)]
    bars = [bar for bar in ET.fromstring(reliability_svg(bins, title="")).iter(f"{SVG}rect") if bar.get("x")]
    assert [float(bar.get("height")) for bar in bars] == [0.0, COUNTS / 2, COUNTS]
    assert len({float(bar.get("y")) + float(bar.get("height")) for bar in bars}) == 1  # all stand on one line


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20))
def test_any_title_is_well_formed(title):
    drawing = ET.fromstring(intervals_svg([title], [(title, [(0.5, (0.4, 0.6))])], title=title, note=title))
    assert [(one.text or "") for one in drawing.iter(f"{SVG}title")] == [title]


def test_intervals_svg_of_nothing_is_a_title():
    drawing = intervals_svg([], [], title="Rates")
    assert dots(drawing) == []
    assert texts(drawing) == ["Rates", None]


def test_intervals_svg_has_a_row_a_name_and_a_panel_a_measure():
    shares = [(0.2, (0.1, 0.3)), (0.3, (0.2, 0.4))]
    found = dots(intervals_svg(["a", "b"], [("one", shares), ("two", shares)], title=""))
    assert [y for _, y in found] == [found[0][1], found[0][1] + ROW] * 2
    assert [right - left for (left, _), (right, _) in zip(found[:2], found[2:], strict=True)] == pytest.approx([PANEL + GAP] * 2)
