"""Reviews: what there is to settle, one item with its differences, settling and reopening it."""

import hashlib
import json
from itertools import chain
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotator.forms.reviews import ReviewFilter, SettleForm
from annotator.http import render_page
from annotator.models import Lease, Membership, Project, Review, Role, User
from annotator.services import reviews
from annotator.views import access
from annotator.views.differences import comparison_of
from rewardmodel.taxonomy import KINDS

LIST, REVIEW = "reviews/list.html", "reviews/review.html"
PAGE = 30


@require_GET
@login_required
def list_reviews(request: HttpRequest, slug: str) -> HttpResponse:
    """The items that at least two people judged, those with most to settle first, a page at a time."""
    membership = access.membership_for(access.user_of(request), slug, Role.REVIEWER)
    wanted = ReviewFilter(request.GET).wanted()
    page = _page(membership.project, wanted)
    context = {
        "reviews": page[:PAGE],
        "next_after": page[PAGE - 1].item_id if len(page) > PAGE else None,
        "is_first": wanted["after"] is None,
        "state": wanted["state"],
        "states": Review.State.choices,
    }
    return render_page(request, LIST, context | _frame(membership))


def _frame(membership: Membership) -> dict[str, Any]:
    return {"project": membership.project, "role": membership.role, "tab": "review"}


def _page(project: Project, wanted: dict[str, Any]) -> list[Review]:
    """One page and the first of the next. Where the item to start after has no review any more, it starts at the head."""
    found = Review.objects.of_data(project).filter(state=wanted["state"]).select_related("item", "reviewer").in_order()
    if wanted["after"] is not None and (last := Review.objects.filter(project=project, item=wanted["after"]).first()):
        found = found.after(last)
    return list(found[: PAGE + 1])


@require_GET
@never_cache
@login_required
def show_review(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """One item, and where its people differ: without their names until it is settled."""
    membership = access.membership_for(access.user_of(request), slug, Role.REVIEWER)
    review = access.review_for(membership.project, item_id)
    return _to_judge_first(request, review) or _review_page(request, membership, review)


def _to_judge_first(request: HttpRequest, review: Review) -> HttpResponse | None:
    """Back to the list where the item is on the reviewer's own desk: judge first, then see what others said."""
    if not Lease.objects.filter(item=review.item_id, annotator=access.user_of(request)).exists():
        return None
    told = _("Item %(number)d is on your own desk. What others said is shown once you have submitted or skipped it.") % {
        "number": review.item_id
    }
    messages.info(request, told)
    return redirect("list-reviews", review.project.slug)


def _review_page(request: HttpRequest, membership: Membership, review: Review, error: str = "") -> HttpResponse:
    following = reviews.next_to_settle(membership.project, review)
    context = {
        "review": review,
        "item": review.item,
        "comparison": comparison_of(review),
        "form": SettleForm(item=review.item, initial={"made_from": review.compared, "comment": review.comment}),
        "following": following,
        "kinds": KINDS,
        "error": error,
        "kept": _kept_as(review, access.user_of(request)),
    }
    return render_page(request, REVIEW, context | _frame(membership), status=422 if error else 200)


def _kept_as(review: Review, user: User) -> str:
    """Under which name the page keeps the person's decisions in the browser: another one as soon as they would fit no more."""
    return hashlib.sha256(json.dumps([user.pk, review.item_id, review.compared, review.judgements]).encode()).hexdigest()


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settle_review(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """Keep what was decided, and go on with the next; or say why not, on the page as it is now.

    Whoever had to sign in first comes back with a GET, to the page, which still has the decisions.
    """
    user = access.user_of(request)
    membership = access.membership_for(user, slug, Role.REVIEWER)
    if request.method != "POST":
        return redirect("show-review", slug, item_id)
    review = access.review_for(membership.project, item_id)
    if refusal := _to_judge_first(request, review):
        return refusal
    form = SettleForm(request.POST, item=review.item)
    if not form.is_valid():
        return _review_page(request, membership, review, error=" ".join(map(str, chain.from_iterable(form.errors.values()))))
    try:
        reviews.settle(item=review.item, reviewer=user, settlement=form.settlement())
    except reviews.ReviewError as error:
        return _review_page(request, membership, access.review_for(membership.project, item_id), error=str(error))
    following = reviews.next_to_settle(membership.project, review)
    if following is None:
        messages.success(request, _("That was the last one: everything is settled."))
        return redirect("list-reviews", slug)
    return redirect("show-review", slug, following.item_id)


@require_POST
@login_required
def reopen_review(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """Take back what was settled; the page then begins with it."""
    user = access.user_of(request)
    project = access.membership_for(user, slug, Role.REVIEWER).project
    reviews.reopen(item=access.review_for(project, item_id).item, reviewer=user)
    return redirect("show-review", slug, item_id)
