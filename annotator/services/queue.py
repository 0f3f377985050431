"""The queue: who may work on which item, and for how long.

An item's `open_slots` says how many more people may take it. Every lease and every counted annotation holds one slot, so
`open_slots + leases + counted annotations` is at any time what the project wants. Slots move only under the item's row lock,
and locks are taken in the order annotation, lease, item.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from annotator.models import Arm, Detection, Item, Lease, Project, User

RETURNED_AT_ONCE = 1_000

END_EXPIRED = """
DELETE FROM annotator_lease WHERE id IN (
    SELECT id FROM annotator_lease WHERE expires_at <= %s ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING item_id
"""

# Counts anew instead of adding one: right also after the project's wish was lowered below what was already handed out.
RECOUNT = """
UPDATE annotator_item AS item SET open_slots = greatest(0, project.annotators_per_item
    - (SELECT count(*) FROM annotator_lease WHERE item_id = item.id)
    - (SELECT count(*) FROM annotator_annotation WHERE item_id = item.id AND status = 'submitted' AND counts))
FROM annotator_project AS project WHERE project.id = item.project_id AND item.id = ANY(%s)
"""


@transaction.atomic(savepoint=False)
def take_next(*, project: Project, user: User) -> Lease | None:
    """The lease of the item that the person should work on now: the one they hold, else the most doubtful one that is free.

    None when nothing is left for them. Asking again, from another tab too, gives the same item until it is submitted or skipped.
    """
    _one_at_a_time(project, user)
    held = (
        Lease.objects.filter(annotator=user, item__project=project).select_related("item__image").order_by("-created_at").first()
    )
    if held is not None and renew(lease=held):
        return held
    return_expired()
    item = _free_item(project, user)
    return _new_lease(item, project, user) if item else None


@transaction.atomic(savepoint=False)
def take_item(*, item: Item, user: User) -> Lease | None:
    """The person's lease of this item, a new one if it has a slot free. None if it hasn't."""
    _one_at_a_time(item.project, user)
    held = Lease.objects.filter(annotator=user, item=item).first()
    if held is not None and renew(lease=held):
        return held
    free = Item.objects.select_for_update(no_key=True).filter(pk=item.pk, open_slots__gt=0).first()
    return _new_lease(free, item.project, user) if free else None


def _one_at_a_time(project: Project, user: User) -> None:
    """Make the person's requests for work on this project wait for each other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, %s::int)", [project.pk % 2**31, user.pk % 2**31])


def _free_item(project: Project, user: User) -> Item | None:
    """The first waiting item, locked. What others are just taking is passed over, unless nothing else is left."""
    waiting = Item.objects.filter(project=project).waiting_for(user).select_related("image")
    passing_over = waiting.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    return passing_over or waiting.select_for_update(of=("self",), no_key=True).first()


def _new_lease(item: Item, project: Project, user: User) -> Lease:
    Item.objects.filter(pk=item.pk).update(open_slots=F("open_slots") - 1)
    return make_lease(item=item, project=project, user=user)


def make_lease(*, item: Item, project: Project, user: User) -> Lease:
    """A lease for which a slot has been put aside. It remembers which flags the person is shown."""
    is_scored = Detection.objects.filter(item=item, checkpoint=project.active_checkpoint_id).exists()
    return Lease.objects.create(
        item=item,
        annotator=user,
        arm=Arm.HIGHLIGHTS if is_scored else Arm.UNAVAILABLE,
        checkpoint_id=project.active_checkpoint_id if is_scored else None,
        threshold=project.flag_threshold if is_scored else None,
        expires_at=lease_end(project),
    )


def lease_end(project: Project) -> datetime:
    """When a lease ends that is given or renewed now."""
    return timezone.now() + timedelta(minutes=project.lease_minutes)


def renew(*, lease: Lease) -> bool:
    """Let a lease last as long as a new one. False: it has ended, and the item may be somebody else's."""
    lease.expires_at = lease_end(lease.item.project)
    return bool(Lease.objects.filter(pk=lease.pk).update(expires_at=lease.expires_at))


@transaction.atomic(savepoint=False)
def release(*, lease: Lease) -> None:
    """End a lease and give its slot back. Ending it twice gives back one."""
    if Lease.objects.filter(pk=lease.pk).delete()[0]:
        free_slots(item_ids=[lease.item_id])


@transaction.atomic(savepoint=False)
def return_expired() -> int:
    """End the leases that ran out. How many did."""
    with connection.cursor() as cursor:
        cursor.execute(END_EXPIRED, [timezone.now(), RETURNED_AT_ONCE])
        item_ids = [item_id for (item_id,) in cursor.fetchall()]
    if item_ids:
        free_slots(item_ids=item_ids)
    return len(item_ids)


@transaction.atomic
def set_overlap(*, project: Project, annotators_per_item: int) -> None:
    """Change how many people each item wants. What is handed out or done already stays so."""
    project.annotators_per_item = annotators_per_item
    project.save(update_fields=["annotators_per_item"])
    free_slots(item_ids=list(Item.objects.filter(project=project).values_list("id", flat=True)))


def free_slots(*, item_ids: Collection[int]) -> None:
    """Count the open slots of items anew, after leases or counted annotations of theirs have gone. Inside a transaction."""
    # locked in one order, so that two never wait for each other; counted by a statement of its own, to see what it waited for
    items = Item.objects.select_for_update(no_key=True).filter(pk__in=item_ids).order_by("id")
    locked = list(items.values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, [locked])
