"""How somebody did on a check: their judgement beside the known answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from annotator.models import Annotation, Check, CheckResult, Item, Membership, Retake, Role
from annotator.models.check import SPAN_COUNTS, WORD_COUNTS
from annotator.services.folding import judgements_from_json, marked_spans

Spans = Sequence[Mapping[str, Any]]
Words = Sequence[Sequence[int]]

ATTEMPT = ("check_done", "annotator", "attempt")  # has one result
COUNTED = ("has_passed", *WORD_COUNTS, *SPAN_COUNTS, "submitted_at")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two judgements of one response: passages by their quotes, words by their numbers."""

    missed: list[Mapping[str, Any]]
    false_alarms: list[Mapping[str, Any]]
    wrong: frozenset[int]
    called_wrong: frozenset[int]

    @property
    def has_passed(self) -> bool:
        """Every error was found, at least in part, and nothing else was called wrong."""
        return not self.missed and not self.false_alarms


def compare(words: Words, answer: Spans, given: Spans) -> Comparison:
    """What somebody called wrong beside what is. A passage counts as found where one word of it was called wrong."""
    wrong, called = words_in(words, answer), words_in(words, given)
    missed = [span for span in answer if not words_in(words, [span]) & called]
    false_alarms = [span for span in given if not words_in(words, [span]) & wrong]
    return Comparison(missed, false_alarms, wrong, called)


def words_in(words: Words, spans: Spans) -> frozenset[int]:
    """The numbers of the words that the spans touch."""
    return frozenset(
        number for number, (start, end) in enumerate(words) if any(start < span["end"] and span["start"] < end for span in spans)
    )


def called_wrong(annotation: Annotation) -> list[dict[str, Any]]:
    """The passages that somebody called wrong, each with its quote; where they put something in, the words beside it."""
    item, own = annotation.item, {(span["start"], span["end"]): span for span in annotation.spans}
    return [
        own.get((span["start"], span["end"])) or span | {"quote": item.response[span["start"] : span["end"]], "replacement": None}
        for span in marked_spans(item.words, judgements_from_json(annotation.judgements))
    ]


def f1_of(counts: Mapping[str, int]) -> float:
    """F1 in [0, 1] of the words called wrong, over any number of results; 1 where nothing was wrong and nothing called so."""
    errors = counts["missed_words"] + counts["mistaken_words"]
    return 2 * counts["found_words"] / (2 * counts["found_words"] + errors) if counts["found_words"] or errors else 1.0


def record(annotation: Annotation, grounded: Sequence[float] | None) -> None:
    """Keep how a check went that was submitted; `grounded` are the values that the person was shown flags of.

    Where people are told the answer, what they submitted first stays. Belongs into the save's own transaction: nothing is lost
    between the two, and there is one commit as for every item, so that waiting for a save doesn't tell checks from others.
    """
    item, project = annotation.item, annotation.item.project
    if annotation.submitted_at is None:
        raise ValueError(f"Annotation {annotation.pk} is not submitted")
    check = Check.objects.get(item=item)
    found = compare(item.words, check.spans, called_wrong(annotation))
    result = CheckResult(
        check_done=check,
        annotator_id=annotation.annotator_id,
        attempt=Retake.objects.number_of(annotation.annotator, project) if project.is_tutorial else 1,
        submitted_at=annotation.submitted_at,
        **_counts(item.words, found, _flagged(annotation, grounded)),
    )
    if project.gives_feedback:
        CheckResult.objects.bulk_create([result], ignore_conflicts=True)
    else:
        CheckResult.objects.bulk_create([result], update_conflicts=True, unique_fields=ATTEMPT, update_fields=COUNTED)


def _counts(words: Words, found: Comparison, flagged: frozenset[int]) -> dict[str, Any]:
    seen = sum(bool(words_in(words, [span]) & flagged) for span in found.missed)
    return {
        "has_passed": found.has_passed,
        "found_words": len(found.wrong & found.called_wrong),
        "missed_words": len(found.wrong - found.called_wrong),
        "mistaken_words": len(found.called_wrong - found.wrong),
        "missed_flagged": seen,
        "missed_unflagged": len(found.missed) - seen,
        "false_alarms": len(found.false_alarms),
    }


def _flagged(annotation: Annotation, grounded: Sequence[float] | None) -> frozenset[int]:
    """The words that the person was shown as doubtful."""
    if grounded is None or annotation.threshold is None:
        return frozenset()
    return frozenset(number for number, value in enumerate(grounded) if value < annotation.threshold)


def check_shown(item: Item, membership: Membership) -> Check | None:
    """The check that an item is, for those who may know the answer: whoever reviews, and who was told how they did on it."""
    if not item.is_check:
        return None
    done = CheckResult.objects.of_latest_attempts(1).filter(check_done__item=item, annotator=membership.user_id)
    may_know = Role(membership.role).includes(Role.REVIEWER) or (item.project.gives_feedback and done.exists())
    return Check.objects.get(item=item) if may_know else None


def told(check: Check, annotation: Annotation) -> str:
    """How a judgement of a check compares with the answer, for the person who made it."""
    found = compare(annotation.item.words, check.spans, called_wrong(annotation))
    if found.has_passed:
        return _("You found what is wrong in it.") if check.spans else _("You saw that nothing is wrong in it.")
    parts = []
    if found.missed:
        parts.append(_("Let stand, but wrong: %(passages)s.") % {"passages": _quoted(found.missed)})
    if found.false_alarms:
        parts.append(_("Called wrong, but right: %(passages)s.") % {"passages": _quoted(found.false_alarms)})
    return " ".join(parts)


def _quoted(spans: Spans) -> str:
    return ", ".join(_quote(span) for span in spans)


def _quote(span: Mapping[str, Any]) -> str:
    quote = _("“%(text)s”") % {"text": span["quote"]}
    return f"{quote} ({_(span['kind'])})" if span.get("kind") else quote
