"""What an act may say: payloads with nothing unknown in them, or the reason why they are refused."""

from collections.abc import Mapping
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from annotator.models.annotation import Act
from annotator.services.folding import ActError, Words, word_range
from rewardmodel.taxonomy import KINDS

REPLACEMENT_CHARACTERS = 1_000
COMMENT_CHARACTERS = 4_000
REASON_CHARACTERS = 200
EDGES = ("left", "top", "right", "bottom")
ON_WORDS = {Act.CONFIRM, Act.CLEAR, Act.FLAG, Act.KIND, Act.REPLACE, Act.EVIDENCE}
WITH_KIND = ON_WORDS - {Act.CLEAR, Act.EVIDENCE} | {Act.INSERT}


def checked_payload(act: str, payload: Mapping[str, Any], *, response: str, words: Words) -> dict[str, Any]:
    """The payload of an act with nothing unknown in it.

    Ranges are word numbers. A `quote`, where the page sends one, must be what stands there.
    Raises ActError naming what is wrong.
    """
    kind = {"kind": _kind(payload)} if act in WITH_KIND else {}
    return _place(act, payload, response, words) | kind | _own_fields(act, payload)


def new_payload(act: str, payload: Mapping[str, Any], *, response: str, words: Words) -> dict[str, Any]:
    """The payload of an act that is not stored yet: as `checked_payload`, but a replacement that changes nothing is an ActError.

    Some of those were stored once. They come back as edits and as what a reviewer takes, and must be taken there.
    """
    checked = checked_payload(act, payload, response=response, words=words)
    if act == Act.REPLACE and checked["text"].strip() == (stands := _stands(checked["first"], checked["end"], response, words)):
        values = {"first": checked["first"], "end": checked["end"], "text": repr(stands)}
        raise ActError(_("Words [%(first)s, %(end)s) read %(text)s already: a replacement has to be another text") % values)
    return checked


def _place(act: str, payload: Mapping[str, Any], response: str, words: Words) -> dict[str, Any]:
    if act == Act.INSERT:
        return {"at": _seam(payload, "at", words)}
    if act == Act.EVIDENCE and payload.get("first") == payload.get("end"):
        return dict.fromkeys(("first", "end"), _seam(payload, "first", words))
    return _range(payload, response, words) if act in ON_WORDS else {}


def _own_fields(act: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    match act:
        case Act.SUBMIT:
            return {"rest_checked": payload.get("rest_checked") is True}
        case Act.SKIP:
            return {"reason": _text(payload, "reason", REASON_CHARACTERS)}
        case Act.COMMENT:
            return {"text": _text(payload, "text", COMMENT_CHARACTERS)}
        case Act.REPLACE | Act.INSERT:
            text = _text(payload, "text", REPLACEMENT_CHARACTERS)
            return {"text": text.strip() if act == Act.INSERT else text}
        case Act.EVIDENCE:
            return _evidence(payload)
        case _ if act in Act.values:
            return {}
        case _:
            raise ActError(_("There is no act %(act)s") % {"act": repr(act)})


def _range(payload: Mapping[str, Any], response: str, words: Words) -> dict[str, Any]:
    first, end = word_range(payload, words)
    stands = _stands(first, end, response, words)
    if payload.get("quote", stands) != stands:
        values = {"first": first, "end": end, "text": repr(stands), "quote": repr(payload["quote"])}
        raise ActError(_("Words [%(first)s, %(end)s) read %(text)s, not %(quote)s") % values)
    return {"first": first, "end": end}


def _stands(first: int, end: int, response: str, words: Words) -> str:
    return response[words[first][0] : words[end - 1][1]]


def _seam(payload: Mapping[str, Any], name: str, words: Words) -> int:
    """The number of the word before which something is missing, or of all words: behind the last."""
    at = payload.get(name)
    if type(at) is not int or not 0 <= at <= len(words):
        raise ActError(
            _("%(name)s must satisfy 0 <= %(name)s <= %(most)s, got %(value)s")
            % {"name": name, "most": len(words), "value": repr(at)}
        )
    return at


def _evidence(payload: Mapping[str, Any]) -> dict[str, Any]:
    box, absent = payload.get("box"), payload.get("absent", False)
    if type(absent) is not bool or (absent and box is not None):
        raise ActError(_("absent must be true without a box, or false, got %(value)s") % {"value": repr(absent)})
    if box is not None and not _is_box(box):
        raise ActError(
            _("box must be [left, top, right, bottom] with 0 <= left < right <= 1 and 0 <= top < bottom <= 1, got %(value)s")
            % {"value": repr(box)}
        )
    return {"box": box, "absent": absent}


def _is_box(box: Any) -> bool:
    if not isinstance(box, list) or len(box) != len(EDGES) or not all(type(edge) in {int, float} for edge in box):
        return False
    left, top, right, bottom = box
    return bool(0 <= left < right <= 1 and 0 <= top < bottom <= 1)  # what is no number is in no order either


def _kind(payload: Mapping[str, Any]) -> str | None:
    kind = payload.get("kind")
    if kind and kind not in KINDS:
        raise ActError(_("There is no kind %(kind)s") % {"kind": repr(kind)})
    return kind or None


def _text(payload: Mapping[str, Any], name: str, most: int) -> str:
    text = payload.get(name, "")
    if not isinstance(text, str):
        raise ActError(_("%(name)s must be text, got %(value)s") % {"name": name, "value": repr(text)})
    if len(text) > most:
        raise ActError(
            _("%(name)s has %(count)s characters; at most %(most)s are taken")
            % {"name": name, "count": intcomma(len(text)), "most": intcomma(most)}
        )
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ActError(_("%(name)s holds a character that is no text (NUL or half of a surrogate pair)") % {"name": name})
    return text
