"""The desk: hand out an item, show it, keep what is done to it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from annotator.forms.events import acts_from
from annotator.http import render_page
from annotator.models import Annotation, Arm, User
from annotator.models.detection import flagged_runs
from annotator.services import queue
from annotator.services.annotations import save_events
from annotator.services.work import Kept, Work
from annotator.templatetags.captions import doubt_level
from annotator.views import access
from annotator.views.progress import progress_of, workers_now
from rewardmodel.taxonomy import KINDS

DESK, EMPTY = "desk/desk.html", "desk/empty.html"


@require_GET
@never_cache
@ensure_csrf_cookie
@login_required
def take_item(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand over the person's next item, or say that nothing waits."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug)
    project = membership.project
    lease = queue.take_next(project=project, user=user)
    if lease is not None:
        return _desk_page(request, *access.desk_for(user, slug, lease.item_id))
    context = {
        "project": project,
        "role": membership.role,
        "progress": progress_of(project, fresh=True),
        "workers": workers_now(),
        "previous": Annotation.objects.history_of(user, project).values_list("item", flat=True).first(),
    }
    return render_page(request, EMPTY, context)


@require_GET
@never_cache
@ensure_csrf_cookie
@login_required
def show_desk(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """One item to judge: held by the person, or judged by them before."""
    return _desk_page(request, *access.desk_for(access.user_of(request), slug, item_id))


def _desk_page(request: HttpRequest, work: Work, previous: int | None) -> HttpResponse:
    item, lease, annotation = work.item, work.lease, work.annotation
    if not work.is_theirs:
        messages.info(request, "This item is not on your desk. Take the next one from the queue.")
        return redirect("show-item", item.project.slug, item.pk)
    shown = annotation or lease
    grounded = _grounded(work)
    context = {
        "project": item.project,
        "item": item,
        "grounded": grounded,
        "checkpoint": shown.checkpoint if grounded and shown else None,
        "threshold": shown.threshold if shown else None,
        "is_late": lease is None and annotation is not None and annotation.status == Annotation.Status.DRAFT,
        "previous": previous,
        "progress": progress_of(item.project),
        "kinds": KINDS,
        "desk": _desk(access.user_of(request), work, grounded),
    }
    return render_page(request, DESK, context)


@require_POST
@login_required
def save(request: HttpRequest, slug: str, item_id: int) -> JsonResponse:
    """Keep acts; answers with what follows the events that the page knows."""
    user = access.user_of(request)
    work = access.work_for(user, slug, item_id)
    try:
        acts = acts_from(request.body, item=work.item)
        if acts.user != user.pk:  # somebody else signed in meanwhile, in another tab
            return JsonResponse({"reason": "These acts are somebody else's"}, status=403)
        saved = save_events(item=work.item, user=user, events=acts.events, known=work)
    except ValueError as error:
        return JsonResponse({"reason": str(error)}, status=422)
    annotation = saved.annotation
    known = min(acts.known, annotation.version)
    if annotation.status == Annotation.Status.SUBMITTED and not annotation.counts:
        messages.info(request, "Somebody else had judged that item meanwhile. Your judgement is kept beside theirs.")
    events = [_event(event) for event in saved.events[known:]]
    return JsonResponse({"known": known, "version": annotation.version, "late": saved.is_late, "events": events})


@require_POST
@login_required
def renew_lease(request: HttpRequest, slug: str, item_id: int) -> JsonResponse:
    """Say that the person is still at work on the item."""
    user = access.user_of(request)
    lease = access.work_for(user, slug, item_id).lease
    is_held = lease is not None and queue.renew(lease=lease)
    return JsonResponse({"late": not is_held})


def _event(event: Kept) -> dict[str, Any]:
    return {"key": str(event.key), "act": event.act, "payload": event.payload}


def _grounded(work: Work) -> list[float] | None:
    """The values whose flags the person is, or was, shown. None: no highlights."""
    shown = work.annotation or work.lease
    is_shown = shown is not None and shown.checkpoint_id is not None and shown.arm == Arm.HIGHLIGHTS
    return work.grounded if is_shown else None


def _desk(user: User, work: Work, grounded: list[float] | None) -> dict[str, Any]:
    """What the page's script needs to know."""
    item, lease = work.item, work.lease
    shown = work.annotation or lease
    threshold = (shown.threshold if shown else None) or 0.0
    slug = item.project.slug
    return {
        "item": item.pk,
        "user": user.pk,
        "kinds": list(KINDS),
        "grounded": grounded,
        "levels": [doubt_level(value, threshold) for value in grounded or []],
        "flags": flagged_runs(grounded or [], threshold),
        "events": [_event(event) for event in work.events],
        "holdsLease": lease is not None,
        "leaseMinutes": item.project.lease_minutes,
        "url": reverse("show-desk", args=[slug, item.pk]),
        "saveUrl": reverse("save-events", args=[slug, item.pk]),
        "leaseUrl": reverse("renew-lease", args=[slug, item.pk]),
        "nextUrl": reverse("take-item", args=[slug]),
        "csrfCookie": settings.CSRF_COOKIE_NAME,
    }
