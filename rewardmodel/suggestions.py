"""Suggestions: what could stand in the place of a flagged passage, ranked by how well the whole new response is then believed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest

from rewardmodel.backbones import Block
from rewardmodel.cloze import guesses, log_shares
from rewardmodel.perturbations.alternatives import alternatives, applied, deletion, distinct
from rewardmodel.perturbations.fitting import fits, is_vaguer, is_whole
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.records import words
from rewardmodel.scoring import Request, Scorer

CANDIDATES = 30  # that are scored for one passage
GUESSES = 24  # of the model's own, before those go that make no sentence
LONG_LIST = 90  # of which those that read best are taken
FLUENCY = 0.3  # how much the log share of a replacement among the model's guesses weighs beside the log value of the response
LEAST = 1e-6  # a grounded value below this counts as this, so that its logarithm exists


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`replacement` in the place of `[start, end)` of the response gives `text`; everything else is unchanged.

    The range holds the passage that was asked about, and around it what has to change in agreement with the replacement. An empty
    replacement deletes. `value_of_passage` is the lowest grounded value of the words put in (of those at the seam, after a
    deletion), `value_of_response` the lowest of the whole new response, both in [0, 1].
    """

    start: int
    end: int
    replacement: str
    text: str
    value_of_passage: float
    value_of_response: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edit that may become a suggestion. `fluency` is its mean log share among the model's own guesses, at most 0.

    It is no whole one where a noun does not agree with the number put in, or where no number is put in for one.
    """

    edit: Edit
    fluency: float
    is_deletion: bool
    is_whole: bool


def suggest(
    scorer: Scorer, request: Request, span: tuple[int, int], *, k: int = 3, block: Block | None = None
) -> list[Suggestion]:
    """At most `k` replacements for the passage `span` of the response, best first.

    `span` is half-open in code points and holds whole words. `block` is what `scorer.read` gave for the request's image and
    prompt, where it was read before. Raises ValueError for a passage that is none, OSError for a broken picture.
    """
    check_passage(request.response, span)
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    block = scorer.read(request.image, request.prompt) if block is None else block
    found = candidates(scorer, block, request.response, span)
    texts = [applied(request.response, one.edit) for one in found]
    values = scorer.score_all_after(block, texts)
    suggestions = [_suggestion(one.edit, text, row) for one, text, row in zip(found, texts, values, strict=True)]
    ranks = [_rank(*pair, scorer.threshold) for pair in zip(found, suggestions, strict=True)]
    return [suggestions[place] for place in sorted(range(len(ranks)), key=lambda place: ranks[place])[:k]]


def check_passage(response: str, span: tuple[int, int]) -> None:
    """Raise ValueError for a span that does not begin and end with words of the response."""
    start, end = span
    if not words(response):
        raise ValueError("A response must have at least one word")
    if not 0 <= start < end <= len(response):
        raise ValueError(f"A span must satisfy 0 <= start < end <= {len(response)}, got [{start}, {end})")
    starts, ends = zip(*words(response), strict=True)
    if start not in starts or end not in ends:
        raise ValueError(f"The span [{start}, {end}), {response[start:end]!r}, does not begin and end with words")


def flagged_passages(response: str, values: Sequence[float], threshold: float) -> list[tuple[int, int]]:
    """The maximal runs of words whose values are below the threshold, as half-open ranges of the response."""
    marked = zip(words(response), values, strict=True)
    runs = ([word for word, _ in run] for is_low, run in groupby(marked, key=lambda pair: pair[1] < threshold) if is_low)
    return [(run[0][0], run[-1][1]) for run in runs]


def candidates(scorer: Scorer, block: Block, response: str, span: tuple[int, int]) -> list[Candidate]:
    """At most CANDIDATES of them, those that read best first: the model's own guesses, where they fit, and the word families.

    The first is the passage deleted, where that leaves a sentence.
    """
    guessed = [edit for edit in guesses(scorer, block, response, span, count=GUESSES) if fits(response, edit)]
    known, gone = alternatives(response, *span), deletion(response, *span)
    in_turn = (edit for pair in zip_longest(guessed, known) for edit in pair if edit is not None)
    edits = distinct(response, [*([gone] if gone else []), *in_turn])[:LONG_LIST]
    shares = log_shares(scorer, block, response, edits)
    found = [
        Candidate(edit, share, edit == gone, is_whole(response, edit) and not is_vaguer(response, edit))
        for edit, share in zip(edits, shares, strict=True)
    ]
    return sorted(found, key=lambda one: (not one.is_deletion, -one.fluency))[:CANDIDATES]


def _suggestion(edit: Edit, text: str, values: Sequence[float]) -> Suggestion:
    last = edit.start + len(edit.text)
    is_put_in = [start < last and edit.start < end for start, end in words(text)]
    is_asked = is_put_in if edit.text else _seam(text, edit.start)
    lowest = min(value for value, is_one in zip(values, is_asked, strict=True) if is_one)
    return Suggestion(edit.start, edit.end, edit.text, text, lowest, min(values))


def _seam(text: str, place: int) -> list[bool]:
    """Which words are the last before a place or the first after it."""
    ends_before = sum(end <= place for _, end in words(text))
    return [number in {ends_before - 1, ends_before} for number in range(len(words(text)))]


def _rank(candidate: Candidate, suggestion: Suggestion, threshold: float) -> tuple[int, float]:
    """Smaller is better. After all whole replacements that are believed come the others and the deletion, which says less."""
    is_believed = suggestion.value_of_passage >= threshold
    order = 2 if not is_believed else 1 if candidate.is_deletion or not candidate.is_whole else 0
    return order, -math.log(max(suggestion.value_of_response, LEAST)) - FLUENCY * candidate.fluency
