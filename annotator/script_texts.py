"""What the scripts in static/js say, in the language of the page. They get it with the page; static/js/page.js puts it together.

A name in braces stands for a value. A text with a count has a form for each way of counting that the language has.
"""

from collections.abc import Callable, Mapping
from functools import cache

from django.utils.functional import Promise
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext_lazy as _

from rewardmodel.taxonomy import KINDS

Text = Promise | str | Callable[[int], str]

# a number of each category of counting (Unicode CLDR) in those languages that have it: 3 of Slavic and Arabic "few", 11 of "many"
COUNTS = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}

SAVING: dict[str, Text] = {
    "saved": _("saved"),
    "saving": _("saving"),
    "offline": _("offline"),
    "signed-out": _("not signed in"),
    "not-yours": _("somebody else's"),
    "refused": _("not saved"),
    "actsWait": lambda count: ngettext("{count} act waiting", "{count} acts waiting", count),
    "sessionEnded": _("Your session has ended; {acts}, kept in this browser. Sign in again and they are saved."),
    "othersSession": _(
        "Somebody else is signed in in this browser now. What you did stays in it, {acts}: "
        "sign out, then in again as yourself, and it is saved."
    ),
    "notTaken": _("The server did not take what you did to item {item}: {reason}"),
    "notKept": _("This browser does not keep what you do. Leave the page only when it says that all is saved."),
    "answered": _("The server answered {status}"),
    "unreachable": _("The server can't be reached. Try again in a moment."),
}
ITEM: dict[str, Text] = {
    "item": _("Item {item}"),
    "otherItem": _("item {item}"),
    "shown": lambda count: ngettext("Item {item}, {count} flag.", "Item {item}, {count} flags.", count),
    "progress": _("{done} of {wanted}"),
    "highlightsBy": _("Highlights by checkpoint {name}, below {threshold}"),
    "helpNone": _("This item comes without help by the model. Read the whole response."),
    "helpDoubts": _("The model doubts this response. It does not say where."),
    "helpTrusts": _("The model finds nothing wrong in this response. Read it all the same."),
    "picture": _("The image that the words are judged by"),
    "submit": _("Submit, rest is right"),
    "nextItem": _("Next item"),
    "stuck": _("The next item can't be fetched, the server is away. Enter tries again."),
    "notDecided": lambda count: ngettext(
        "{count} flag is not decided. Enter once more: they count as right.",
        "{count} flags are not decided. Enter once more: they count as right.",
        count,
    ),
    "allDecided": _("All flags decided. Enter submits."),
    "allConfirmed": lambda count: ngettext(
        "{count} flag confirmed. Enter submits.", "{count} flags confirmed. Enter submits.", count
    ),
    "skipped": _("You skipped this item."),
    "submitted": _("You submitted this item."),
    "noHistory": _("The list can't be fetched now. Try again in a moment."),
}
WORDS: dict[str, Text] = {
    "right": _("right"),
    "wrong": _("wrong"),
    "missing": _("missing"),
    "deleted": _("deleted"),
    "doubtful": _("doubtful"),
    "notFlagged": _("not flagged"),
    "byHand": _("by hand"),
    "notInPicture": _("not in the picture"),
    "withBox": _("with a box"),
    "nowDoubtful": _("now doubtful"),
    "nowSupported": _("now supported"),
    "nowWeaker": _("now less supported"),
    "replacedBy": _("replaced by {text}"),
    "nowReads": _("now “{text}”"),
    "ofKind": _("{verdict}: {kind}"),
    "flagOf": _("flag {number} of {total}"),
    "grounded": _("grounded {value}"),
    "groundedNow": _("grounded {value} → {now}"),
    "faint": _("little in the image moves it"),
    "noneSelected": _("Nothing selected"),
    "chooseWord": _("Choose a word, or go to the next flag with {key}."),
    "tallyUndecided": lambda count: ngettext("{count} undecided", "{count} undecided", count),
    "tallyWrong": lambda count: ngettext("{count} wrong", "{count} wrong", count),
    "tallyRight": lambda count: ngettext("{count} right", "{count} right", count),
    "noFlags": _("no flags"),
    "selected": _("{quote}: selected."),
    "undone": _("Undone."),
    "redone": _("Done again."),
    "isRight": _("{quote}: right."),
    "isWrong": _("{quote}: wrong."),
    "isMissing": _("{quote}: missing."),
    "missingText": _("missing: {text}"),
    "nothingMissing": _("Nothing is missing here."),
    "missingBefore": _("Missing before {quote}"),
    "missingLast": _("Missing at the end"),
    "earlierPlace": _("The place before"),
    "laterPlace": _("The place after"),
    "replaceWith": _("Replace {text} with"),
    "noSplit": _("Nothing to split: go to a word inside a wrong run."),
    "splitBefore": _("Split before {quote}."),
    "noJoin": _("Nothing to join: no other wrong run is beside this one."),
    "joined": _("{quote}: one run."),
}
HELP: dict[str, Text] = {
    "noHelp": _("No help by the model now."),
    "othersDoubtful": lambda count: ngettext(
        "{count} other word has become doubtful", "{count} other words have become doubtful", count
    ),
    "yoursDoubtful": _("what you wrote is doubted"),
    "toDelete": _("(delete)"),
    "lowest": _("The lowest value that any word of the response would then have"),
    "evidenceFor": _("Evidence for {quote}"),
    "evidenceShown": _("Evidence for {quote}: warm places spoke for it, cool ones against it."),
    "evidenceFaint": _("Little in the image moves the value of {quote}."),
    "drawBox": _("Drag a box over the picture, or move it with the arrow keys. Enter keeps it, Escape leaves."),
    "boxDrawn": _("The box that you draw"),
    "boxOf": _("Box: {quote}"),
    "boxKept": _("{quote}: box kept."),
    "isAbsent": _("{quote}: not in the picture."),
    "noEvidence": _("{quote}: nothing said about the picture."),
}
KEYS: dict[str, Text] = {
    "noKey": _("none"),
    "pressKey": _("Press the new key for “{does}”. Esc leaves it as it is."),
    "keyChosen": _("“{key}” it is."),
    "usualKeys": _("All keys are as usual."),
    "keysNotKept": _("The server does not answer, so nothing has changed. Try again in a moment."),
    "Shift": _("Shift"),
    "Ctrl": _("Ctrl"),
    "Escape": _("Esc"),
    "Delete": _("Del"),
    "PageUp": _("Page up"),
    "PageDown": _("Page down"),
}
REVIEW: dict[str, Text] = {
    "decided": _("decided"),
    "undecided": _("undecided"),
    "allDecided": _("All differences are decided. Enter settles."),
    "undone": _("Undone."),
    "right": _("✓ right"),
    "wrong": _("✗ wrong"),
    "missing": _("✗ missing"),
    "notMissing": _("✓ nothing missing"),
    "deleted": _("deleted"),
    "notDecided": lambda count: ngettext("One difference is not decided yet.", "{count} differences are not decided yet.", count),
}
SIGNS = {"ArrowRight": "→", "ArrowLeft": "←", "ArrowUp": "↑", "ArrowDown": "↓", "Enter": "↵", "Backspace": "⌫"}
KIND_NAMES = {str(kind): _(str(kind)) for kind in KINDS}
SCRIPTS: dict[str, Mapping[str, Text]] = {
    "desk": SAVING | ITEM | WORDS | HELP | KEYS | SIGNS | KIND_NAMES,
    "review": REVIEW | KIND_NAMES,
}


def texts_block(script: str) -> SafeString:
    """The block of data in which a page brings the texts of "desk" or "review"."""
    return _block(script, get_language() or "en")


@cache
def _block(script: str, language: str) -> SafeString:
    with override(language):
        return json_script({name: _forms(text) for name, text in SCRIPTS[script].items()}, "texts-data")


def _forms(text: Text) -> str | dict[str, str]:
    if not callable(text):
        return str(text)
    forms = {category: text(count) for category, count in COUNTS.items()}
    return {category: form for category, form in forms.items() if category == "other" or form != forms["other"]}
