"""The queue: who may work on which item, and for how long.

An item's `open_slots` says how many more people may take it. Every lease and every counted annotation holds one slot, so
`open_slots + leases + counted annotations` is at any time what the project wants; a withdrawn item has no open slot, whatever
it had before. Slots move only under the item's row lock, and locks are taken in the order lease, annotation, item.

The statements of the desk's way are written out: composing them anew for each request took five times as long as running them.
"""

import time
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from annotator.models import Item, Lease, Project, User
from annotator.services import turns
from annotator.services.studies import assign, assign_again

RETURNED_AT_ONCE = 1_000
COUNTED_TOGETHER = 5_000  # items whose slots are counted anew in one transaction: a few tenths of a second
COUNTING_SECONDS = 10.0  # of a sweep, of which one begins every twenty
EVERYBODY = 30_000  # people may take a check: each once
LEASE_FIELDS = [field.attname for field in Lease._meta.concrete_fields]

# The person's requests for work wait for each other until the transaction ends; each later statement sees what those before did.
# In passing it says whether some lease ran out, which is seldom, and which study goes on: statements less for almost everybody.
ONE_AT_A_TIME = """
SELECT EXISTS (SELECT FROM annotator_lease WHERE expires_at <= %(now)s),
    (SELECT id FROM annotator_study WHERE project_id = %(project)s AND ended_at IS NULL),
    pg_advisory_xact_lock(%(project)s::int, %(user)s::int)
"""

# The lease of what the person holds already, lasting as long as a new one. While they work on one item, the next is fetched
# ahead: `after` is the one at work, then it does not count.
HELD = """
UPDATE annotator_lease SET expires_at = %(expires)s WHERE id = (
    SELECT lease.id FROM annotator_lease AS lease JOIN annotator_item AS item ON item.id = lease.item_id
    WHERE lease.annotator_id = %(user)s AND item.project_id = %(project)s AND lease.item_id IS DISTINCT FROM %(after)s::bigint
    ORDER BY lease.created_at, lease.id LIMIT 1
) RETURNING *
"""

# Items that one more person may take and this person has not finished. A draft whose lease ran out
# is offered again, so that what was begun isn't lost; but not while they are at work on it.
WAITING = """
SELECT item.id FROM annotator_item AS item
WHERE item.project_id = %(project)s AND item.open_slots > 0 AND NOT item.is_check {unless}
    AND item.id IS DISTINCT FROM %(after)s::bigint
    AND NOT EXISTS (
        SELECT FROM annotator_annotation WHERE item_id = item.id AND annotator_id = %(user)s AND status <> 'draft'
    ) AND NOT EXISTS (SELECT FROM annotator_lease WHERE item_id = item.id AND annotator_id = %(user)s)
ORDER BY {order} LIMIT 1
"""
THIS_ONE = "SELECT item.id FROM annotator_item AS item WHERE item.id = %(item)s AND item.open_slots > 0"

# Whose flags the person is shown: the active checkpoint's, or until it has scored the item the newest ones.
HELP = """
CASE WHEN shown.id IS NULL THEN 'unavailable' ELSE 'highlights' END AS arm, shown.id AS checkpoint_id, shown.threshold
"""
SHOWN = """
LEFT JOIN LATERAL (
    SELECT checkpoint.id, coalesce(%(threshold)s::float8, checkpoint.threshold) AS threshold
    FROM annotator_detection AS detection JOIN annotator_checkpoint AS checkpoint ON checkpoint.id = detection.checkpoint_id
    WHERE detection.item_id = taken.id AND %(checkpoint)s::bigint IS NOT NULL
    ORDER BY checkpoint.id = %(checkpoint)s::bigint DESC, detection.id DESC LIMIT 1
) AS shown ON true
"""
LEASE = f"""
INSERT INTO annotator_lease (item_id, annotator_id, arm, checkpoint_id, threshold, created_at, expires_at)
SELECT taken.id, %(user)s, {HELP}, now(), %(expires)s FROM taken {SHOWN} RETURNING *
"""  # noqa: S608 -- made of constants
TAKE = """
chosen AS ({chosen} FOR NO KEY UPDATE OF item {others}), taken AS (
    UPDATE annotator_item AS item SET open_slots = open_slots - 1 FROM chosen WHERE item.id = chosen.id RETURNING item.id
)"""
FREE = WAITING.format(unless="AND NOT EXISTS (SELECT FROM held)", order="item.doubt DESC NULLS LAST, item.id")
TAKE_FREE = TAKE.format(chosen=FREE, others="SKIP LOCKED")
HELD_OR_FREE = f"WITH held AS ({HELD}), {TAKE_FREE}, made AS ({LEASE}) TABLE held UNION ALL TABLE made"
# waits for others where they are just taking all that is left; in the order in which `free_slots` locks, else two could
# wait for each other
TAKE_LAST = "WITH" + TAKE.format(chosen=WAITING.format(unless="", order="item.id"), others="") + LEASE
TAKE_THIS = "WITH" + TAKE.format(chosen=THIS_ONE, others="") + LEASE
KEPT_SLOT = "WITH taken AS (SELECT %(item)s::bigint AS id)"
LEASE_KEPT_SLOT = KEPT_SLOT + LEASE
NOT_LEASED = f"""
{KEPT_SLOT} SELECT NULL::bigint AS id, taken.id AS item_id, %(user)s::bigint AS annotator_id, {HELP},
    now() AS created_at, now() AS expires_at FROM taken {SHOWN}
"""  # noqa: S608 -- made of constants

HOLD = "UPDATE annotator_lease SET expires_at = %(expires)s WHERE item_id = %(item)s AND annotator_id = %(user)s"
END = "DELETE FROM annotator_lease WHERE item_id = %(item)s AND annotator_id = %(user)s"
TAKE_SLOT = "UPDATE annotator_item SET open_slots = open_slots - 1 WHERE id = %(item)s AND open_slots > 0"

END_EXPIRED = """
DELETE FROM annotator_lease WHERE id IN (
    SELECT id FROM annotator_lease WHERE expires_at <= %(now)s ORDER BY expires_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
) RETURNING item_id
"""

# Counts anew instead of adding one: right also after the project's wish was lowered below what was already handed out.
RECOUNT = f"""
UPDATE annotator_item AS item SET open_slots = greatest(0,
    CASE WHEN item.is_withdrawn THEN 0 WHEN item.is_check THEN {EVERYBODY} ELSE project.annotators_per_item END
    - (SELECT count(*) FROM annotator_lease WHERE item_id = item.id)
    - (SELECT count(*) FROM annotator_annotation WHERE item_id = item.id AND status = 'submitted' AND counts))
FROM annotator_project AS project WHERE project.id = item.project_id AND item.id = ANY(%(items)s)
"""  # noqa: S608 -- made of constants


def take_next(*, project: Project, user: User, after: int | None = None) -> Lease | None:
    """The lease of the item that the person should work on now: the one they hold, else the most doubtful one that is free.

    None when nothing is left for them. Asking again, from another tab too, gives the same item until it is submitted or skipped.
    With `after`, the number of an item at work, it is the one that comes after that: held until its turn.
    In a project with checks it may be one of those.
    """
    values = _values(project, user) | {"after": after}
    if project.check_every and (lease := _take_check(values, project.check_every)):
        return lease
    # two transactions: the first may lock items that turn out to be taken, and nobody may wait who holds some
    return _take_free(values) or _take_last(values)


@transaction.atomic(savepoint=False)
def _take_free(values: dict[str, Any]) -> Lease | None:
    some_ran_out, study = _one_at_a_time(values)
    if some_ran_out:
        if held := _lease(HELD, values):  # were it among those, it would go on
            return _in_study(held, study)
        return_expired()
    return _in_study(_lease(HELD_OR_FREE, values), study)


@transaction.atomic(savepoint=False)
def _take_check(values: dict[str, Any], every: int) -> Lease | None:
    """What the person holds, or else the check whose turn it is. A study gives it an arm as it does to every item."""
    _, study = _one_at_a_time(values)
    if held := _lease(HELD, values):
        return _in_study(held, study)
    due = turns.check_due(project_id=values["project"], user_id=values["user"], every=every, after=values["after"])
    return _in_study(_lease(TAKE_THIS, values | {"item": due}), study) if due else None


@transaction.atomic(savepoint=False)
def _take_last(values: dict[str, Any]) -> Lease | None:
    _, study = _one_at_a_time(values)
    return _in_study(_lease(HELD, values) or _lease(TAKE_LAST, values), study)


def let_others_wait(*, project: Project, user: User) -> None:
    """Let the person's other requests for work wait until the transaction ends."""
    _one_at_a_time(_values(project, user))


def _one_at_a_time(values: dict[str, Any]) -> tuple[bool, int | None]:
    """Wait for the person's other requests. Whether some lease ran out, and which study goes on in the project."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, values)
        ((some_ran_out, study, _),) = cursor.fetchall()
    return some_ran_out, study


def _in_study(lease: Lease | None, study: int | None) -> Lease | None:
    return lease if lease is None or study is None else assign(lease, study=study)


@transaction.atomic(savepoint=False)
def take_item(*, item: Item, user: User) -> Lease | None:
    """The person's lease of this item, lasting as long as a new one, or a new one if it has a slot free. None if it hasn't.

    A new one takes the place of one that ended: a study that goes on gives it the arm that it gave that one.
    """
    values = _values(item.project, user) | {"item": item.pk}
    if _run(HOLD, values):
        return Lease.objects.get(item=item, annotator=user)
    _, study = _one_at_a_time(values)
    if _run(HOLD, values):
        return Lease.objects.get(item=item, annotator=user)
    return _with_arm_of_before(_lease(TAKE_THIS, values), study)


@transaction.atomic(savepoint=False)
def take_again(*, item: Item, user: User) -> Lease:
    """The lease of an item that the person was shown and whose lease has ended since.

    Where others have all of its slots, it is not stored, has no number, and only says which help was given.
    """
    if lease := take_item(item=item, user=user):
        return lease
    values = _values(item.project, user) | {"item": item.pk}
    _, study = _one_at_a_time(values)
    if (lease := _with_arm_of_before(_lease(NOT_LEASED, values), study)) is None:
        raise LookupError(f"Item {item.pk} is gone")
    return lease


def _with_arm_of_before(lease: Lease | None, study: int | None) -> Lease | None:
    return lease if lease is None or study is None else assign_again(lease, study=study)


def go_on(*, item: Item, user: User) -> bool:
    """Let the person's lease last as long as a new one; if it had ended, ask for the slot again. Whether they hold the item."""
    is_held = _run(HOLD, _values(item.project, user) | {"item": item.pk})
    return bool(is_held) or take_item(item=item, user=user) is not None


def lease_kept_slot(*, item: Item, user: User) -> Lease | None:
    """A lease in the place of something that held a slot of the item until now."""
    return _lease(LEASE_KEPT_SLOT, _values(item.project, user) | {"item": item.pk})


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
        cursor.execute(END_EXPIRED, {"now": timezone.now(), "most": RETURNED_AT_ONCE})
        item_ids = [item_id for (item_id,) in cursor.fetchall()]
    if item_ids:
        free_slots(item_ids=item_ids)
    return len(item_ids)


@transaction.atomic
def set_overlap(*, project: Project, annotators_per_item: int) -> None:
    """Change how many people each item wants. What is handed out or done already stays so.

    The items follow at once, but for those of a big project: there the sweep counts, so that nobody waits for all of them.
    """
    project.annotators_per_item, project.slots_counted_to = annotators_per_item, 0
    project.save(update_fields=["annotators_per_item", "slots_counted_to"])
    _count_next(project)


def count_due_slots() -> int:
    """Let open slots follow a changed number of people per item, for so long as a sweep may take; of how many items."""
    ends, counted = time.monotonic() + COUNTING_SECONDS, 0
    for project in Project.objects.filter(slots_counted_to__isnull=False):
        while project.slots_counted_to is not None and time.monotonic() < ends:
            counted += _count_next(project)
    return counted


@transaction.atomic
def _count_next(project: Project) -> int:
    """Count the open slots of the next items anew; how many. The project row is locked first, as imports and withdrawals do."""
    project.slots_counted_to = Project.objects.select_for_update(no_key=True).get(pk=project.pk).slots_counted_to
    if project.slots_counted_to is None:  # another sweep was faster
        return 0
    left = Item.objects.data_of(project).filter(pk__gt=project.slots_counted_to).order_by("id")
    item_ids = list(left.values_list("id", flat=True)[:COUNTED_TOGETHER])
    free_slots(item_ids=item_ids)
    project.slots_counted_to = item_ids[-1] if len(item_ids) == COUNTED_TOGETHER else None
    project.save(update_fields=["slots_counted_to"])
    return len(item_ids)


def free_slots(*, item_ids: Collection[int]) -> None:
    """Count the open slots of items anew, after leases or counted annotations of theirs have gone. Inside a transaction."""
    # locked in one order, so that two never wait for each other; counted by a statement of its own, to see what it waited for
    items = Item.objects.select_for_update(no_key=True).filter(pk__in=item_ids).order_by("id")
    _run(RECOUNT, {"items": list(items.values_list("id", flat=True))})


def lease_end(project: Project) -> datetime:
    """When a lease ends that is given or renewed now."""
    return timezone.now() + timedelta(minutes=project.lease_minutes)


def _values(project: Project, user: User) -> dict[str, Any]:
    return {
        "project": project.pk,
        "user": user.pk,
        "checkpoint": project.active_checkpoint_id,
        "threshold": project.threshold,
        "now": timezone.now(),
        "expires": lease_end(project),
    }


def _lease(statement: str, values: dict[str, Any]) -> Lease | None:
    """The lease that a statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    # `Lease.objects.raw` would work this out anew for every lease, which took as long as the statement
    return next((Lease.from_db(connection.alias, LEASE_FIELDS, [row[name] for name in LEASE_FIELDS]) for row in rows), None)


def _run(statement: str, values: dict[str, Any]) -> int:
    """Run a statement. How many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
