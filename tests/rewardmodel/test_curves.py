"""Curves: a row a step, what is best, and a drawing that can be looked at."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rewardmodel.charts import WIDTH
from rewardmodel.curves import COLUMNS, best_step, draw_png, measurements, read_csv, rows_of, write_csv

HISTORY = [
    {"step": 2, "epoch": 0.2, "loss": 0.5, "token_loss": 0.25, "learning_rate": 1e-3},
    {"step": 4, "epoch": 0.4, "loss": 0.4, "token_loss": 0.2, "learning_rate": 5e-4},
    {"step": 4, "epoch": 0.4, "map_neg": 0.75, "response_accuracy": 0.8, "threshold": 0.3},
    {"step": 6, "epoch": 0.6, "map_neg": 0.75, "response_accuracy": 0.7, "threshold": 0.2},
    {"step": 8, "epoch": 0.8, "map_neg": float("nan"), "response_accuracy": 1.0, "threshold": 0.2},
    {"step": 8, "epoch": 0.8, "train_runtime": 3.0},
]


def test_losses_and_measurements_of_a_step_are_one_row():
    rows = rows_of(HISTORY)
    assert [row["step"] for row in rows] == [2, 4, 6, 8]
    assert rows[0] == {"step": 2, "loss": 0.5, "token_loss": 0.25, "lr": 1e-3}
    assert rows[1] == {
        "step": 4, "loss": 0.4, "token_loss": 0.2, "lr": 5e-4, "map_neg": 0.75, "response_accuracy": 0.8, "threshold": 0.3,
    }  # fmt: skip


def test_best_step_is_the_first_of_equals_and_a_number():
    assert measurements(HISTORY) == [(4, 0.75), (6, 0.75)]
    assert best_step(HISTORY) == 4
    assert best_step(HISTORY[:2]) is None


def test_csv_can_be_read_back_and_is_written_anew(tmp_path):
    write_csv(tmp_path / "curves.csv", rows_of(HISTORY))
    write_csv(tmp_path / "curves.csv", rows_of(HISTORY[:3]))
    lines = (tmp_path / "curves.csv").read_text().splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert lines[1] == "2,0.5,0.25,,,,,0.001,,,"
    assert read_csv(tmp_path / "curves.csv") == rows_of(HISTORY[:3])
    assert [file.name for file in tmp_path.iterdir()] == ["curves.csv"]


@pytest.mark.parametrize(("entries", "panels"), [(0, 2), (2, 2), (5, 3)])
def test_png_has_a_panel_more_once_something_was_measured(tmp_path, entries, panels):
    draw_png(tmp_path / "curves.png", rows_of(HISTORY[:entries]), title="Training")
    with Image.open(tmp_path / "curves.png") as drawing:
        assert drawing.format == "PNG"
        assert drawing.size == (WIDTH, {2: 546, 3: 818}[panels])


@given(
    st.lists(
        st.fixed_dictionaries(
            {"step": st.integers(0, 50)}, optional=dict.fromkeys(set(COLUMNS.values()) - {"step"}, st.integers(-999, 999))
        ),
        max_size=12,
    )
)
@settings(deadline=None)
def test_rows_come_back_from_the_table(history):
    rows = rows_of(history)
    assert [row["step"] for row in rows] == sorted({entry["step"] for entry in history if len(entry) > 1})
    with TemporaryDirectory() as folder:
        write_csv(Path(folder) / "curves.csv", rows)
        assert read_csv(Path(folder) / "curves.csv") == rows


def test_a_step_that_is_measured_again_holds_the_last():
    history = [{"step": 1, "loss": 3.0, "map_neg": 0.2}, {"step": 1, "loss": 2.0}]
    assert rows_of(history) == [{"step": 1.0, "loss": 2.0, "map_neg": 0.2}]


def test_nothing_logged_is_a_table_of_columns_alone(tmp_path):
    write_csv(tmp_path / "curves.csv", [])
    assert (tmp_path / "curves.csv").read_text() == ",".join(COLUMNS) + "\n"
    assert read_csv(tmp_path / "curves.csv") == []
    assert (rows_of([]), measurements([]), best_step([])) == ([], [], None)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_can_be_stored_and_is_not_drawn(tmp_path, value):
    rows = rows_of([{"step": 1, "loss": value, "map_neg": value}, {"step": 2, "loss": 1.0}])
    write_csv(tmp_path / "curves.csv", rows)
    assert str(read_csv(tmp_path / "curves.csv")[0]["loss"]) == str(value)
    assert measurements(rows) == []
    draw_png(tmp_path / "curves.png", rows, title="Training")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["curves.csv", "curves.png"]
