"""Taking a tutorial again: its scenes come anew, and how they went before stays."""

from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from annotator.models import Act, Annotation, Lease, Membership, Project, Retake, User
from annotator.services import audit, queue
from annotator.services.annotations import save_events
from annotator.services.folding import undos_left
from annotator.services.qualification import standing_of
from annotator.services.work import Kept, read_work


@transaction.atomic
def take_again(*, tutorial: Project, user: User) -> bool:
    """Hand all scenes of a tutorial to the person once more. False: something is left to do this time, so that goes on.

    What they did is taken back as they could do themselves, by undoing it: no event is lost, and no result.
    """
    queue.let_others_wait(project=tutorial, user=user)
    standing = standing_of(user, tutorial)
    if not standing.total or not standing.is_over:
        return False
    Retake.objects.create(tutorial=tutorial, annotator=user, number=standing.attempt + 1)
    done = Annotation.objects.filter(annotator=user, item__project=tutorial, item__known__is_retired=False)
    for annotation in done.select_related("item__project").order_by("item"):
        events = _taking_back(read_work(annotation.item, user).events)
        save_events(item=annotation.item, user=user, events=events)
    done.update(active_ms=None, started_at=None)  # what is measured is this time
    for lease in Lease.objects.filter(annotator=user, item__project=tutorial).select_related("item"):
        queue.release(lease=lease)
    audit.record(
        actor=user, act="take tutorial again", subject=user.email, project=tutorial, details={"time": standing.attempt + 1}
    )
    return True


def _taking_back(events: list[Kept]) -> list[dict[str, Any]]:
    """Undo everything; then say nothing, so that redo brings nothing back."""
    acts: list[tuple[Act, dict[str, Any]]] = [(Act.UNDO, {})] * undos_left(events) + [(Act.COMMENT, {"text": ""})]
    return [{"key": uuid4(), "act": act.value, "payload": payload, "at": timezone.now()} for act, payload in acts]


@transaction.atomic
def ask_again(*, membership: Membership, actor: User) -> None:
    """Close the desk to a member until they have passed the tutorial once more, also where a manager had opened it."""
    membership.asked_again_at, membership.is_admitted = timezone.now(), False
    membership.save(update_fields=["asked_again_at", "is_admitted"])
    audit.record(actor=actor, act="ask for tutorial again", subject=membership.user.email, project=membership.project)
