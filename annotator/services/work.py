"""What one person has to do with one item: lease, judgement and acts, in one read."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Expression, FilteredRelation, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, JSONObject

from annotator.models import Annotation, Arm, Detection, Event, Item, Lease, User
from annotator.models.prepared import Prepared, named


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored event, as far as folding it and telling the page of it need."""

    key: uuid.UUID
    act: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """An item with a person's lease and annotation of it, each None where there is none, and what they did so far, in order.

    `grounded` are the values of the checkpoint whose flags the person is, or was, shown; None where there were none. A study may
    hold them back: `has_highlights` says whether they may be seen.
    """

    item: Item
    lease: Lease | None = None
    annotation: Annotation | None = None
    events: list[Kept] = field(default_factory=list)
    grounded: list[float] | None = None

    @property
    def is_theirs(self) -> bool:
        """Whether the person may open the item on the desk."""
        return self.shown is not None

    @property
    def has_submitted(self) -> bool:
        """Whether the person's judgement is submitted."""
        return self.annotation is not None and self.annotation.status == Annotation.Status.SUBMITTED

    @property
    def is_closed(self) -> bool:
        """Whether the person is done with it: submitted or skipped."""
        return self.annotation is not None and self.annotation.status != Annotation.Status.DRAFT

    @property
    def shown(self) -> Annotation | Lease | None:
        """What says which help the person was given: their judgement, or until there is one their lease."""
        return self.annotation or self.lease

    @property
    def has_highlights(self) -> bool:
        """Whether the person is, or was, shown the flags of a checkpoint."""
        return self.shown is not None and self.shown.arm == Arm.HIGHLIGHTS and self.shown.checkpoint_id is not None

    @property
    def verdict(self) -> bool | None:
        """The one bit that the person is, or was, shown of a detection: whether it doubts a word. None where they weren't."""
        shown = self.shown
        if shown is None or shown.arm != Arm.VERDICT or self.grounded is None or shown.threshold is None:
            return None
        return min(self.grounded, default=1.0) < shown.threshold


def with_work(items: QuerySet[Item], user: Expression) -> QuerySet[Item]:
    """The items with what `work_of` needs to know, leases and annotations of that person selected."""
    shown = Coalesce(OuterRef("judged__checkpoint"), OuterRef("held__checkpoint"))
    acts = Event.objects.filter(annotation=OuterRef("judged__pk")).order_by("version")
    held = FilteredRelation("leases", condition=Q(leases__annotator=user))
    judged = FilteredRelation("annotations", condition=Q(annotations__annotator=user))
    theirs = items.annotate(held=held, judged=judged).annotate(
        grounded=Detection.objects.filter(item=OuterRef("pk"), checkpoint=shown).values("grounded"),
        acts=ArraySubquery(acts.values(row=JSONObject(key="key", act="act", payload="payload"))),
    )
    # django-stubs doesn't know that relations may be filtered and then followed
    return theirs.select_related("held", "judged")  # type: ignore[misc]


def work_of(found: Any) -> Work:
    """What an item that was read `with_work` says."""
    lease, annotation = getattr(found, "held", None), getattr(found, "judged", None)
    for own in filter(None, (lease, annotation)):
        own.item = found
    events = [Kept(uuid.UUID(row["key"]), row["act"], row["payload"]) for row in found.acts]
    return Work(found, lease, annotation, events, found.grounded)


WORK = Prepared(with_work(Item.objects.select_related("project").filter(pk=named("item")), named("user")))


def read_work(item: Item, user: User) -> Work:
    """The work of a person on an item, as it is now. Raises LookupError if the item is gone."""
    found = WORK.first(item=item.pk, user=user.pk)
    if found is None:
        raise LookupError(f"Item {item.pk} is gone")
    return work_of(found)
