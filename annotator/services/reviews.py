"""Reviews: kept up to date as people judge, settled and reopened by reviewers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from annotator.models import Annotation, Item, Project, Review, User
from annotator.services import audit
from annotator.services.differences import (
    RIGHT,
    Opinion,
    agreed,
    differences,
    differing_places,
    differing_words,
    source_of,
    with_evidence,
)
from annotator.services.folding import (
    Judgement,
    Runs,
    corrected_text,
    insertions_of,
    judgements_from_json,
    judgements_to_json,
    spans_of,
)

State = Review.State


class ReviewError(ValueError):
    """What was decided can't be kept; the message says why."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a reviewer decided: one judgement or several for every difference, made when the annotations were `made_from`."""

    decisions: Sequence[Judgement]
    made_from: list[list[int]]
    comment: str = ""


def counted_annotations(item: Item) -> list[Annotation]:
    """The judgements of an item that are compared, with their people, in an order that tells nothing of who was first."""
    found = Annotation.objects.filter(item=item, status=Annotation.Status.SUBMITTED, counts=True).select_related("annotator")
    return sorted(found, key=lambda one: hashlib.sha256(f"{item.pk}/{one.annotator_id}".encode()).digest())


def opinion_of(annotation: Annotation) -> Opinion:
    """What an annotation says of the words."""
    return Opinion(judgements_from_json(annotation.judgements), annotation.rest_checked)


@transaction.atomic
def compare(*, item: Item) -> None:
    """Bring an item's review up to date with its counted annotations. An item with fewer than two needs none.

    What was settled before stays; if it was made from something else than there is now, it is stale.
    """
    _lock(item)
    annotations = counted_annotations(item)
    review = Review.objects.filter(item=item).first() or Review(item=item, project_id=item.project_id)
    if len(annotations) < 2 and not review.holds:
        Review.objects.filter(item=item).delete()
        return
    review.compared = _compared(annotations)
    words, opinions = len(item.words), [opinion_of(annotation) for annotation in annotations]
    review.differing = len(differing_words(words, opinions)) + len(differing_places(opinions))
    review.disagreement = min(1, review.differing / max(1, words))
    review.state = _state(review)
    review.save()


def _lock(item: Item) -> None:
    """Two who judge or settle at once follow each other, so that the second sees what the first did."""
    Item.objects.select_for_update(no_key=True).only("pk").get(pk=item.pk)


def _compared(annotations: Sequence[Annotation]) -> list[list[int]]:
    return sorted([annotation.pk, annotation.version] for annotation in annotations)


def _state(review: Review) -> Review.State:
    if review.holds:
        return State.SETTLED if review.compared == review.made_from else State.STALE
    return _unsettled(review)


def _unsettled(review: Review) -> Review.State:
    return State.OPEN if review.differing else State.AGREED


@transaction.atomic
def settle(*, item: Item, reviewer: User, settlement: Settlement) -> Review:
    """Make what a reviewer decided, with what all agree on, the judgement of the item.

    Raises ReviewError, and keeps nothing, where the annotations changed since, where it is settled already, and unless the
    decisions say of every word of every difference, once, what it is, and of every place what is missing there.
    """
    _lock(item)
    review = Review.objects.get(item=item)
    if review.holds:
        raise ReviewError(_("It is settled already: reopen it first."))
    if review.compared != settlement.made_from:
        raise ReviewError(_("Somebody changed their judgement since you opened this page. This is how it looks now."))
    opinions = [opinion_of(annotation) for annotation in counted_annotations(item)]
    judgements = _settled(item, opinions, settlement.decisions)
    review.judgements = judgements_to_json(judgements)
    review.spans = spans_of(item.response, item.words, judgements)
    review.corrected = corrected_text(item.response, review.spans, insertions_of(item.words, judgements))
    review.rest_checked = any(opinion.rest_checked for opinion in opinions)
    review.reviewer, review.comment, review.made_from = reviewer, settlement.comment, review.compared
    review.state, review.settled_at = State.SETTLED, timezone.now()
    review.save()
    _record(review, reviewer, "settle review", {"made_from": review.made_from, "wrong": len(review.spans)})
    return review


def _settled(item: Item, opinions: Sequence[Opinion], decisions: Sequence[Judgement]) -> list[Judgement]:
    number_of_words = len(item.words)
    decided = [(one.first, one.end) for one in decisions]
    if _parts(decided) != _parts(differences(number_of_words, opinions)):
        raise ReviewError(_("Decide every difference, and nothing else."))
    rewritten = [one for one in decisions if one.text is not None]
    sourced = [replace(one, source=source_of(opinions, one.first, one.end)) for one in decisions]
    standing = [
        one for one in [*agreed(number_of_words, opinions), *sourced]
        if not one.is_insertion
        or (one.verdict != RIGHT and not any(run.first < one.first < run.end for run in rewritten))  # the new text has its place
    ]  # fmt: skip
    shown = [with_evidence(opinions, one) for one in standing]
    return sorted(shown, key=lambda judgement: (judgement.first, judgement.end))


def _parts(runs: Runs) -> list[tuple[int, int]]:
    """The words and places of runs one by one, in order."""
    return sorted((number, min(number + 1, end)) for first, end in runs for number in range(first, max(end, first + 1)))


@transaction.atomic
def reopen(*, item: Item, reviewer: User) -> Review:
    """Take a settled judgement back: the annotations stand for the item again. What is not settled stays as it is."""
    _lock(item)
    review = Review.objects.get(item=item)
    if review.holds:
        review.state, review.settled_at = _unsettled(review), None
        review.save()
        _record(review, reviewer, "reopen review", {})
    return review


def _record(review: Review, actor: User, act: str, details: dict[str, Any]) -> None:
    audit.record(actor=actor, act=act, subject=str(review), project=review.project, details=details)


def next_to_settle(project: Project, after: Review) -> Review | None:
    """The open review that follows another one in the list, from its head again after the last; None when nothing is left."""
    waiting = Review.objects.of_data(project).filter(state=State.OPEN).exclude(pk=after.pk).in_order()
    return waiting.after(after).first() or waiting.first()
