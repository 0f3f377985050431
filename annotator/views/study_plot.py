"""A study as a drawing: one line a person, from arm to arm. The template makes SVG of these places; a table says the same."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext

from annotator.services.study_report import OfPerson, StudyReport
from rewardmodel.charts import Axis, logarithmic_axis

WIDTH, HEIGHT = 640, 320
LEFT, RIGHT, TOP, BOTTOM = 72, 150, 16, 40  # RIGHT holds the names, and LEFT those of the ticks
MOST_NAMED = 8  # more names would lie on top of each other
LETTERS = 18
LINE = 15  # pixels between two names
MOST_TICKS = 6


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One line: its name, the corners as `points` has them, the same one by one for dots, and where the name stands."""

    name: str
    points: str
    dots: list[tuple[float, float]]
    label: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """Places in pixels. `together` is the geometric mean over the people who met every arm."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    across: list[Tick]
    up: list[Tick]
    people: list[Trace]
    together: Trace | None


def plot_of(report: StudyReport) -> Plot | None:
    """The drawing, on a logarithmic axis of seconds: equal slopes are equal speed-ups. None where nobody met two arms."""
    people = [one for one in report.people if sum(seconds is not None for seconds in one.seconds) > 1]
    if not people:
        return None
    known = [seconds for one in people for seconds in one.seconds if seconds is not None]
    axis = logarithmic_axis(min(known) * 0.99, max(known) * 1.01)
    places = [LEFT + (WIDTH - LEFT - RIGHT) * number / (len(report.arms) - 1) for number in range(len(report.arms))]
    traces = [_trace(str(one.person), one.seconds, places, axis) for one in people]
    everywhere = [one for one in people if None not in one.seconds]
    return Plot(
        width=WIDTH, height=HEIGHT, left=LEFT, right=WIDTH - RIGHT, top=TOP, bottom=HEIGHT - BOTTOM,
        across=[Tick(x, arm.arm) for x, arm in zip(places, report.arms, strict=True)],
        up=[Tick(_y(axis, tick), f"{number_format(f'{tick:g}')} s") for tick in _ticks(axis)],
        people=_named(traces) if len(traces) <= MOST_NAMED else traces,
        together=_trace(gettext("together"), _means(everywhere), places, axis) if len(everywhere) > 1 else None,
    )  # fmt: skip


def _means(people: Sequence[OfPerson]) -> list[float | None]:
    columns = zip(*(one.seconds for one in people), strict=True)
    return [math.exp(sum(math.log(seconds) for seconds in column if seconds) / len(people)) for column in columns]


def _ticks(axis: Axis) -> Sequence[float]:
    """Not so many that they touch: then only powers of ten."""
    return axis.ticks if len(axis.ticks) <= MOST_TICKS else [tick for tick in axis.ticks if math.log10(tick).is_integer()]


def _y(axis: Axis, seconds: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * axis.share(seconds), 1)


def _trace(name: str, seconds: Sequence[float | None], places: Sequence[float], axis: Axis) -> Trace:
    dots = [(round(x, 1), _y(axis, one)) for x, one in zip(places, seconds, strict=True) if one is not None]
    return Trace(name, " ".join(f"{x},{y}" for x, y in dots), dots)


def _named(traces: Sequence[Trace]) -> list[Trace]:
    """The lines with their names beside their ends, moved apart where they would touch."""
    named, at = [], -math.inf
    for trace in sorted(traces, key=lambda trace: trace.dots[-1][1]):
        at = max(trace.dots[-1][1] + 4, at + LINE)
        name = trace.name if len(trace.name) <= LETTERS else f"{trace.name[: LETTERS - 1]}…"
        named.append(Trace(name, trace.points, trace.dots, (WIDTH - RIGHT + 12, at)))
    return named
