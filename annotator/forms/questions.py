"""What the desk asks of the checkpoint while somebody works: about values, suggestions or evidence, and the edits so far."""

from dataclasses import dataclass
from typing import Any

from annotator.forms.bodies import object_in
from annotator.models import Act, Item
from annotator.services.folding import ActError, word_range
from annotator.services.payloads import checked_payload

FIELDS = ("first", "end", "text")
MOST_EDITS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, as `services/live.py` takes it."""

    kind: str
    question: dict[str, Any]


def question_from(body: bytes, *, item: Item) -> Asked:
    """The question in the body of a request, `{"kind", "edits": [[first, end, text], …], …}`.

    `suggestions` also has `first` and `end`, `evidence` has `word`. Raises ValueError saying what is wrong.
    """
    data = object_in(body)
    kind = data.get("kind")
    question: dict[str, Any] = {"edits": _edits(data.get("edits"), item)}
    match kind:
        case "values":
            return Asked(kind, question)
        case "suggestions":
            first, end = word_range(data, item.words)
            return Asked(kind, question | {"first": first, "end": end})
        case "evidence":
            word = data.get("word")
            word_range({"first": word, "end": word + 1 if type(word) is int else word}, item.words)
            return Asked(kind, question | {"word": word})
    raise ValueError(f"kind: must be values, suggestions or evidence, got {kind!r}")


def _edits(value: Any, item: Item) -> list[list[Any]]:
    """The edits, each checked like the act that it comes from: of replacing or, where its range is empty, of inserting."""
    if not isinstance(value, list) or len(value) > MOST_EDITS:
        raise ValueError(f"edits: must be a list of at most {MOST_EDITS}")
    edits, at = [], 0
    for number, one in enumerate(value):
        if not isinstance(one, list) or len(one) != len(FIELDS):
            raise ValueError(f"Edit {number} must be [first, end, text]")
        payload = dict(zip(FIELDS, one, strict=True))
        inserts = payload["first"] == payload["end"]
        act, payload = (Act.INSERT, {"at": payload["first"], "text": payload["text"]}) if inserts else (Act.REPLACE, payload)
        try:
            checked = checked_payload(act, payload, response=item.response, words=item.words)
        except ActError as error:
            raise ValueError(f"Edit {number}: {error}") from error
        first, end = (checked["at"], checked["at"]) if inserts else (checked["first"], checked["end"])
        if first < at:
            raise ValueError(f"Edit {number} overlaps the one before")
        edits.append([first, end, checked["text"]])
        at = end
    return edits
