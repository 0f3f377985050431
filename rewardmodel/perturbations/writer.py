"""The paper's way to perturb captions: a language model writes, and every line that it writes is checked."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from rewardmodel.answer_cache import AnswerCache
from rewardmodel.asking import ask_all, ask_once
from rewardmodel.endpoint import Endpoint, said
from rewardmodel.perturbations.perturbed import Perturbed
from rewardmodel.perturbations.prompts import kind_prompt, truth_prompt, writing_prompt
from rewardmodel.perturbations.writer_answers import rewritten_caption, yes_or_no
from rewardmodel.perturbations.writer_diff import Difference
from rewardmodel.taxonomy import KINDS, Kind

WRITING_TEMPERATURE = 0.7
LARGEST_SHARE = 0.4  # of the words of a caption may change
NO_COUNTS = re.compile(r"\".*?\"|\u201c.*?\u201d|\d+:\d\d\b|\d+ ?%|\d+/\d+|\d+ percent\b")  # quotes, times, proportions
ALWAYS_ALLOWED = 4  # words, so that a short caption can change at all

Pair = tuple[str, Kind]


class Reason(StrEnum):
    """Why a caption did not become a perturbation, in the order of the checks."""

    ESCAPED = "escaped"  # copied, as told to where the kind does not apply
    NONSENSE = "nonsense"  # no caption, or no yes or no
    UNCHANGED = "unchanged"  # the same words in another form
    TOO_DIFFERENT = "too different"
    PARAPHRASE = "paraphrase"  # may still be true
    WRONG_KIND = "wrong kind"
    FAILED = "failed"  # the endpoint did not answer; asked again by the next run


Outcome = Perturbed | Reason


class Writer:
    """Perturbs captions by a model behind an endpoint. May be used from many threads at once."""

    def __init__(self, endpoint: Endpoint, cache: AnswerCache) -> None:
        self._endpoint = endpoint
        self._cache = cache

    def perturb(self, caption: str, kind: Kind) -> Outcome:
        """The caption with one error of a kind, or why there is none.

        Raises EndpointError where an answer is missing; all answers up to there are kept in the cache.
        """
        answer = self._ask("write", kind, caption, writing_prompt(kind, caption), temperature=WRITING_TEMPERATURE)
        rewritten = rewritten_caption(answer, caption)
        if rewritten is None:
            return Reason.NONSENSE
        if rewritten.split() == caption.split():
            return Reason.ESCAPED
        difference = Difference(caption, rewritten)
        perturbed = difference.marked(kind)
        if perturbed is None:
            return Reason.UNCHANGED
        if is_too_different(difference):
            return Reason.TOO_DIFFERENT
        if _breaks_rule(difference, caption, perturbed):
            return Reason.WRONG_KIND
        return self._doubt(caption, perturbed.text, kind) or perturbed

    def _doubt(self, caption: str, text: str, kind: Kind) -> Reason | None:
        """What speaks against a perturbation in the model's own eyes; the second question is asked only after the first."""
        may_be_true = yes_or_no(self._ask("truth", kind, caption, truth_prompt(caption, text)))
        if may_be_true is None:
            return Reason.NONSENSE
        if may_be_true:
            return Reason.PARAPHRASE
        is_of_kind = yes_or_no(self._ask("kind", kind, caption, kind_prompt(kind, caption, text)))
        if is_of_kind is None:
            return Reason.NONSENSE
        return None if is_of_kind else Reason.WRONG_KIND

    def _ask(self, question: str, kind: Kind, caption: str, prompt: str, *, temperature: float = 0.0) -> str:
        return ask_once(
            self._endpoint, self._cache, said(prompt), f"{temperature}", kind, prompt,
            longest=len(caption), temperature=temperature, question=question, kind=kind, caption=caption,
        )  # fmt: skip


def is_too_different(difference: Difference) -> bool:
    """Whether so much has changed that this is another text."""
    return difference.changed_words > ALWAYS_ALLOWED and difference.share > LARGEST_SHARE


def _breaks_rule(difference: Difference, caption: str, perturbed: Perturbed) -> bool:
    """Whether a rule is broken that needs no judge: binding only moves words, counting leaves some numbers alone."""
    if perturbed.kind is Kind.BINDING:
        return not difference.is_rearranged
    return perturbed.kind is Kind.COUNTING and NO_COUNTS.findall(caption) != NO_COUNTS.findall(perturbed.text)


def perturb_all(endpoint: Endpoint, cache: AnswerCache, pairs: Iterable[Pair]) -> Iterator[tuple[Pair, Outcome]]:
    """What becomes of each caption and kind, each asked for once, in the order given, while others are under way.

    Raises EndpointError where the endpoint refuses, or fails for many pairs in a row; what was answered stays in the cache.
    """
    writer = Writer(endpoint, cache)
    for pair, outcome in ask_all(endpoint, lambda pair: writer.perturb(*pair), dict.fromkeys(pairs)):
        yield pair, Reason.FAILED if outcome is None else outcome


def yields(outcomes: Mapping[Pair, Outcome]) -> dict[str, dict[str, int]]:
    """By kind: how many captions were attempted, how many fell to each check, and how many were kept."""
    by_kind = {kind: [outcome for pair, outcome in outcomes.items() if pair[1] is kind] for kind in KINDS}
    return {str(kind): tally(own) for kind, own in by_kind.items() if own}


def tally(outcomes: Sequence[object]) -> dict[str, int]:
    """How many were attempted, how many fell to each check, and how many were kept."""
    fallen = [outcome for outcome in outcomes if isinstance(outcome, Reason)]
    reasons = {str(reason): fallen.count(reason) for reason in Reason}
    return {"attempted": len(outcomes)} | reasons | {"kept": len(outcomes) - len(fallen)}


def yield_lines(table: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The table as aligned text, with a line of sums."""
    columns = ["attempted", *map(str, Reason), "kept"]
    total = {column: sum(row[column] for row in table.values()) for column in columns}
    rows = [(name, [str(row[column]) for column in columns]) for name, row in [*table.items(), ("all", total)]]
    return [
        f"{name:<16}" + "".join(f"{cell:>{len(column) + 2}}" for cell, column in zip(cells, columns, strict=True))
        for name, cells in [("kind", columns), *rows]
    ]
