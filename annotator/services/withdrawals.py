"""Withdrawals: items that are taken out of a project, alone or with all of an import, and brought back.

A withdrawn item is handed to nobody, and in no count, no export and no training. All that was said of it stays, and whoever
has begun on it may end it. Its external id is free for another item.
"""

from collections.abc import Callable, Collection

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from annotator.models import Annotation, Item, Lease, Project, User
from annotator.models.item import ItemQuerySet
from annotator.services import audit, queue

BATCH = 5_000

OnProgress = Callable[[int, int], None]  # items done, items in all


class WithdrawalError(ValueError):
    """An item that can't be withdrawn or brought back; the message says why."""


@transaction.atomic
def withdraw(*, item_ids: Collection[int]) -> int:
    """Take items out of their project, and off the desks where nothing was done to them; how many were in it.

    Checks are not withdrawn, but retired.
    """
    begun = Annotation.objects.filter(item=OuterRef("item"), annotator=OuterRef("annotator"))
    Lease.objects.filter(~Exists(begun), item__in=item_ids, item__is_check=False).delete()
    return _set(Item.objects.filter(pk__in=item_ids, is_check=False, is_withdrawn=False), is_withdrawn=True)


def bring_back(*, item_ids: Collection[int]) -> int:
    """Let withdrawn items be items of their project again; how many are. One whose external id another item has, stays out."""
    other = Item.objects.filter(project=OuterRef("project"), external_id=OuterRef("external_id"), is_withdrawn=False)
    return _set(Item.objects.filter(~Exists(other), pk__in=item_ids, is_withdrawn=True), is_withdrawn=False)


@transaction.atomic
def _set(items: ItemQuerySet, *, is_withdrawn: bool) -> int:
    # in one order, so that two never wait for each other
    ids = list(items.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    Item.objects.filter(pk__in=ids).update(is_withdrawn=is_withdrawn)
    queue.free_slots(item_ids=ids)
    return len(ids)


def move_import(*, project: Project, run_id: int, back: bool = False, on_progress: OnProgress | None = None) -> tuple[int, int]:
    """Withdraw all that an import brought, or bring it back, batch by batch. How many items moved, and how many could not."""
    waiting = Item.objects.filter(project=project, imported_by=run_id, is_check=False, is_withdrawn=back).order_by("id")
    total, done, moved, last = waiting.count(), 0, 0, 0
    while item_ids := list(waiting.filter(pk__gt=last).values_list("id", flat=True)[:BATCH]):
        with transaction.atomic():
            _let_imports_wait(project)
            moved += bring_back(item_ids=item_ids) if back else withdraw(item_ids=item_ids)
        done, last = done + len(item_ids), item_ids[-1]
        if on_progress:
            on_progress(done, max(done, total))
    return moved, done - moved


@transaction.atomic
def withdraw_item(*, item: Item, user: User) -> None:
    """Take one item out of its project."""
    _let_imports_wait(item.project)
    if not withdraw(item_ids=[item.pk]):
        raise WithdrawalError(_("It was withdrawn already."))
    audit.record(actor=user, act="withdraw item", subject=str(item), project=item.project)


@transaction.atomic
def bring_item_back(*, item: Item, user: User) -> None:
    """Let one withdrawn item be an item of its project again."""
    _let_imports_wait(item.project)
    if not bring_back(item_ids=[item.pk]):
        raise WithdrawalError(_("Another item has its id now, or somebody brought it back already."))
    audit.record(actor=user, act="bring item back", subject=str(item), project=item.project)


def _let_imports_wait(project: Project) -> None:
    """Nobody else takes or frees an external id of the project meanwhile."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
