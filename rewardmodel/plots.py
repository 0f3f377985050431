"""Plots as SVG, written by hand: a handful of lines, dots and words need no library. Light, and readable in print."""

import math
from collections.abc import Sequence
from html import escape

from rewardmodel.calibration import Bin
from rewardmodel.intervals import Interval

INK, FAINT, BLUE, RED = "#1f2933", "#c3cad2", "#2563a8", "#b3382c"
LEFT, TOP, SIDE, COUNTS = 56, 52, 320, 60  # of a reliability diagram; COUNTS is the height of the bars below it
PANEL, GAP, ROW, LETTER = 190, 34, 30, 7  # of a chart of intervals; LETTER is about the width of one

Point = tuple[float, float]
Panel = tuple[str, Sequence[tuple[float, Interval]]]


def reliability_svg(bins: Sequence[Bin], *, title: str, note: str = "") -> str:
    """A reliability diagram: share of good tokens over the mean value of each bin, and below it how many tokens a bin holds.

    A calibrated model lies on the diagonal. The counts are drawn on a logarithmic scale, as most tokens are good and surely so.
    """
    bottom, middle = TOP + SIDE, TOP + SIDE / 2
    places = [(LEFT + SIDE * one.value, bottom - SIDE * one.good) for one in bins]
    parts = [_text((LEFT, 22), title, size=14), _text((LEFT, 38), note, size=10), *_square(), *_counts(bins)]
    parts += [
        _line((x, y), (x, bottom - SIDE * one.value), RED, width=2) for one, (x, y) in zip(bins, places, strict=True)
    ]  # the gaps whose weighted mean is the calibration error
    parts += map(_dot, places)
    parts.append(_text((LEFT + SIDE / 2, bottom + COUNTS + 52), "grounded value of the tokens", "middle"))
    parts.append(f'<g transform="rotate(-90 16 {middle})">{_text((16, middle), "share of good tokens", "middle")}</g>')
    return _svg(LEFT + SIDE + 24, bottom + COUNTS + 66, title, parts)


def _square() -> list[str]:
    """The diagonal, and a grid with its numbers on both sides."""
    bottom, right = TOP + SIDE, LEFT + SIDE
    parts = [_line((LEFT, bottom), (right, TOP), INK, dashes="5 4")]
    for share in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        x, y = LEFT + SIDE * share, bottom - SIDE * share
        parts += [_line((x, TOP), (x, bottom), FAINT, width=0.5), _line((LEFT, y), (right, y), FAINT, width=0.5)]
        parts.append(_text((x, bottom + COUNTS + 32), f"{share:.1f}", "middle"))
        parts.append(_text((LEFT - 8, y + 4), f"{share:.1f}", "end"))
    return parts


def _counts(bins: Sequence[Bin]) -> list[str]:
    most = math.log1p(max((one.n for one in bins), default=1))
    parts = []
    for one in bins:
        x, height = LEFT + SIDE * one.low + 1, COUNTS * math.log1p(one.n) / most
        size = f'width="{SIDE * (one.high - one.low) - 2:.1f}" height="{height:.1f}"'
        place = f'x="{x:.1f}" y="{TOP + SIDE + 14 + COUNTS - height:.1f}"'
        parts.append(f'<rect {place} {size} fill="{FAINT}"><title>{one.n} tokens</title></rect>')
    return parts


def intervals_svg(names: Sequence[str], panels: Sequence[Panel], *, title: str, note: str = "") -> str:
    """Shares with their intervals, a row a name and a panel a measure, each panel on its own scale from zero.

    `panels` are headings with a (share, (low, high)) for each name, all in [0, 1]; they are written in percent.
    """
    top, labels = 86, 32 + LETTER * max(map(len, names), default=0)
    bottom = top + ROW * len(names)
    parts = [_text((12, 22), title, size=14), _text((12, 38), note, size=10)]
    parts += [_text((labels - 14, top + ROW * (row + 0.5) + 4), name, "end") for row, name in enumerate(names)]
    for number, (heading, shares) in enumerate(panels):
        left = labels + number * (PANEL + GAP)
        most = max((high for _, (_, high) in shares), default=0.0) or 1.0
        corner = (left, bottom)
        parts += [_text((left, top - 18), heading), _line((left, top), corner, FAINT)]
        parts += [_line(corner, (left + PANEL, bottom), FAINT), _text((left, bottom + 16), "0")]
        parts.append(_text((left + PANEL, bottom + 16), f"{most:.2%}", "end"))
        for row, (share, (low, high)) in enumerate(shares):
            y, x = top + ROW * (row + 0.5), left + PANEL * share / most
            parts += [_line((left + PANEL * low / most, y), (left + PANEL * high / most, y), BLUE, width=2), _dot((x, y))]
            parts.append(_text((x, y - 7), f"{share:.2%}", "end" if share > most / 2 else "start", size=10))
    return _svg(labels + len(panels) * (PANEL + GAP), bottom + 34, title, parts)


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="system-ui, sans-serif" font-size="12">'
    return "\n".join(
        [head, f"<title>{escape(title)}</title>", '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>\n"]
    )


def _text(place: Point, text: str, anchor: str = "start", size: int = 12) -> str:
    x, y = place
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{INK}">{escape(text)}</text>'


def _line(start: Point, end: Point, colour: str, *, width: float = 1, dashes: str = "none") -> str:
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dashes}"/>'


def _dot(place: Point) -> str:
    return f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="4" fill="{BLUE}"/>'
