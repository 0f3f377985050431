"""The model against labels as drawings: precision and recall over the threshold, and values against how they turned out."""

from dataclasses import dataclass

from django.utils.formats import number_format

from annotator.services.model_figures import Figures

WIDTH, HEIGHT = 420, 300
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 16, 44
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
LARGEST, SMALLEST = 11.0, 2.5  # radius of the dot of the fullest bin, and of one that holds hardly a word


@dataclass(frozen=True, slots=True)
class Square:
    """Both axes go from 0 to 1. `lines` are corners as `points` has them; dots are x, y and radius."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    across: list[tuple[float, str]]
    up: list[tuple[float, str]]
    lines: dict[str, str]
    dots: list[tuple[float, float, float]]
    mark: float | None = None  # x of a line from top to bottom


def threshold_plot(figures: Figures) -> Square:
    """Precision and recall of flagged words over the threshold; the project's own is marked."""
    lines = {
        name: " ".join(
            f"{_x(cost.threshold)},{_y(share)}" for cost in figures.curve if (share := getattr(cost, name)) is not None
        )
        for name in ("precision", "recall")
    }
    return _square(lines, [], mark=_x(figures.now.threshold))


def calibration_plot(figures: Figures) -> Square:
    """The share of right words over the grounded value, one dot for each tenth, as large as it holds words."""
    most = max(one.n for one in figures.bins)
    dots = [(_x(one.value), _y(one.good), round(max(SMALLEST, LARGEST * (one.n / most) ** 0.5), 1)) for one in figures.bins]
    return _square({"ideal": f"{_x(0)},{_y(0)} {_x(1)},{_y(1)}"}, dots)


def _square(lines: dict[str, str], dots: list[tuple[float, float, float]], mark: float | None = None) -> Square:
    across, up = ([(place(tick), number_format(f"{tick:g}")) for tick in TICKS] for place in (_x, _y))
    return Square(WIDTH, HEIGHT, LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM, across, up, lines, dots, mark)


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
