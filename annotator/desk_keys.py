"""What can be done at the desk, by which key. The page's script, its dialog of keys and docs/annotating.md follow this table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from rewardmodel.taxonomy import KINDS


@dataclass(frozen=True, slots=True)
class DeskKey:
    """One thing to do. `key` is the usual one, in whose place a person may put their own; those in `also` stay as they are.

    Labels, and the names of the groups, are English: they are translated where they are shown.

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
    _("Go"): (
        DeskKey("nextStop", _("next flag"), "j", ("ArrowDown",), repeats=True),
        DeskKey("previousStop", _("previous flag"), "k", ("ArrowUp",), repeats=True),
        DeskKey("nextWord", _("next word"), also=("ArrowRight",), repeats=True),
        DeskKey("previousWord", _("previous word"), also=("ArrowLeft",), repeats=True),
        DeskKey("extend", _("select a word more"), also=("Shift ArrowRight",), repeats=True),
        DeskKey("shrink", _("select a word less"), also=("Shift ArrowLeft",), repeats=True),
        DeskKey("unselect", _("select nothing"), also=("Escape",)),
        DeskKey("previous", _("the item before"), "p"),
        DeskKey("history", _("your last items"), "h"),
    ),
    _("Judge the selected words"): (
        DeskKey("confirm", _("wrong: confirm the flag"), "c"),
        DeskKey("clear", _("right: clear the flag"), "x"),
        DeskKey("flag", _("flag by hand"), "f"),
        DeskKey("replace", _("wrong, replace in place"), "r"),
        DeskKey("remove", _("wrong, delete"), "Delete", ("Backspace",)),
        DeskKey("insert", _("what is missing behind them: insert"), "n"),
        DeskKey("split", _("split a wrong run before the word"), "b"),
        DeskKey("join", _("join a wrong run with its neighbour"), "g"),
        DeskKey("draw", _("draw a box in the image as your evidence"), "d"),
        DeskKey("absent", _("what they speak of is not in the picture"), "o"),
        DeskKey("accept1", _("take the first suggestion"), "q", act="accept", argument=0),
        DeskKey("accept2", _("take the second suggestion"), "w", act="accept", argument=1),
        DeskKey("accept3", _("take the third suggestion"), "e", act="accept", argument=2),
        DeskKey("confirmAll", _("all undecided flags are wrong"), "a"),
        DeskKey("evidence", _("evidence: what in the image spoke for the word"), "v"),
    ),
    _("Wrong, and of this kind (again: no kind)"): tuple(
        DeskKey(f"kind{number + 1}", str(kind), str(number + 1), act="kind", argument=number) for number, kind in enumerate(KINDS)
    ),
    _("The item"): (
        DeskKey("submit", _("submit, the rest is right"), also=("Enter",)),
        DeskKey("undo", _("undo, even a submit or a skip"), "u", ("Ctrl z",), repeats=True),
        DeskKey("redo", _("redo"), "Shift u", ("Ctrl y", "Ctrl Shift z"), repeats=True),
        DeskKey("skip", _("skip with a reason"), "s"),
        DeskKey("comment", _("comment"), "m"),
        DeskKey("instructions", _("instructions"), "i"),
        DeskKey("keys", _("these keys"), "?"),
    ),
    _("The image"): (
        DeskKey("larger", _("zoom in"), "+", ("=",), repeats=True),
        DeskKey("smaller", _("zoom out"), "-", repeats=True),
        DeskKey("fit", _("whole image"), "0"),
        DeskKey("darker", _("darker"), ",", repeats=True),
        DeskKey("lighter", _("lighter"), ".", repeats=True),
        DeskKey("unlit", _("as light as it is")),
        DeskKey("natural", _("one pixel is one pixel"), "9"),
        DeskKey("panLeft", _("look further left"), also=("Ctrl ArrowLeft",), repeats=True),
        DeskKey("panRight", _("look further right"), also=("Ctrl ArrowRight",), repeats=True),
        DeskKey("panUp", _("look further up"), also=("Ctrl ArrowUp",), repeats=True),
        DeskKey("panDown", _("look further down"), also=("Ctrl ArrowDown",), repeats=True),
    ),
}
ROWS = {row.name: row for rows in GROUPS.values() for row in rows}


def clashes(own: Mapping[str, str]) -> Iterator[tuple[str, DeskKey]]:
    """Each own key that does something else already, with what that is. `own` is {name: key} with names of the table."""
    for name, key in own.items():
        for row in ROWS.values():
            if (row.name != name and key == own.get(row.name, row.key)) or key in row.also:
                yield key, row
