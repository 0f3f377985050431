"""The desk: hand out an item, show it, keep what is done to it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from annotator.forms.events import acts_from
from annotator.http import render_page
from annotator.models import Annotation, Arm, Detection, Event, Item, Lease, User
from annotator.models.detection import flagged_runs
from annotator.models.prepared import Prepared, named
from annotator.services import queue
from annotator.services.annotations import events_of, save_events
from annotator.templatetags.captions import doubt_level
from annotator.views import access
from annotator.views.progress import progress_of, workers_now
from rewardmodel.taxonomy import KINDS

DESK, EMPTY = "desk/desk.html", "desk/empty.html"
SKIP_REASONS = (
    "The picture cannot be judged",
    "The response is not in a language I read",
    "The instructions do not cover this",
    "Something is broken",
)

DETECTION = Prepared(Detection.objects.filter(item=named("item"), checkpoint=named("checkpoint")))
PREVIOUS = Prepared(
    Annotation.objects.filter(
        annotator=named("user"),
        item__project=named("project"),
        status=Annotation.Status.SUBMITTED,
        submitted_at__lt=named("before"),
    ).order_by("-submitted_at")[:1]
)


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
        item = access.item_of(user, slug, lease.item_id)
        return _desk_page(request, item, *access.desk_of(item, user))
    context = {
        "project": project,
        "role": membership.role,
        "progress": progress_of(project, fresh=True),
        "workers": workers_now(),
    }
    context["previous"] = _previous(user, project.pk, None)
    return render_page(request, EMPTY, context)


@require_GET
@never_cache
@ensure_csrf_cookie
@login_required
def show_desk(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """One item to judge: held by the person, or judged by them before."""
    user = access.user_of(request)
    item = access.item_of(user, slug, item_id)
    return _desk_page(request, item, *access.desk_of(item, user))


def _desk_page(request: HttpRequest, item: Item, lease: Lease | None, annotation: Annotation | None) -> HttpResponse:
    user = access.user_of(request)
    if lease is None and annotation is None:
        messages.info(request, "This item is not on your desk. Take the next one from the queue.")
        return redirect("show-item", item.project.slug, item.pk)
    shown = annotation or lease
    grounded = _grounded(item, shown)
    context = {
        "project": item.project,
        "item": item,
        "grounded": grounded,
        "checkpoint": shown.checkpoint if grounded and shown else None,
        "threshold": shown.threshold if shown else None,
        "is_late": lease is None and annotation is not None and annotation.status == Annotation.Status.DRAFT,
        "previous": _previous(user, item.project_id, annotation),
        "progress": progress_of(item.project),
        "kinds": KINDS,
        "skip_reasons": SKIP_REASONS,
        "desk": _desk(item, user, lease, annotation, grounded),
    }
    return render_page(request, DESK, context)


@require_POST
@login_required
def save(request: HttpRequest, slug: str, item_id: int) -> JsonResponse:
    """Keep acts; answers with what follows the events that the page knows."""
    user = access.user_of(request)
    item = access.item_of(user, slug, item_id)
    try:
        acts = acts_from(request.body, item=item)
        if acts.user != user.pk:  # somebody else signed in meanwhile, in another tab
            return JsonResponse({"reason": "These acts are somebody else's"}, status=403)
        saved = save_events(item=item, user=user, events=acts.events)
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
    item = access.item_of(user, slug, item_id)
    lease, _ = access.desk_of(item, user)
    is_held = lease is not None and queue.renew(lease=lease)
    return JsonResponse({"late": not is_held})


def _event(event: Event) -> dict[str, Any]:
    return {"key": str(event.key), "act": event.act, "payload": event.payload}


def _grounded(item: Item, shown: Lease | Annotation | None) -> list[float] | None:
    """The values whose flags the person is, or was, shown. None: no highlights."""
    if shown is None or shown.checkpoint_id is None or shown.arm != Arm.HIGHLIGHTS:
        return None
    detection = DETECTION.first(item=item.pk, checkpoint=shown.checkpoint_id)
    return None if detection is None else detection.grounded


def _previous(user: User, project_id: int, annotation: Annotation | None) -> Annotation | None:
    """What the person submitted before this."""
    before = (annotation and annotation.submitted_at) or timezone.now()
    return PREVIOUS.first(user=user.pk, project=project_id, before=before)


def _desk(
    item: Item, user: User, lease: Lease | None, annotation: Annotation | None, grounded: list[float] | None
) -> dict[str, Any]:
    """What the page's script needs to know."""
    shown = annotation or lease
    threshold = (shown.threshold if shown else None) or 0.0
    slug = item.project.slug
    return {
        "item": item.pk,
        "user": user.pk,
        "kinds": list(KINDS),
        "grounded": grounded,
        "levels": [doubt_level(value, threshold) for value in grounded or []],
        "flags": flagged_runs(grounded or [], threshold),
        "events": [_event(event) for event in events_of(annotation)] if annotation else [],
        "holdsLease": lease is not None,
        "leaseMinutes": item.project.lease_minutes,
        "url": reverse("show-desk", args=[slug, item.pk]),
        "saveUrl": reverse("save-events", args=[slug, item.pk]),
        "leaseUrl": reverse("renew-lease", args=[slug, item.pk]),
        "nextUrl": reverse("take-item", args=[slug]),
        "csrfCookie": settings.CSRF_COOKIE_NAME,
    }
