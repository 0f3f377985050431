"""Withdrawals: items that are taken out of a project, alone or with all of an import, and brought back.

A withdrawn item is handed to nobody, and in no count, no export and no training. All that was said of it stays, and whoever
has begun on it may end it: that counts once it is back. Its external id is free for another item. What was withdrawn by hand
is brought back by hand alone, not with its import.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from annotator.models import Annotation, Item, Lease, Project, Run, User
from annotator.models.item import ItemQuerySet
from annotator.services import audit, queue
from annotator.services.scoring_queue import enqueue_scoring, refresh_doubt

BATCH = 5_000

OnProgress = Callable[[int, int], None]  # items done, items in all


class WithdrawalError(ValueError):
    """An item that can't be withdrawn or brought back; the message says why."""


@dataclass(slots=True)
class Moved:
    """What a withdrawal, or bringing back, has done so far: items moved, and items kept out whose ids others have."""

    items: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Brought:
    """How many items of an import are in the project, and how many could be brought back."""

    standing: int
    withdrawn: int


def brought_by(run: Run) -> Brought:
    """What a run has brought, for those that ask what may be done with it; nothing where it is no import."""
    if run.kind != Run.Kind.IMPORT:
        return Brought(0, 0)
    counts = dict(_of_import(run.pk).order_by().values_list("is_withdrawn").annotate(Count("pk")))
    return Brought(counts.get(False, 0), counts.get(True, 0))


def move_import(
    *, project: Project, run_id: int, moved: Moved, back: bool = False, total: int = 0, on_progress: OnProgress | None = None
) -> None:
    """Withdraw all that an import brought, or bring it back, batch by batch; `moved` says how far that is.

    `total` is how many there were to move when it began, where another process began it.
    """
    waiting = _of_import(run_id).filter(is_withdrawn=back).order_by("id")
    left, last = waiting.count(), 0
    total = max(total, left)
    moved.items = total - left
    while True:
        with transaction.atomic():
            _let_imports_wait(project)  # before the look at what there is: an import may be at its last batch
            item_ids = list(waiting.filter(pk__gt=last).values_list("id", flat=True)[:BATCH])
            count = bring_back(project=project, item_ids=item_ids) if back else withdraw(item_ids=item_ids)
        if not item_ids:
            return
        if not back:
            clear_desks(item_ids=item_ids)
        moved.items, moved.kept, last = moved.items + count, moved.kept + len(item_ids) - count, item_ids[-1]
        if on_progress:
            on_progress(moved.items + moved.kept, max(moved.items + moved.kept, total))


def withdraw_item(*, item: Item, user: User) -> None:
    """Take one item out of its project. Raises WithdrawalError."""
    if item.is_check:
        raise WithdrawalError(_("A check is not withdrawn, but handed out no more."))
    with transaction.atomic():
        _let_imports_wait(item.project)
        if not withdraw(item_ids=[item.pk], by_hand=True):
            raise WithdrawalError(_("It was withdrawn already."))
        audit.record(actor=user, act="withdraw item", subject=str(item), project=item.project)
    clear_desks(item_ids=[item.pk])


@transaction.atomic
def bring_item_back(*, item: Item, user: User) -> None:
    """Let one withdrawn item be an item of its project again. Raises WithdrawalError."""
    _let_imports_wait(item.project)
    if not bring_back(project=item.project, item_ids=[item.pk]):
        raise WithdrawalError(_("Another item has its id now, or somebody brought it back already."))
    audit.record(actor=user, act="bring item back", subject=str(item), project=item.project)


def withdraw(*, item_ids: Collection[int], by_hand: bool = False) -> int:
    """Take items out of their project; how many were in it. Checks are not withdrawn, but retired."""
    items = Item.objects.filter(pk__in=item_ids, is_check=False, is_withdrawn=False)
    return len(_set_withdrawn(items, is_withdrawn=True, by_hand=by_hand))


@transaction.atomic
def bring_back(*, project: Project, item_ids: Collection[int]) -> int:
    """Let withdrawn items be items of the project again; how many are. One whose external id another item has, stays out."""
    same_id = Item.objects.filter(project=project, external_id=OuterRef("external_id"))
    other = same_id.filter(Q(is_withdrawn=False) | Q(pk__in=item_ids, pk__lt=OuterRef("pk")))
    ids = _set_withdrawn(Item.objects.filter(~Exists(other), pk__in=item_ids, is_withdrawn=True), is_withdrawn=False)
    refresh_doubt(ids)  # a promotion that came meanwhile passed them by
    if project.active_checkpoint:
        unscored = Item.objects.filter(pk__in=ids).to_score(project.active_checkpoint).values_list("id", flat=True)
        transaction.on_commit(partial(enqueue_scoring, project_id=project.pk, item_ids=list(unscored)))
    return len(ids)


@transaction.atomic
def clear_desks(*, item_ids: Collection[int]) -> None:
    """Take withdrawn items off the desks where nothing was done to them: opened, or fetched ahead. After they are withdrawn."""
    # locked first, and looked at by a statement of its own: whoever is just beginning is seen to have begun
    held = list(Lease.objects.select_for_update().filter(item__in=item_ids).order_by("id").values_list("id", flat=True))
    begun = Annotation.objects.filter(item=OuterRef("item"), annotator=OuterRef("annotator"))
    Lease.objects.filter(~Exists(begun), pk__in=held, item__is_withdrawn=True).delete()


def _of_import(run_id: int) -> ItemQuerySet:
    return Item.objects.filter(imported_by=run_id, is_check=False).exclude(withdrawn_by_hand=True)


@transaction.atomic
def _set_withdrawn(items: ItemQuerySet, *, is_withdrawn: bool, by_hand: bool = False) -> list[int]:
    # in one order, so that two never wait for each other
    ids = list(items.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    Item.objects.filter(pk__in=ids).update(is_withdrawn=is_withdrawn, withdrawn_by_hand=by_hand)
    queue.free_slots(item_ids=ids)
    return ids


def _let_imports_wait(project: Project) -> None:
    """Nobody else takes or frees an external id of the project meanwhile."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
