"""What can be done at the desk, by which key. The page's script, its dialog of keys and docs/annotating.md follow this table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rewardmodel.taxonomy import KINDS


@dataclass(frozen=True, slots=True)
class DeskKey:
    """One thing to do. `key` is the usual one, in whose place a person may put their own; those in `also` stay as they are.

    A key is the character that it types, letters small, or the browser's name of it ("Delete"), with "Ctrl " and "Shift " before.
    """

    name: str
    label: str
    key: str = ""
    also: tuple[str, ...] = ()
    repeats: bool = False  # whether it goes on while the key is held down
    act: str = ""  # in static/js/desk/acts.js; the name, unless it says otherwise
    argument: int | None = None

    def for_page(self) -> dict[str, Any]:
        """As the page's script reads it."""
        return {
            "name": self.name, "act": self.act or self.name, "argument": self.argument,
            "key": self.key, "also": list(self.also), "repeats": self.repeats,
        }  # fmt: skip


GROUPS: dict[str, tuple[DeskKey, ...]] = {
    "Go": (
        DeskKey("nextStop", "next flag", "j", ("ArrowDown",), repeats=True),
        DeskKey("previousStop", "previous flag", "k", ("ArrowUp",), repeats=True),
        DeskKey("nextWord", "next word", also=("ArrowRight",), repeats=True),
        DeskKey("previousWord", "previous word", also=("ArrowLeft",), repeats=True),
        DeskKey("extend", "select a word more", also=("Shift ArrowRight",), repeats=True),
        DeskKey("shrink", "select a word less", also=("Shift ArrowLeft",), repeats=True),
        DeskKey("unselect", "select nothing", also=("Escape",)),
        DeskKey("previous", "the item submitted before", "p"),
        DeskKey("history", "your last items", "h"),
    ),
    "Judge the selected words": (
        DeskKey("confirm", "wrong: confirm the flag", "c"),
        DeskKey("clear", "right: clear the flag", "x"),
        DeskKey("flag", "flag by hand", "f"),
        DeskKey("replace", "wrong, replace in place", "r"),
        DeskKey("remove", "wrong, delete", "Delete", ("Backspace",)),
        DeskKey("insert", "what is missing behind them: insert", "n"),
        DeskKey("split", "split a wrong run before the word", "b"),
        DeskKey("join", "join a wrong run with its neighbour", "g"),
        DeskKey("draw", "draw a box in the image as your evidence", "d"),
        DeskKey("absent", "what they speak of is not in the picture", "o"),
        DeskKey("accept1", "take the first suggestion", "q", act="accept", argument=0),
        DeskKey("accept2", "take the second suggestion", "w", act="accept", argument=1),
        DeskKey("accept3", "take the third suggestion", "e", act="accept", argument=2),
        DeskKey("confirmAll", "all undecided flags are wrong", "a"),
        DeskKey("evidence", "evidence: what in the image spoke for the word", "v"),
    ),
    "Wrong, and of this kind (again: no kind)": tuple(
        DeskKey(f"kind{number + 1}", str(kind), str(number + 1), act="kind", argument=number) for number, kind in enumerate(KINDS)
    ),
    "The item": (
        DeskKey("submit", "submit, the rest is right", also=("Enter",)),
        DeskKey("undo", "undo, even a submit", "u", ("Ctrl z",), repeats=True),
        DeskKey("redo", "redo", "Shift u", ("Ctrl y", "Ctrl Shift z"), repeats=True),
        DeskKey("skip", "skip with a reason", "s"),
        DeskKey("comment", "comment", "m"),
        DeskKey("instructions", "instructions", "i"),
        DeskKey("keys", "these keys", "?"),
    ),
    "The image": (
        DeskKey("larger", "zoom in", "+", ("=",), repeats=True),
        DeskKey("smaller", "zoom out", "-", repeats=True),
        DeskKey("fit", "whole image", "0"),
        DeskKey("darker", "darker", ",", repeats=True),
        DeskKey("lighter", "lighter", ".", repeats=True),
        DeskKey("unlit", "as light as it is"),
        DeskKey("natural", "one pixel is one pixel"),
    ),
}
ROWS = {row.name: row for rows in GROUPS.values() for row in rows}


def clashes(own: Mapping[str, str]) -> Iterator[tuple[str, DeskKey]]:
    """Each own key that does something else already, with what that is. `own` is {name: key} with names of the table."""
    for name, key in own.items():
        for row in ROWS.values():
            if (row.name != name and key == own.get(row.name, row.key)) or key in row.also:
                yield key, row
