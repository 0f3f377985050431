"""What people do to an item becomes events, and their fold an annotation."""

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import UniqueViolation

from annotator.models import Act, Annotation, Arm, Detection, Item, User
from annotator.models.detection import flagged_runs
from annotator.services import check_results, queue, reviews
from annotator.services.folding import ActError, Folded, corrected_text, fold, insertions_of, judgements_to_json, spans_of
from annotator.services.payloads import new_payload
from annotator.services.work import Kept, Work, read_work

Status = Annotation.Status
TRIES = 10  # that others save for the same person and item at the same moment is seldom; many times in a row, a fault

# Whether a withdrawn item would have room for one more judgement, were it back.
ROOM = """
EXISTS (
    SELECT FROM annotator_item AS item JOIN annotator_project AS project ON project.id = item.project_id
    WHERE item.id = %(item)s AND item.is_withdrawn AND project.annotators_per_item
        > (SELECT count(*) FROM annotator_lease WHERE item_id = %(item)s)
        + (SELECT count(*) FROM annotator_annotation WHERE item_id = %(item)s AND status = 'submitted' AND counts)
)
"""

# Everything that a save writes, in one statement, so that it needs no transaction around it. The lease ends, or where the
# annotation stays a draft lasts as long as a new one. `counts` without a value: counted if the lease was still there, or nobody
# else took the item since, also where it was withdrawn meanwhile. Whoever read before another save of the same annotation
# writes events whose versions are taken already: then nothing is written at all. Last it says whether somebody else has judged
# the item, or may just be doing so.
KEEP = f"""
WITH held AS ({queue.HOLD} AND NOT %(ends)s RETURNING id), ended AS ({queue.END} AND %(ends)s RETURNING id), taken AS (
    {queue.TAKE_SLOT} AND %(counts)s::bool IS NULL AND NOT EXISTS (SELECT FROM ended) RETURNING id
), kept AS (
    INSERT INTO annotator_annotation AS annotation (
        item_id, annotator_id, status, counts, judgements, spans, corrected, comment, skip_reason, rest_checked, version,
        active_ms, arm, checkpoint_id, threshold, started_at, submitted_at, created_at, updated_at
    ) VALUES (
        %(item)s, %(user)s, %(status)s, coalesce(%(counts)s, EXISTS (SELECT FROM ended) OR EXISTS (SELECT FROM taken) OR {ROOM}),
        %(judgements)s::jsonb, %(spans)s::jsonb, %(corrected)s, %(comment)s, %(skip_reason)s, %(rest_checked)s, %(version)s,
        %(active_ms)s, %(arm)s, %(checkpoint)s, %(threshold)s, coalesce(%(started_at)s, now()), %(submitted_at)s, now(), now()
    ) ON CONFLICT (item_id, annotator_id) DO UPDATE SET status = excluded.status, counts = excluded.counts,
        judgements = excluded.judgements, spans = excluded.spans, corrected = excluded.corrected, comment = excluded.comment,
        skip_reason = excluded.skip_reason, rest_checked = excluded.rest_checked, version = excluded.version,
        active_ms = excluded.active_ms, submitted_at = excluded.submitted_at, updated_at = excluded.updated_at
    RETURNING id, status, counts
), added AS (
    INSERT INTO annotator_event (annotation_id, key, version, act, payload, at, active_ms, received_at)
    SELECT kept.id, new.key, new.version, new.act, new.payload, new.at, new.active_ms, now() FROM kept, unnest(
        %(keys)s::uuid[], %(versions)s::int[], %(acts)s::text[], %(payloads)s::jsonb[], %(at)s::timestamptz[], %(actives)s::int[]
    ) AS new (key, version, act, payload, at, active_ms)
)
SELECT id, counts, EXISTS (SELECT FROM held) OR EXISTS (SELECT FROM ended), status = 'submitted' AND counts AND (
    EXISTS (SELECT FROM annotator_lease WHERE item_id = %(item)s AND annotator_id <> %(user)s) OR EXISTS (
        SELECT FROM annotator_annotation WHERE item_id = %(item)s AND annotator_id <> %(user)s AND status = 'submitted' AND counts
    )
) FROM kept
"""  # noqa: S608 -- made of constants


class OvertakenError(Exception):
    """The person did something to the same item at the same moment, in another tab."""


@dataclass(frozen=True, slots=True)
class New(Kept):
    """An event that is to be stored, with the browser's time of it, and for how long it was worked since the one before."""

    at: Any
    active_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """An annotation after some acts, with all of its events. `is_late`: it is a draft whose lease went to somebody else."""

    annotation: Annotation
    events: list[Kept]
    is_late: bool


def save_events(*, item: Item, user: User, events: Sequence[Mapping[str, Any]], known: Work | None = None) -> Saved:
    """Add a person's acts `{"key", "act", "payload", "at", "active"}` to their annotation of an item; each key counts once.

    Submit and skip end the lease. A judgement that comes after the lease went to somebody else is kept as an extra
    (`counts` is False). After either, only undo is taken; it reopens the annotation. `known` is the work as it was just read.
    Raises ClosedError for other acts then, ActError for what makes no sense; nothing of the call is stored in that case.
    """
    for _attempt in range(TRIES):
        try:
            return _save(known or read_work(item, user), user, events)
        except OvertakenError:
            known = None
    raise ActError(_("The key of an event was used before, for another item"))


def _save(work: Work, user: User, events: Sequence[Mapping[str, Any]]) -> Saved:
    new = _new_events(work, events)  # first of all: what makes no sense takes no item
    shown = work if work.is_theirs else _taken_again(work, user)
    annotation = work.annotation or _begun(shown, user, since=work.lease.created_at if work.lease else None)
    goes_on = bool(new) and _take_in(annotation, shown, new)
    is_held = goes_on or annotation.status != Status.DRAFT or queue.go_on(item=work.item, user=user)
    return Saved(annotation, [*work.events, *new], is_late=not is_held)


def _taken_again(work: Work, user: User) -> Work:
    """The work where the lease ended before anything was done: with the help that the person was shown, whoever has it now."""
    lease = queue.take_again(item=work.item, user=user)
    detection = Detection.objects.filter(item=work.item, checkpoint=lease.checkpoint_id)
    return replace(work, lease=lease, grounded=detection.values_list("grounded", flat=True).first())


def _begun(work: Work, user: User, *, since: datetime | None) -> Annotation:
    """A new annotation, not stored yet: it keeps what the lease says about the help that was given. `since`: when that was, if
    it is known.
    """
    annotation = Annotation(item=work.item, annotator=user, arm=Arm.UNAVAILABLE, started_at=since)
    if work.lease is not None:
        annotation.arm, annotation.threshold = work.lease.arm, work.lease.threshold
        annotation.checkpoint_id = work.lease.checkpoint_id
    return annotation


def _new_events(work: Work, events: Sequence[Mapping[str, Any]]) -> list[New]:
    """The events that are not stored yet, each once."""
    known = {event.key for event in work.events}
    by_key = {event["key"]: event for event in reversed(events) if event["key"] not in known}
    item = work.item
    return [
        New(
            key,
            event["act"],
            new_payload(event["act"], event["payload"], response=item.response, words=item.words),
            event["at"],
            event.get("active"),
        )
        for key, event in reversed(by_key.items())
    ]


def _take_in(annotation: Annotation, work: Work, new: Sequence[New]) -> bool:
    """Fold and store. Whether it is a draft whose lease goes on. Raises OvertakenError, and then nothing is stored."""
    item, before = work.item, annotation.status
    folded = fold(item.words, [*work.events, *new], _flags(annotation, work))
    reopens, frees = before == Status.SUBMITTED != folded.status, before != Status.SKIPPED == folded.status
    compares = not item.is_check and (
        before == Status.SUBMITTED or (folded.status == Status.SUBMITTED and item.project.annotators_per_item > 1)
    )
    records = item.is_check and folded.status == Status.SUBMITTED
    try:
        with transaction.atomic() if reopens or frees or compares or records else nullcontext():
            if reopens:
                _reopen(annotation, work)
            had_lease, is_shared = _keep(annotation, folded, item, new)
            if frees and had_lease:
                queue.free_slots(item_ids=[item.pk])
            if compares:
                reviews.compare(item=item)
            if records:
                check_results.record(annotation, work.grounded)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise OvertakenError from error
        raise
    if is_shared and not compares and not item.is_check:  # one person is enough now, but two had taken it before
        reviews.compare(item=item)
    return folded.status == Status.DRAFT and had_lease


def _flags(annotation: Annotation, work: Work) -> list[tuple[int, int]]:
    """The runs of words that the person was shown as doubtful."""
    if annotation.arm != Arm.HIGHLIGHTS or work.grounded is None or annotation.threshold is None:
        return []
    return flagged_runs(work.grounded, annotation.threshold)


def _reopen(annotation: Annotation, work: Work) -> None:
    """The slot of a counted annotation becomes a lease again."""
    if annotation.counts:
        queue.lease_kept_slot(item=work.item, user=annotation.annotator)
    annotation.counts = True
    annotation.submitted_at = None


def _actives(annotation: Annotation, new: Sequence[New]) -> list[int | None]:
    """How long each new act took, in milliseconds, and the sum kept with the annotation.

    The page measures it, and is believed as far as the clock here allows: all acts of one save together took no longer than has
    passed since the save before, or since the item was handed out. What has neither is not known.
    """
    since = annotation.updated_at if annotation.version else annotation.started_at
    left = int((timezone.now() - since) / timedelta(milliseconds=1)) if since else None
    actives: list[int | None] = []
    for event in new:
        active = None if event.active_ms is None or left is None else max(0, min(event.active_ms, left))
        if active is not None and left is not None:
            left -= active
            annotation.active_ms = (annotation.active_ms or 0) + active
        actives.append(active)
    return actives


def _keep(annotation: Annotation, folded: Folded, item: Item, new: Sequence[New]) -> tuple[bool, bool]:
    """Store the events and what all of them add up to.

    Whether the person had a lease of the item, which ends with a draft; and whether others may have judged it too.
    """
    closes = folded.status not in {annotation.status, Status.DRAFT}
    if folded.status == Status.SUBMITTED and any(event.act in {Act.SUBMIT, Act.REDO} for event in new):
        annotation.submitted_at = timezone.now()
    first, actives = annotation.version + 1, _actives(annotation, new)
    annotation.version += len(new)
    annotation.status = Status(folded.status)
    annotation.judgements = judgements_to_json(folded.judgements)
    annotation.spans = spans_of(item.response, item.words, folded.judgements)
    insertions = insertions_of(item.words, folded.judgements)
    annotation.corrected = corrected_text(item.response, annotation.spans, insertions)
    annotation.comment, annotation.skip_reason = folded.comment, folded.skip_reason
    annotation.rest_checked = folded.rest_checked
    names = (
        "status", "corrected", "comment", "skip_reason", "rest_checked", "version", "submitted_at", "arm", "threshold",
        "active_ms", "started_at",
    )  # fmt: skip
    values: dict[str, Any] = {name: getattr(annotation, name) for name in names}
    values |= {
        "item": item.pk, "user": annotation.annotator_id, "checkpoint": annotation.checkpoint_id, "ends": closes,
        "counts": None if closes and annotation.status == Status.SUBMITTED else annotation.counts,
        "expires": queue.lease_end(item.project),
        "judgements": json.dumps(annotation.judgements), "spans": json.dumps(annotation.spans),
        "keys": [event.key for event in new], "acts": [event.act for event in new],
        "versions": list(range(first, first + len(new))),
        "payloads": [json.dumps(event.payload) for event in new], "at": [event.at for event in new],
        "actives": actives,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(KEEP, values)
        ((annotation.pk, annotation.counts, had_lease, is_shared),) = cursor.fetchall()
    return had_lease, is_shared
