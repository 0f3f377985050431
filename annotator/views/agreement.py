"""How far people agree: on words, responses, passages and kinds, all together and two by two."""

import time
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from annotator.http import render_page
from annotator.models import Project, Review, Role, User
from annotator.services.agreement import Measured, measure
from annotator.views import access
from rewardmodel.agreement import Pair

AGREEMENT = "agreement/agreement.html"
REMEMBERED_SHARE = 60  # measures are remembered for so many times as long as they took: those of small projects are always new
PAIRS, LEAST = 40, 10


@dataclass(frozen=True, slots=True)
class Known:
    """What was measured, and when."""

    measured: Measured
    at: datetime


@require_GET
@login_required
def show_agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """The measures with their intervals, the pairs with most items in common, the items with the least agreement."""
    membership = access.membership_for(access.user_of(request), slug, Role.REVIEWER)
    project = membership.project
    known = _known(project)
    measured = known.measured
    context = {
        "project": project,
        "role": membership.role,
        "tab": "review",
        "measured": measured,
        "at": known.at,
        "pairs": _named(measured.pairs[:PAIRS]),
        "least": _least(project),
    }
    return render_page(request, AGREEMENT, context)


def _known(project: Project) -> Known:
    key = f"agreement:{project.pk}"
    known: Known | None = cache.get(key)
    if known is None:
        began = time.monotonic()
        known = Known(measure(project=project), timezone.now())
        cache.set(key, known, int(REMEMBERED_SHARE * (time.monotonic() - began)))
    return known


def _named(pairs: list[Pair]) -> list[tuple[User, User, Pair]]:
    people = User.objects.in_bulk([person for pair in pairs for person in pair.people])
    return [(people[pair.people[0]], people[pair.people[1]], pair) for pair in pairs]


def _least(project: Project) -> list[Review]:
    """The items on which people differ most, settled or not."""
    of_project = Review.objects.of_data(project).select_related("item").in_order()
    states = (Review.State.OPEN, Review.State.SETTLED, Review.State.STALE)
    found = [review for state in states for review in of_project.filter(state=state, differing__gt=0)[:LEAST]]
    return nsmallest(LEAST, found, key=lambda review: (-review.disagreement, review.item_id))
