"""What the desk asks of the checkpoint while somebody works: about values, suggestions or evidence, and the edits so far."""

import json
from dataclasses import dataclass
from typing import Any

from annotator.models import Item
from annotator.services.folding import REPLACEMENT_CHARACTERS

KINDS = ("values", "suggestions", "evidence")
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
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError("The request is not JSON") from error
    if not isinstance(data, dict) or data.get("kind") not in KINDS:
        raise ValueError(f"kind: must be one of {', '.join(KINDS)}")
    question: dict[str, Any] = {"edits": _edits(data.get("edits"), item)}
    if data["kind"] == "suggestions":
        question["first"], question["end"] = _range(data.get("first"), data.get("end"), item)
    elif data["kind"] == "evidence":
        question["word"], _ = _range(data.get("word"), _next(data.get("word")), item)
    return Asked(data["kind"], question)


def _next(number: Any) -> Any:
    return number + 1 if type(number) is int else None


def _edits(value: Any, item: Item) -> list[list[Any]]:
    if not isinstance(value, list) or len(value) > MOST_EDITS:
        raise ValueError(f"edits: must be a list of at most {MOST_EDITS}")
    edits, at = [], 0
    for number, one in enumerate(value):
        if not isinstance(one, list) or len(one) != 3 or not isinstance(one[2], str) or len(one[2]) > REPLACEMENT_CHARACTERS:
            raise ValueError(f"Edit {number} must be [first, end, text]")
        first, end = _range(one[0], one[1], item)
        if first < at:
            raise ValueError(f"Edit {number} overlaps the one before")
        edits.append([first, end, one[2]])
        at = end
    return edits


def _range(first: Any, end: Any, item: Item) -> tuple[int, int]:
    if type(first) is not int or type(end) is not int or not 0 <= first < end <= len(item.words):
        raise ValueError(f"Words must satisfy 0 <= first < end <= {len(item.words)}")
    return first, end
