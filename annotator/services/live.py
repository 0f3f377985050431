"""What a checkpoint says of one item while somebody works on it. For workers only: `services/scoring.py` leads to torch.

A question is about the response as the person has edited it so far: `edits` are [first, end, text], the words [first, end) of the
response replaced by a text (an empty range: a text put in before the word `first`), in order and disjoint. Answers speak of word
numbers of the response, never of offsets.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from annotator.models import Checkpoint, Image, Item, Project
from annotator.services.folding import Judgement, corrected_text, insertions_of, spans_of
from annotator.services.images import image_file
from annotator.services.scoring import LOADED, scorer_of
from rewardmodel.backbones import Block
from rewardmodel.evidence import evidence
from rewardmodel.records import words
from rewardmodel.scoring import Request
from rewardmodel.suggestions import suggest

BLOCKS = 16  # images that stay read

Edits = Sequence[tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Edited:
    """A response after edits, and where in it each word of the response still stands: None for words that were replaced."""

    text: str
    places: list[tuple[int, int] | None]


def answer(*, kind: str, item_id: int, checkpoint_id: int, question: dict[str, Any]) -> Any:
    """The answer to a question of one of the kinds: `values`, `suggestions`, `evidence`.

    Raises ValueError for a question that the item does not bear, OSError for a picture that can't be read.
    """
    item = Item.objects.select_related("image").get(pk=item_id)
    checkpoint = Checkpoint.objects.get(pk=checkpoint_id)
    edited = edit(item, question["edits"])
    match kind:
        case "values":
            return values(item, checkpoint, edited, question["edits"])
        case "suggestions":
            return suggestions(item, checkpoint, edited, question["first"], question["end"])
        case "evidence":
            return heat(item, checkpoint, edited, question["word"])
    raise ValueError(f"There is no kind of help {kind!r}")


def load_active() -> list[str]:
    """Load the newest checkpoints that projects work with, as many as stay in memory. Returns their names."""
    active = Checkpoint.objects.filter(pk__in=Project.objects.values("active_checkpoint")).order_by("-pk")[:LOADED]
    return [str(checkpoint) for checkpoint in active if scorer_of(checkpoint)]


def edit(item: Item, edits: Edits) -> Edited:
    """The item's response with the edits made."""
    made = [Judgement(first, end, "wrong", text=text) for first, end, text in edits]
    texts = [_corrected(item, made[:count]) for count in range(len(made) + 1)]
    # by how much each edit and those before it move what stands behind them
    moved = [len(text) - len(item.response) for text in texts]
    replaced = {number for first, end, _ in edits for number in range(first, end)}
    places: list[tuple[int, int] | None] = []
    for number, (start, end) in enumerate(item.words):
        by = moved[sum(last <= number for _, last, _ in edits)]
        places.append(None if number in replaced else (start + by, end + by))
    return Edited(texts[-1], places)


def _corrected(item: Item, judgements: Sequence[Judgement]) -> str:
    spans, insertions = spans_of(item.response, item.words, judgements), insertions_of(item.words, judgements)
    return corrected_text(item.response, spans, insertions)


def values(item: Item, checkpoint: Checkpoint, edited: Edited, edits: Edits) -> dict[str, Any]:
    """`words`: the grounded value of each word of the response, None if replaced; `edits`: the lowest of each new text."""
    if not words(edited.text):
        return {"words": [None] * len(edited.places), "edits": [None] * len(edits)}
    row = dict(zip(words(edited.text), scorer_of(checkpoint).score_after(_block(item, checkpoint), edited.text), strict=True))
    kept = [place and _lowest(row, *place) for place in edited.places]
    return {"words": kept, "edits": [_new_value(edited, row, edit) for edit in edits]}


def suggestions(item: Item, checkpoint: Checkpoint, edited: Edited, first: int, end: int) -> list[dict[str, Any]]:
    """Up to three replacements `{"first", "end", "text", "value"}` for the words [first, end), not edited yet, best first.

    `value` is the lowest grounded value that any word of the whole response would then have.
    """
    here, last = edited.places[first], edited.places[end - 1]
    if here is None or last is None:
        raise ValueError("These words are replaced already")
    request = Request(image_file(item.image), item.prompt, edited.text)
    found = suggest(scorer_of(checkpoint), request, (here[0], last[1]), k=3, block=_block(item, checkpoint))
    told = []
    for one in found:
        touched = [n for n, place in enumerate(edited.places) if place and place[0] < one.end and one.start < place[1]]
        covers = touched and (edited.places[touched[0]], edited.places[touched[-1]])
        if covers and covers[0] and covers[1] and (covers[0][0], covers[1][1]) == (one.start, one.end):
            told.append({"first": touched[0], "end": touched[-1] + 1, "text": one.replacement, "value": one.value_of_response})
        elif not one.replacement:  # a deletion takes a space along, which the word numbers say by themselves
            told.append({"first": first, "end": end, "text": "", "value": one.value_of_response})
    return told


def heat(item: Item, checkpoint: Checkpoint, edited: Edited, word: int) -> dict[str, Any]:
    """The evidence map of a word that nobody has edited: `rows` of values in [-1, 1] from the top left, and its `strength`."""
    place = edited.places[word]
    if place is None:
        raise ValueError("This word is replaced already")
    number = next(n for n, (start, end) in enumerate(words(edited.text)) if start < place[1] and place[0] < end)
    found = evidence(scorer_of(checkpoint), Request(image_file(item.image), item.prompt, edited.text), number)
    return {"rows": [[round(float(value), 3) for value in row] for row in found.heat], "strength": found.strength}


def _lowest(row: dict[tuple[int, int], float], start: int, end: int) -> float | None:
    """The lowest value of the words in a range: what was one word may have become a part of another."""
    return min((value for (first, last), value in row.items() if first < end and start < last), default=None)


def _new_value(edited: Edited, row: dict[tuple[int, int], float], one: tuple[int, int, str]) -> float | None:
    first, end, text = one
    before = [place for place in edited.places[:first] if place]
    after = [place for place in edited.places[end:] if place]
    if not text.strip():
        return None
    return _lowest(row, before[-1][1] if before else 0, after[0][0] if after else len(edited.text))


def _block(item: Item, checkpoint: Checkpoint) -> Block:
    return _read(checkpoint.pk, item.image_id, item.prompt)


@lru_cache(maxsize=BLOCKS)
def _read(checkpoint_id: int, image_id: int, prompt: str) -> Block:
    checkpoint, image = Checkpoint.objects.get(pk=checkpoint_id), Image.objects.get(pk=image_id)
    return scorer_of(checkpoint).read(image_file(image), prompt)
