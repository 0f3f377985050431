"""The table of keys: nothing stands twice, and the manual says what it says."""

from collections import Counter
from pathlib import Path

import pytest

from annotator.desk_keys import GROUPS, ROWS, DeskKey, clashes
from annotator.forms.keys import keys_from
from rewardmodel.taxonomy import KINDS

MANUAL = (Path(__file__).parents[2] / "docs" / "annotating.md").read_text(encoding="utf-8")
SHOWN = {
    "ArrowDown": "↓", "ArrowUp": "↑", "ArrowRight": "→", "ArrowLeft": "←", "Escape": "Esc", "Delete": "Del", "Backspace": "⌫",
}  # fmt: skip


def in_manual(row: DeskKey) -> str:
    """The line of the manual that says what a row of the table says."""

    def shown(key: str) -> str:
        return " ".join(f"`{SHOWN.get(part, part)}`" for part in key.split(" "))

    return f"| {shown(row.key) if row.key else ''} | {', '.join(map(shown, row.also))} | {row.label} |".replace(
        "|  |", "| |"
    ).replace("|  |", "| |")


def test_no_key_and_no_name_stands_twice() -> None:
    keys = Counter(key for row in ROWS.values() for key in (row.key, *row.also) if key)
    assert [key for key, times in keys.items() if times > 1] == []
    assert len(ROWS) == sum(map(len, GROUPS.values()))


def test_every_usual_key_could_have_been_chosen() -> None:
    for row in ROWS.values():
        if row.key and row.name != "redo":
            assert keys_from(b'{"keys": {"redo": "Shift u"}}') == {}
            assert not list(clashes({row.name: row.key}))


def test_kinds_are_the_digits_in_the_order_of_the_taxonomy() -> None:
    kinds = [row for row in ROWS.values() if row.act == "kind"]
    assert [(row.key, row.argument, row.label) for row in kinds] == [
        (str(number + 1), number, str(kind)) for number, kind in enumerate(KINDS)
    ]


@pytest.mark.parametrize("group", [name for name, rows in GROUPS.items() if rows[0].act != "kind"])
def test_the_manual_has_every_line_of_the_table(group: str) -> None:
    assert [line for line in map(in_manual, GROUPS[group]) if line not in MANUAL.splitlines()] == []
