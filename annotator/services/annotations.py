"""What people do to an item becomes events, and their fold an annotation."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef
from django.utils import timezone

from annotator.models import Act, Annotation, Detection, Event, Item, User
from annotator.models.detection import flagged_runs
from annotator.models.prepared import Prepared, named
from annotator.services import queue
from annotator.services.folding import ActError, Folded, checked_payload, corrected_text, fold, judgements_to_json, spans_of

Status = Annotation.Status

# Nobody else writes to the annotation until the transaction ends. It brings the values along whose flags were shown.
LOCKED = Prepared(
    Annotation.objects.select_for_update(no_key=True, of=("self",))
    .filter(item=named("item"), annotator=named("user"))
    .annotate(grounded=Detection.objects.filter(item=OuterRef("item"), checkpoint=OuterRef("checkpoint")).values("grounded")[:1])
)

# An annotation keeps what its lease says about the help that was given. It answers with what only the database knew.
BEGUN = """
INSERT INTO annotator_annotation (
    item_id, annotator_id, status, counts, judgements, spans, corrected, comment, skip_reason, rest_checked, version,
    arm, checkpoint_id, threshold, started_at, created_at, updated_at
) SELECT %(item)s, %(user)s, 'draft', true, '[]', '[]', '', '', '', false, 0,
    coalesce(lease.arm, 'unavailable'), lease.checkpoint_id, lease.threshold, coalesce(lease.created_at, now()), now(), now()
FROM (VALUES (1)) AS always LEFT JOIN annotator_lease AS lease ON lease.item_id = %(item)s AND lease.annotator_id = %(user)s
ON CONFLICT DO NOTHING RETURNING id, arm, checkpoint_id, threshold, started_at, (
    SELECT grounded FROM annotator_detection AS detection
    WHERE detection.item_id = annotator_annotation.item_id AND detection.checkpoint_id = annotator_annotation.checkpoint_id
)
"""

EVENTS = Prepared(Event.objects.filter(annotation=named("annotation")).order_by("version"))

# Where the annotation stays a draft, its lease lasts as long as a new one from here on; says whether there is one.
KEEP = f"""
WITH held AS ({queue.HOLD} AND %(status)s = 'draft' RETURNING id), added AS (
    INSERT INTO annotator_event (annotation_id, key, version, act, payload, at, received_at)
    SELECT %(id)s, key, version, act, payload, at, now()
    FROM unnest(%(keys)s::uuid[], %(versions)s::int[], %(acts)s::text[], %(payloads)s::jsonb[], %(at)s::timestamptz[])
        AS new (key, version, act, payload, at)
)
UPDATE annotator_annotation SET status = %(status)s, counts = %(counts)s, judgements = %(judgements)s::jsonb,
    spans = %(spans)s::jsonb, corrected = %(corrected)s, comment = %(comment)s, skip_reason = %(skip_reason)s,
    rest_checked = %(rest_checked)s, version = %(version)s, submitted_at = %(submitted_at)s, updated_at = now()
WHERE id = %(id)s RETURNING EXISTS (SELECT FROM held)
"""  # noqa: S608 -- made of constants


@dataclass(frozen=True, slots=True)
class Saved:
    """An annotation after some acts, with all of its events. `is_late`: it is a draft whose lease went to somebody else."""

    annotation: Annotation
    events: list[Event]
    is_late: bool


@transaction.atomic
def save_events(*, item: Item, user: User, events: Sequence[Mapping[str, Any]]) -> Saved:
    """Add a person's acts `{"key", "act", "payload", "at"}` to their annotation of an item, in order; each key counts once.

    Submit and skip end the lease. A judgement that comes after the lease went to somebody else is kept as an extra
    (`counts` is False). After either, only undo is taken; it reopens the annotation.
    Raises ClosedError for other acts then, ActError for what makes no sense; nothing of the call is stored in that case.
    """
    annotation = _locked(item, user)
    stored = events_of(annotation)
    new = _new_events(annotation, item, events, {event.key for event in stored})
    goes_on = bool(new) and _take_in(annotation, stored, new, item, user)
    is_held = goes_on or annotation.status != Status.DRAFT or queue.go_on(item=item, user=user)
    return Saved(annotation, [*stored, *new], is_late=not is_held)


def events_of(annotation: Annotation) -> list[Event]:
    """All that was done to it, in order."""
    return EVENTS.all(annotation=annotation.pk) if annotation.version else []


def _take_in(annotation: Annotation, stored: Sequence[Event], new: Sequence[Event], item: Item, user: User) -> bool:
    """Fold and store. Whether it is a draft whose lease goes on."""
    folded = fold(item.words, [*stored, *new], _flags(annotation))
    frees_slot = _follow(annotation, folded, item, user)
    if folded.status == Status.SUBMITTED and any(event.act in {Act.SUBMIT, Act.REDO} for event in new):
        annotation.submitted_at = timezone.now()
    annotation.version += len(new)
    goes_on = _keep(annotation, folded, item, new)
    if frees_slot:
        queue.free_slots(item_ids=[item.pk])
    return goes_on


def _locked(item: Item, user: User) -> Annotation:
    """The person's annotation of the item, made if there is none."""
    values = {"item": item.pk, "user": user.pk}
    if annotation := LOCKED.first(**values):
        return annotation
    with connection.cursor() as cursor:
        cursor.execute(BEGUN, values)
        begun = cursor.fetchall()
    for key, arm, checkpoint_id, threshold, started_at, grounded in begun:
        annotation = Annotation(pk=key, item=item, annotator=user, arm=arm, threshold=threshold, started_at=started_at)
        annotation.checkpoint_id, annotation.grounded = checkpoint_id, grounded  # type: ignore[attr-defined]  # as LOCKED brings it
        return annotation
    (annotation,) = LOCKED.all(**values)  # two first requests met
    return annotation


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
    grounded: list[float] | None = getattr(annotation, "grounded", None)  # LOCKED brings it along
    return [] if grounded is None or annotation.threshold is None else flagged_runs(grounded, annotation.threshold)


def _follow(annotation: Annotation, folded: Folded, item: Item, user: User) -> bool:
    """Let lease and count follow a change of the status. Whether a slot of the item becomes free by it."""
    before, after = annotation.status, folded.status
    if before == Status.SUBMITTED and after != before:
        _reopen(annotation, item, user)
    if after in {before, Status.DRAFT}:
        return False
    had_lease = queue.end_lease(item=item, user=user)
    if after == Status.SUBMITTED:
        annotation.counts = had_lease or queue.take_slot(item=item)  # late, but nobody else has it
    return had_lease and after == Status.SKIPPED


def _reopen(annotation: Annotation, item: Item, user: User) -> None:
    """The slot of a counted annotation becomes a lease again."""
    if annotation.counts:
        queue.lease_kept_slot(item=item, user=user)
    annotation.counts = True
    annotation.submitted_at = None


def _keep(annotation: Annotation, folded: Folded, item: Item, new: Sequence[Event]) -> bool:
    """Store the events and what all of them add up to. Whether it is a draft whose lease goes on."""
    spans = spans_of(item.response, item.words, folded.judgements)
    annotation.status = folded.status
    annotation.judgements = judgements_to_json(folded.judgements)
    annotation.spans = spans
    annotation.corrected = corrected_text(item.response, spans)
    annotation.comment, annotation.skip_reason = folded.comment, folded.skip_reason
    annotation.rest_checked = folded.rest_checked
    names = ["id", "status", "counts", "corrected", "comment", "skip_reason", "rest_checked", "version", "submitted_at"]
    values: dict[str, Any] = {name: getattr(annotation, name) for name in names}
    values |= {"item": item.pk, "user": annotation.annotator_id, "expires": queue.lease_end(item.project)}
    values |= {"judgements": json.dumps(annotation.judgements), "spans": json.dumps(spans)}
    values |= {
        "keys": [event.key for event in new],
        "versions": [event.version for event in new],
        "acts": [event.act for event in new],
        "payloads": [json.dumps(event.payload) for event in new],
        "at": [event.at for event in new],
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(KEEP, values)
            ((goes_on,),) = cursor.fetchall()
    except IntegrityError as error:
        raise ActError("The key of an event was used before, for another item") from error
    return bool(goes_on)
