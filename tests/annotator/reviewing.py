"""Items that several people judge, and what they say of them."""

import uuid
from typing import Any

from django.utils import timezone

from annotator.models import Item, Project, Review, User
from annotator.services import reviews
from annotator.services.annotations import save_events
from annotator.services.folding import Judgement

Acts = list[tuple[str, dict[str, Any]]]


def share(project: Project, people: int = 2) -> None:
    """Let so many people judge each item that is made from now on."""
    project.annotators_per_item = people
    project.save()


def judge(item: Item, user: User, acts: Acts = [], *, rest_checked: bool = True) -> None:  # noqa: B006 -- never changed
    """Do something to an item and submit it."""
    all_acts = [*acts, ("submit", {"rest_checked": rest_checked})]
    events = [{"key": uuid.uuid4(), "act": act, "payload": payload, "at": timezone.now()} for act, payload in all_acts]
    save_events(item=item, user=user, events=events)


def settle(item: Item, reviewer: User, *decisions: Judgement, comment: str = "") -> Review:
    """Settle an item as it is now."""
    made_from = Review.objects.get(item=item).compared
    return reviews.settle(item=item, reviewer=reviewer, settlement=reviews.Settlement(decisions, made_from, comment))
