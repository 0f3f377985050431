"""The curves of a training: a table with a row a logged step, `curves.csv`, and a drawing of it, `curves.png`."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from math import isfinite
from pathlib import Path
from typing import Any

from rewardmodel.charts import GREEN, GREY, OCHRE, VIOLET, Line, Panel, line_chart
from rewardmodel.plots import BLUE, INK, RED

COLUMNS = {
    "step": "step", "loss": "loss", "token_loss": "token_loss", "cloze_loss": "cloze_loss", "patch_loss": "patch_loss",
    "referent_loss": "referent_loss", "grad_norm": "grad_norm", "lr": "learning_rate", "map_neg": "map_neg",
    "response_accuracy": "response_accuracy", "threshold": "threshold",
}  # fmt: skip
LOSSES = {
    "loss": ("all", INK), "token_loss": ("tokens", BLUE), "cloze_loss": ("masked words", GREEN), "patch_loss": ("patches", OCHRE),
    "referent_loss": ("referents", VIOLET),
}  # fmt: skip
MEASURES = {"map_neg": ("mAP(neg)", BLUE), "response_accuracy": ("response accuracy", RED)}
MANY = 60  # measurements above which dots would hide their line
Row = dict[str, float]


def rows_of(history: Iterable[Mapping[str, Any]]) -> list[Row]:
    """One row a step of a trainer's history, in order; what was not measured at a step is not in its row.

    A step that is logged twice, as by losses and by a measurement, is one row.
    """
    rows: dict[int, Row] = {}
    for entry in history:
        known = {column: float(entry[key]) for column, key in COLUMNS.items() if key in entry}
        if len(known) > 1:  # more than the step
            rows.setdefault(int(entry["step"]), {}).update(known)
    return [rows[step] for step in sorted(rows)]


def measurements(history: Iterable[Mapping[str, Any]]) -> list[tuple[int, float]]:
    """Step and mAP(neg) of each measurement on validation records that gave a number."""
    return [(int(row["step"]), row["map_neg"]) for row in rows_of(history) if isfinite(row.get("map_neg", float("nan")))]


def best_step(history: Iterable[Mapping[str, Any]]) -> int | None:
    """The step with the highest mAP(neg), the first one of equals; None before any was measured."""
    measured = measurements(history)
    return max(measured, key=lambda one: one[1])[0] if measured else None


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Write the table anew, so that a step which is trained again after an interruption stands in it once."""
    text = StringIO()
    table = csv.DictWriter(text, list(COLUMNS), lineterminator="\n")
    table.writeheader()
    table.writerows({column: f"{value:.7g}" for column, value in row.items()} for row in rows)
    part = path.with_suffix(".csv.part")
    part.write_text(text.getvalue(), encoding="utf-8")
    part.replace(path)


def read_csv(path: Path) -> list[Row]:
    """The rows of a table as `write_csv` made it."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{column: float(value) for column, value in row.items() if value} for row in csv.DictReader(file)]


def draw_png(path: Path, rows: Sequence[Row], *, title: str) -> None:
    """Draw the table: the parts of the loss, what was measured on validation records with its best step, the learning rate."""
    losses = Panel("Loss", _lines(rows, LOSSES), 270)
    panels = [losses]
    measured = _lines(rows, MEASURES)
    best = best_step(rows)
    if measured:
        mark = None if best is None else (best, f"best mAP(neg) at step {best:,}")
        panels.append(Panel("Validation", measured, 210, span=(0.0, 1.0), has_dots=len(measured[0][2]) <= MANY, mark=mark))
    panels.append(Panel("Learning rate", _lines(rows, {"lr": ("rate", GREY)}), 70))
    note = f"{len(rows):,} rows to step {rows[-1]['step']:,.0f}" if rows else "nothing logged yet"
    chart = line_chart(panels, title=title, below="step", note=note)
    part = path.with_suffix(".png.part")
    chart.save(part, format="PNG", optimize=True)
    part.replace(path)


def _lines(rows: Sequence[Row], wanted: Mapping[str, tuple[str, str]]) -> list[Line]:
    """Those of the wanted columns that have a number at any step."""
    lines: list[Line] = []
    for column, (name, colour) in wanted.items():
        points = [(row["step"], row[column]) for row in rows if isfinite(row.get(column, float("nan")))]
        if points:
            lines.append((name, colour, points))
    return lines
