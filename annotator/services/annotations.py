"""What people do to an item becomes events, and their fold an annotation."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from annotator.models import Act, Annotation, Arm, Detection, Event, Item, Lease, User
from annotator.models.detection import flagged_runs
from annotator.services import queue
from annotator.services.folding import ActError, Folded, checked_payload, corrected_text, fold, judgements_to_json, spans_of

Status = Annotation.Status
FOLDED_FIELDS = [
    "status", "counts", "judgements", "spans", "corrected", "comment", "skip_reason", "rest_checked", "version", "submitted_at",
    "updated_at",
]  # fmt: skip


@transaction.atomic
def save_events(*, item: Item, user: User, events: Sequence[Mapping[str, Any]]) -> Annotation:
    """Add a person's acts `{"key", "act", "payload", "at"}` to their annotation of an item, in order; each key counts once.

    Submit and skip end the lease. A judgement that comes after the lease went to somebody else is kept as an extra
    (`counts` is False). After either, only undo is taken; it reopens the annotation.
    Raises ClosedError for other acts then, ActError for what makes no sense; nothing of the call is stored in that case.
    """
    annotation = _locked(item, user)
    stored = list(annotation.events.all())
    new = _new_events(annotation, item, events, {event.key for event in stored})
    if not new:
        return annotation
    folded = fold(item.words, [*stored, *new], _flags(annotation))
    try:
        Event.objects.bulk_create(new)
    except IntegrityError as error:
        raise ActError("The key of an event was used before, for another item") from error
    frees_slot = _follow(annotation, folded, item, user)
    if folded.status == Status.SUBMITTED and any(event.act in {Act.SUBMIT, Act.REDO} for event in new):
        annotation.submitted_at = timezone.now()
    _keep(annotation, folded, item)
    if frees_slot:
        queue.free_slots(item_ids=[item.pk])
    return annotation


def _locked(item: Item, user: User) -> Annotation:
    """The person's annotation of the item, made if there is none; nobody else writes to it until the transaction ends."""
    mine = Annotation.objects.select_for_update(no_key=True).filter(item=item, annotator=user)
    annotation = mine.first()
    if annotation is None:
        Annotation.objects.bulk_create([_begun(item, user)], ignore_conflicts=True)  # two first requests may meet here
        annotation = mine.get()
    return annotation


def _begun(item: Item, user: User) -> Annotation:
    lease = Lease.objects.filter(item=item, annotator=user).first()
    if lease is None:
        return Annotation(item=item, annotator=user, arm=Arm.UNAVAILABLE, started_at=timezone.now())
    return Annotation(
        item=item,
        annotator=user,
        arm=lease.arm,
        checkpoint_id=lease.checkpoint_id,
        threshold=lease.threshold,
        started_at=lease.created_at,
    )


def _new_events(annotation: Annotation, item: Item, events: Sequence[Mapping[str, Any]], known: set[uuid.UUID]) -> list[Event]:
    by_key = {event["key"]: event for event in reversed(events) if event["key"] not in known}
    return [
        Event(
            key=key,
            annotation=annotation,
            version=version,
            act=event["act"],
            payload=checked_payload(event["act"], event["payload"], response=item.response, words=item.words),
            at=event["at"],
        )
        for version, (key, event) in enumerate(reversed(by_key.items()), start=annotation.version + 1)
    ]


def _flags(annotation: Annotation) -> list[tuple[int, int]]:
    """The runs of words that the person was shown as doubtful."""
    shown = Detection.objects.filter(item=annotation.item_id, checkpoint=annotation.checkpoint_id)
    grounded = shown.values_list("grounded", flat=True).first() if annotation.checkpoint_id else None
    return [] if grounded is None or annotation.threshold is None else flagged_runs(grounded, annotation.threshold)


def _follow(annotation: Annotation, folded: Folded, item: Item, user: User) -> bool:
    """Let lease and count follow a change of the status. Whether a slot of the item becomes free by it."""
    before, after = annotation.status, folded.status
    if before == Status.SUBMITTED and after != before:
        _reopen(annotation, item, user)
    if after == Status.DRAFT:
        queue.take_item(item=item, user=user)  # renews the lease; after an end or a skip it asks for the slot again
        return False
    if after == before:
        return False
    had_lease = bool(Lease.objects.filter(item=item, annotator=user).delete()[0])
    if after == Status.SUBMITTED:
        annotation.counts = had_lease or _takes_free_slot(item)
    return had_lease and after == Status.SKIPPED


def _reopen(annotation: Annotation, item: Item, user: User) -> None:
    """The slot of a counted annotation becomes a lease again."""
    if annotation.counts:
        queue.make_lease(item=item, project=item.project, user=user)
    annotation.counts = True
    annotation.submitted_at = None


def _takes_free_slot(item: Item) -> bool:
    """Whether a judgement that comes late still finds a slot free; it then has it."""
    return bool(Item.objects.filter(pk=item.pk, open_slots__gt=0).update(open_slots=F("open_slots") - 1))


def _keep(annotation: Annotation, folded: Folded, item: Item) -> None:
    spans = spans_of(item.response, item.words, folded.judgements)
    annotation.status = folded.status
    annotation.judgements = judgements_to_json(folded.judgements)
    annotation.spans = spans
    annotation.corrected = corrected_text(item.response, spans)
    annotation.comment, annotation.skip_reason = folded.comment, folded.skip_reason
    annotation.rest_checked = folded.rest_checked
    annotation.version = annotation.events.count()
    annotation.save(update_fields=FOLDED_FIELDS)
