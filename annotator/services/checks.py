"""Checks: made from what people settled, kept apart from the project's data, handed out among its items.

A check is an item of its own, also where it was made from another one: so the other keeps its place in the queue, in counts and
in exports, and nothing that is done to the check touches them.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from annotator.models import Annotation, Check, Item, Project, Review, User
from annotator.services import audit
from annotator.services.check_results import called_wrong
from annotator.services.numbers import take_free_number
from annotator.services.queue import EVERYBODY
from annotator.services.scoring_queue import enqueue_scoring
from annotator.services.snapshots import is_complete
from rewardmodel.perturbations import Perturbed, perturb
from rewardmodel.records import Span, words
from rewardmodel.taxonomy import KINDS, Kind

MOST_PLANTED = 100  # at once
LOOKED_AT = 20  # judgements for each error that is to be planted, the latest first

Origin = Check.Origin
Spans = Sequence[Mapping[str, Any]]


class CheckError(ValueError):
    """What can't be made a check; the message says why."""


@transaction.atomic
def mark_gold(*, item: Item, user: User) -> Check:
    """Use an item as a check, with the person's own judgement of it as the answer. Raises CheckError."""
    _one_at_a_time(item.project)
    annotation = Annotation.objects.filter(item=item, annotator=user, status=Annotation.Status.SUBMITTED).first()
    if item.is_check:
        raise CheckError(_("It is a check already"))
    if item.is_withdrawn:
        raise CheckError(_("It is withdrawn: bring it back first"))
    if annotation is None:
        raise CheckError(_("Judge the item first: your judgement becomes the answer"))
    annotation.item = item
    if not is_complete(annotation):
        raise CheckError(_("Your judgement leaves words untouched: submit it with the rest checked"))
    if Check.objects.filter(source=item, origin=Origin.GOLD, is_retired=False).exists():
        raise CheckError(_("It is used as a check already"))
    check = add_check(origin=Origin.GOLD, item=_like(item, item.response), spans=called_wrong(annotation), user=user, source=item)
    audit.record(actor=user, act="make check", subject=f"item {item.pk}", project=item.project, details={"check": check.item_id})
    return check


@transaction.atomic
def plant(*, project: Project, count: int, user: User) -> int:
    """Make up to so many checks out of responses that people found right or set right, each wrong in one known place.

    How many were made: each response is used once, and not every one offers an error.
    """
    if not 1 <= count <= MOST_PLANTED:
        raise CheckError(_("Plant 1 to %(most)s errors at once, not %(count)s") % {"most": MOST_PLANTED, "count": count})
    _one_at_a_time(project)
    taken: Counter[Kind | None] = Counter(_planted_kinds(project))
    made = 0
    for item, text in _right_texts(project, most=count * LOOKED_AT):
        error = _scarcest_error(text, taken, seed=item.pk)
        if error is not None:
            taken[error.kind] += 1
            spans = quoted(error.text, error.spans)
            add_check(origin=Origin.PLANTED, item=_like(item, error.text), spans=spans, user=user, source=item)
            made += 1
        if made == count:
            break
    audit.record(actor=user, act="plant errors", subject=project.name, project=project, details={"planted": made})
    return made


def _one_at_a_time(project: Project) -> None:
    """Two who make checks at once follow each other, so that nothing is used twice."""
    Project.objects.select_for_update(no_key=True).only("pk").get(pk=project.pk)


def _planted_kinds(project: Project) -> Iterator[Kind]:
    for spans in Check.objects.filter(project=project, origin=Origin.PLANTED).values_list("spans", flat=True):
        yield Kind(spans[0]["kind"])


def _right_texts(project: Project, *, most: int) -> Iterator[tuple[Item, str]]:
    """Items with what is known to be right of them: the response itself, or as it was corrected. The latest first."""
    judged = Annotation.objects.counted(project).exclude(item__checks__origin=Origin.PLANTED)
    judged = judged.exclude(item__review__state__in=Review.HOLDING)  # somebody may have been overruled there
    seen: set[int] = set()
    for annotation in judged.select_related("item__image", "item__project").order_by("-pk")[:most]:
        is_mended = all(span["replacement"] is not None for span in annotation.spans)
        if is_mended and annotation.item_id not in seen and is_complete(annotation) and annotation.corrected.strip():
            seen.add(annotation.item_id)
            yield annotation.item, annotation.corrected


def _scarcest_error(text: str, taken: Mapping[Kind | None, int], *, seed: int) -> Perturbed | None:
    """The text made wrong in the kind that was planted least of those that it offers."""
    kinds = sorted(KINDS, key=lambda kind: taken.get(kind, 0))
    return next((error for kind in kinds if (error := perturb(text, kind, seed))), None)


@transaction.atomic
def retire(*, check: Check, user: User) -> None:
    """Hand a check to nobody any more. What people did on it stays."""
    Check.objects.filter(pk=check.pk).update(is_retired=True)
    audit.record(actor=user, act="retire check", subject=f"item {check.item_id}", project=check.project)


def _like(item: Item, text: str) -> Item:
    """Another response on the picture of an item, not stored. It has the metadata too, which show on an item's page."""
    return Item(project=item.project, image=item.image, prompt=item.prompt, response=text, metadata=item.metadata)


def add_check(*, origin: Origin, item: Item, spans: Spans, user: User | None, source: Item | None = None) -> Check:
    """Store a new item as a check, with what is wrong in it, and have it scored."""
    item.is_check, item.open_slots = True, EVERYBODY
    item.words = [list(word) for word in words(item.response)]
    item.fingerprint = hashlib.sha256(uuid4().bytes).hexdigest()  # of its own, so that no import takes it for its item
    item.pk = take_free_number(item.project)
    item.save(force_insert=True)
    check = Check.objects.create(item=item, project=item.project, origin=origin, spans=list(spans), made_by=user, source=source)
    transaction.on_commit(partial(enqueue_scoring, project_id=item.project_id, item_ids=[item.pk]))
    return check


def quoted(text: str, spans: Sequence[Span]) -> list[dict[str, Any]]:
    """Spans in the form in which annotations keep theirs."""
    return [
        {
            "start": span.start,
            "end": span.end,
            "kind": span.kind.value if span.kind else None,
            "quote": text[span.start : span.end],
            "replacement": None,
        }
        for span in spans
    ]
