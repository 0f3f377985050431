"""Line charts as PNG, drawn with Pillow: panels one below the other over the same horizontal axis.

They are drawn twice as large and reduced, which smooths the lines. All sizes are in pixels of the finished chart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from rewardmodel.plots import FAINT, INK, Point

GREEN, OCHRE, VIOLET, GREY = "#3b7d4f", "#b7791f", "#6b4ea0", "#6b7682"
SMOOTHING = 2
WIDTH, LEFT, RIGHT, TOP, BOTTOM, GAP = 1080, 84, 36, 66, 56, 62
WIDE = 12.0  # a panel whose highest value is so many times its lowest gets a logarithmic axis
TICKS = 5

Line = tuple[str, str, Sequence[Point]]  # name, colour, points from left to right


@dataclass(frozen=True, slots=True)
class Panel:
    """Lines on one vertical axis. Given a range, `low` to `high`, the axis shows it, else what the lines need."""

    heading: str
    lines: Sequence[Line]
    height: int
    span: tuple[float, float] | None = None
    has_dots: bool = False
    mark: tuple[float, str] | None = None  # a place on the horizontal axis and what to call it


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high`, with ticks on it."""

    low: float
    high: float
    ticks: Sequence[float]
    is_logarithmic: bool = False

    def share(self, value: float) -> float:
        """Where a value lies between the ends, 0 to 1."""
        if self.is_logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def even_axis(low: float, high: float, ticks: int = TICKS) -> Axis:
    """An axis with ticks at 1, 2 or 5 times a power of ten, about so many of them, that ends on ticks."""
    step = _round_up((high - low or abs(high) or 1.0) / ticks)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    return Axis(first * step, last * step, [number * step for number in range(first, last + 1)])


def logarithmic_axis(low: float, high: float) -> Axis:
    """An axis with ticks at 1, 2 and 5 times powers of ten that ends on ticks; low is above 0."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    below = max((step for step in steps if step <= low), default=steps[0])
    above = min((step for step in steps if step >= high), default=steps[-1])
    return Axis(below, above, [step for step in steps if below <= step <= above], is_logarithmic=True)


def _round_up(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


def line_chart(panels: Sequence[Panel], *, title: str, below: str, note: str = "") -> Image.Image:
    """The panels under a title and a note, over one axis that `below` names."""
    places = [x for panel in panels for _, _, points in panel.lines for x, _ in points]
    across = even_axis(0.0, max(places, default=1.0), ticks=8)
    height = TOP + sum(panel.height + GAP for panel in panels) - GAP + BOTTOM
    pen = _Pen(WIDTH, height)
    pen.text((LEFT, 20), title, size=19)
    pen.text((LEFT, 40), note, size=12, colour=GREY)
    top = TOP + 22
    for panel in panels:
        _draw_panel(pen, panel, across, top)
        top += panel.height + GAP
    bottom = top - GAP
    for tick in across.ticks:
        pen.text((_x(across, tick), bottom + 16), f"{tick:,.10g}", anchor="mm", size=12)
    pen.text((WIDTH - RIGHT, bottom + 36), below, anchor="rm", size=12, colour=GREY)
    return pen.finished()


class _Pen:
    """Draws in pixels of the finished chart."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height + 22)
        self.image = Image.new("RGB", (self.size[0] * SMOOTHING, self.size[1] * SMOOTHING), "white")
        self.draw = ImageDraw.Draw(self.image)

    def line(self, points: Sequence[Point], colour: str, width: float = 1) -> None:
        scaled = [(x * SMOOTHING, y * SMOOTHING) for x, y in points]
        self.draw.line(scaled, fill=colour, width=round(width * SMOOTHING), joint="curve")

    def dot(self, place: Point, colour: str, radius: float = 3.5) -> None:
        self.draw.circle((place[0] * SMOOTHING, place[1] * SMOOTHING), radius * SMOOTHING, fill=colour)

    def text(self, place: Point, text: str, *, anchor: str = "lm", size: int = 13, colour: str = INK) -> float:
        """Write, and return how wide it is."""
        font = ImageFont.load_default(size * SMOOTHING)
        self.draw.text((place[0] * SMOOTHING, place[1] * SMOOTHING), text, fill=colour, font=font, anchor=anchor)
        return self.draw.textlength(text, font=font) / SMOOTHING

    def finished(self) -> Image.Image:
        return self.image.resize(self.size, Image.Resampling.LANCZOS)


def _x(across: Axis, value: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * across.share(value)


def _draw_panel(pen: _Pen, panel: Panel, across: Axis, top: int) -> None:
    up = _up(panel)
    bottom = top + panel.height

    def place(point: Point) -> Point:
        return _x(across, point[0]), bottom - panel.height * up.share(point[1])

    for tick in up.ticks:
        y = place((0.0, tick))[1]
        pen.line([(LEFT, y), (WIDTH - RIGHT, y)], FAINT, 0.5)
        pen.text((LEFT - 10, y), f"{tick:.6g}", anchor="rm", size=12)
    for tick in across.ticks:
        x = _x(across, tick)
        pen.line([(x, bottom), (x, bottom + 5)], INK, 0.5)
    pen.line([(LEFT, top), (LEFT, bottom), (WIDTH - RIGHT, bottom)], INK, 0.75)
    if panel.mark:
        _draw_mark(pen, panel.mark, _x(across, panel.mark[0]), (top, bottom))
    for _, colour, points in panel.lines:
        pen.line([place(point) for point in points], colour, 1.75)
        if panel.has_dots or len(points) == 1:
            for point in points:
                pen.dot(place(point), colour)
    _draw_legend(pen, panel, top - 18)


def _up(panel: Panel) -> Axis:
    """The vertical axis of a panel."""
    values = [y for _, _, points in panel.lines for _, y in points]
    low, high = panel.span or (min(values, default=0.0), max(values, default=1.0))
    if 0.0 < low < high / WIDE:
        return logarithmic_axis(low, high)
    return even_axis(min(low, 0.0), high)


def _draw_mark(pen: _Pen, mark: tuple[float, str], x: float, ends: tuple[int, int]) -> None:
    top, bottom = ends
    for y in range(top, bottom, 8):
        pen.line([(x, y), (x, y + 4)], INK, 0.75)
    is_right = x > (LEFT + WIDTH) / 2
    pen.text((x - 8 if is_right else x + 8, bottom - 14), mark[1], anchor="rm" if is_right else "lm", size=12)


def _draw_legend(pen: _Pen, panel: Panel, y: int) -> None:
    """The heading, and after it each line's colour, name and last value."""
    x = LEFT + pen.text((LEFT, y), panel.heading, size=14) + 22
    for name, colour, points in panel.lines:
        pen.line([(x, y), (x + 18, y)], colour, 3)
        last = f" {points[-1][1]:.3g}" if points else ""
        x += 24 + pen.text((x + 24, y), name + last, size=12) + 18
