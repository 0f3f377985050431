"""Responses on pages: as words for the desk, as text with marked doubts and corrections elsewhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from annotator.desk_keys import GROUPS, ROWS
from annotator.labels import SKIP_REASONS
from annotator.models import Annotation, Check, Item, Project, Review
from annotator.script_texts import texts_block
from annotator.services.examples import Example, examples
from annotator.services.folding import insertions_of, judgements_from_json

register = template.Library()


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text that looks the same: `level` of doubt 1-3 (0: none), or a wrong passage with its replacement.

    A wrong passage without text is a place where its replacement is missing.
    """

    text: str
    level: int = 0
    is_wrong: bool = False
    kind: str = ""
    replacement: str | None = None


def doubt_level(grounded: float, threshold: float) -> int:
    """0 for a word that is not flagged, else 1 to 3: how far below the threshold it is, in thirds of the way to 0."""
    if grounded >= threshold:
        return 0
    return 3 - min(2, int(3 * max(grounded, 0.0) / threshold))


@register.simple_tag
def desk_dialogs(project: Project) -> SafeString:
    """What opens above the desk. The same for every item of a project: made once a text of instructions and a language."""
    return _dialogs(project.instructions, get_language())


@lru_cache(maxsize=256)
def _dialogs(instructions: str, _language: str | None) -> SafeString:
    keys = {"groups": GROUPS, "keys": [row.for_page() for row in ROWS.values()]}
    shown = {"instructions": instructions, "examples": examples(), "skip_reasons": SKIP_REASONS}
    return render_to_string("desk/dialogs.html", shown | keys)


@register.simple_tag
def script_texts(script: str) -> SafeString:
    """What the page's script says: of "desk" or "review"."""
    return texts_block(script)


def pieces(item: Item) -> list[str]:
    """The response cut at its words, nothing left out: what stands before the first word, it, what stands between them, …

    Words are at the odd places, and the last piece is what stands after all of them.
    """
    cut, at = [], 0
    for start, end in item.words:
        cut += [item.response[at:start], item.response[start:end]]
        at = end
    return [*cut, item.response[at:]]


@register.inclusion_tag("components/caption.html")
def doubtful(item: Item, grounded: Sequence[float] | None, threshold: float) -> dict[str, Any]:
    """The response with its flagged words marked."""
    return {"passages": _doubts(item, grounded or [], threshold)}


@register.inclusion_tag("components/caption.html")
def judged(annotation: Annotation | Check | Review, response: str) -> dict[str, Any]:
    """The response with what somebody found wrong in it, or what is by the answer of a check, and what should stand there."""
    return {"passages": _judgements(annotation, response)}


@register.inclusion_tag("components/caption.html")
def exemplified(example: Example) -> dict[str, Any]:
    """The caption of an example with what is wrong in it."""
    pieces, at = [], 0
    for start, end in example.spans:
        pieces += [Passage(example.wrong[at:start]), Passage(example.wrong[start:end], is_wrong=True)]
        at = end
    return {"passages": [*pieces, Passage(example.wrong[at:])]}


def _doubts(item: Item, grounded: Sequence[float], threshold: float) -> Iterator[Passage]:
    """A gap between two words of one level looks like them; any other gap is plain."""
    levels = [doubt_level(value, threshold) for value in grounded] or [0] * len(item.words)
    at = 0
    for level, run in groupby(zip(item.words, levels, strict=True), key=itemgetter(1)):
        words = [word for word, _ in run]
        start, end = words[0][0], words[-1][1]
        yield Passage(item.response[at:start])
        yield Passage(item.response[start:end], level)
        at = end
    yield Passage(item.response[at:])


def _judgements(annotation: Annotation | Check | Review, response: str) -> Iterator[Passage]:
    """Wrong passages are cut where something is missing in them."""
    judgements = [] if isinstance(annotation, Check) else annotation.judgements
    inserted = [one for one in judgements_from_json(judgements) if one.is_insertion]
    missing = insertions_of(annotation.item.words, inserted) if inserted else []
    places = [one["at"] for one in missing]
    wrong = [(one["at"], Passage("", is_wrong=True, kind=one["kind"] or "", replacement=one["text"])) for one in missing]
    for span in annotation.spans:
        cuts = [span["start"], *(place for place in places if span["start"] < place < span["end"]), span["end"]]
        for start, end in pairwise(cuts):
            passage = Passage(response[start:end], is_wrong=True, kind=span["kind"] or "", replacement=span["replacement"])
            wrong.append((start, passage))
    at = 0
    for start, passage in sorted(wrong, key=lambda placed: (placed[0], len(placed[1].text))):
        yield Passage(response[at:start])
        yield passage
        at = start + len(passage.text)
    yield Passage(response[at:])
