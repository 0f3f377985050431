"""The paper's way to perturb captions: a language model writes, and every line that it writes is checked."""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from rewardmodel.answer_cache import AnswerCache, key_of
from rewardmodel.asking import ask_all
from rewardmodel.endpoint import Endpoint, said
from rewardmodel.perturbations.perturbed import Perturbed
from rewardmodel.perturbations.prompts import kind_prompt, truth_prompt, writing_prompt
from rewardmodel.perturbations.writer_answers import rewritten_caption, yes_or_no
from rewardmodel.perturbations.writer_diff import Difference
from rewardmodel.taxonomy import KINDS, Kind

WRITING_TEMPERATURE = 0.7
MOST_TOKENS = 2_048  # and as many as the caption has characters: some models think first; the others stop when they are done
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
        if difference.changed_words > ALWAYS_ALLOWED and difference.share > LARGEST_SHARE:
            return Reason.TOO_DIFFERENT
        if _breaks_rule(difference, caption, perturbed):
            return Reason.WRONG_KIND
        return self._doubt(caption, perturbed) or perturbed

    def _doubt(self, caption: str, perturbed: Perturbed) -> Reason | None:
        """What speaks against a perturbation in the model's own eyes; the second question is asked only after the first."""
        kind, text = perturbed.kind, perturbed.text
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
        """The answer to a prompt, from the cache where it was given before; empty where it was cut off.

        The name in the cache is made of the whole prompt, so that a changed prompt is asked anew.
        """
        key = key_of(self._endpoint.model, f"{temperature}", kind, prompt)
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        answer = self._endpoint.chat([said(prompt)], temperature=temperature, max_tokens=MOST_TOKENS + len(caption))
        text = "" if answer.is_cut else answer.text
        self._cache.put(key, text, question=question, kind=kind, caption=caption)
        return text


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
    columns = ["attempted", *map(str, Reason), "kept"]
    table = {str(kind): dict.fromkeys(columns, 0) for kind in KINDS if any(kind is pair[1] for pair in outcomes)}
    for (_, kind), outcome in outcomes.items():
        table[kind]["attempted"] += 1
        table[kind]["kept" if isinstance(outcome, Perturbed) else outcome] += 1
    return table


def yield_lines(table: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The table as aligned text, with a line of sums."""
    columns = ["attempted", *map(str, Reason), "kept"]
    total = {column: sum(row[column] for row in table.values()) for column in columns}
    rows = [(name, [str(row[column]) for column in columns]) for name, row in [*table.items(), ("all", total)]]
    return [
        f"{name:<16}" + "".join(f"{cell:>{len(column) + 2}}" for cell, column in zip(cells, columns, strict=True))
        for name, cells in [("kind", columns), *rows]
    ]
