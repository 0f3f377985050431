"""The desk: hand out an item, show it, keep what is done to it."""

from typing import Any

import orjson
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_POST

from annotator.forms.events import acts_from
from annotator.forms.questions import question_from
from annotator.http import render_page
from annotator.models import Annotation, User
from annotator.models.detection import flagged_runs
from annotator.services import helping, queue
from annotator.services.annotations import Saved, save_events
from annotator.services.check_results import told
from annotator.services.qualification import Standing, missing_standing, standing_of
from annotator.services.work import Kept, Work
from annotator.templatetags.captions import doubt_level, pieces
from annotator.views import access
from annotator.views.people import tutorial_end
from annotator.views.progress import own_progress, progress_of, workers_now
from rewardmodel.taxonomy import KINDS

DESK, EMPTY, GATE, TUTORIAL_END = "desk/desk.html", "desk/empty.html", "desk/gate.html", "desk/tutorial_end.html"


@require_GET
@never_cache
@ensure_csrf_cookie
@login_required
def take_item(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand over the person's next item, or say that nothing waits."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug)
    project = membership.project
    if standing := missing_standing(membership):
        return render_page(request, GATE, {"project": project, "role": membership.role, "standing": standing})
    lease = queue.take_next(project=project, user=user)
    if lease is not None:
        return _desk_page(request, access.desk_for(user, slug, lease.item_id))
    context = {"project": project, "role": membership.role}
    if project.is_tutorial:
        return render_page(request, TUTORIAL_END, context | tutorial_end(project, user))
    context |= {
        "progress": progress_of(project, fresh=True),
        "workers": workers_now(),
        "previous": Annotation.objects.history_of(user, project).values_list("item", flat=True).first(),
    }
    return render_page(request, EMPTY, context)


@require_GET
@never_cache
@login_required
def take_next(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """The item that comes after this one, as the page's script shows it: fetched while this one is at work. `{}`: none."""
    user = access.user_of(request)
    project = access.item_of(user, slug, item_id).project
    access.require_open_desk(user, project)
    lease = queue.take_next(project=project, user=user, after=item_id)
    return _json(_shown(access.desk_for(user, slug, lease.item_id)) if lease else {})


@require_GET
@never_cache
@ensure_csrf_cookie
@login_required
def show_desk(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """One item to judge: held by the person, or judged by them before."""
    return _desk_page(request, access.desk_for(access.user_of(request), slug, item_id))


def _desk_page(request: HttpRequest, work: Work) -> HttpResponse:
    project, user = work.item.project, access.user_of(request)
    if not work.is_theirs:
        messages.info(request, _("This item is not on your desk. Take the next one from the queue."))
        return redirect("show-project", project.slug) if project.has_checks else redirect("show-item", project.slug, work.item.pk)
    desk = {
        "user": user.pk,
        "email": user.email,
        "previous": _submitted_before(work, user),
        "kinds": list(KINDS),
        "url": reverse("take-item", args=[project.slug]),
        "itemsUrl": reverse("list-items", args=[project.slug]),
        "signInUrl": reverse("account_login"),
        "leaseMinutes": project.lease_minutes,
        "csrfCookie": settings.CSRF_COOKIE_NAME,
        "historyUrl": reverse("show-history", args=[project.slug]),
        "keys": user.desk_keys,
        "keysUrl": reverse("save-keys"),
    }
    return render_page(request, DESK, {"project": project, "kinds": KINDS, "desk": desk, "shown": _shown(work)})


def _submitted_before(work: Work, user: User) -> int | None:
    """The item that the person submitted before this one, or last."""
    history = Annotation.objects.history_of(user, work.item.project)
    if work.annotation and work.annotation.submitted_at:
        history = history.filter(submitted_at__lt=work.annotation.submitted_at)
    return history.values_list("item", flat=True).first()


@require_POST
@login_required
def save(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """Keep acts; answers with what follows the events that the page knows."""
    user = access.user_of(request)
    work = access.work_for(user, slug, item_id)
    if not work.is_theirs and (standing := access.missing_tutorial(user, work.item.project)):  # it would take the item for them
        return _json({"reason": _closed(standing)}, status=422)
    try:
        acts = acts_from(request.body, item=work.item)
        if acts.user != user.pk:  # somebody else signed in meanwhile, in another tab
            return _json({"reason": _("These acts are somebody else's")}, status=403)
        saved = save_events(item=work.item, user=user, events=acts.events, known=work)
    except ValueError as error:
        return _json({"reason": str(error)}, status=422)
    return _json(_reply(saved, acts.known) | _told(saved.annotation))


def _closed(standing: Standing) -> str:
    """Why what was done to an item that is not on the person's desk is not taken."""
    if standing.is_asked:
        return _("A manager asks you to take the tutorial again. Until you have passed it, this browser keeps what you did.")
    return _("The tutorial comes first. Until you have passed it, this browser keeps what you did.")


def _reply(saved: Saved, known: int) -> dict[str, Any]:
    annotation = saved.annotation
    known = min(known, annotation.version)
    return {
        "known": known,
        "version": annotation.version,
        "late": saved.is_late,
        "extra": annotation.status == Annotation.Status.SUBMITTED and not annotation.counts,
        "events": [_event(event) for event in saved.events[known:]],
    }


def _told(annotation: Annotation) -> dict[str, Any]:
    """How the person did, where what they submitted was a check and they may know."""
    is_told = annotation.item.is_check and annotation.item.project.gives_feedback
    if not is_told or annotation.status != Annotation.Status.SUBMITTED:
        return {}
    return {"check": told(annotation.item.known, annotation)}


@require_POST
@login_required
def help_out(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """What the checkpoint, whose flags the person is shown, says about the response as it is edited so far."""
    user = access.user_of(request)
    work = access.work_for(user, slug, item_id)
    if not work.has_highlights:
        return _json({"answer": None})  # as when the lease ran out while the page was open
    try:
        asked = question_from(request.body, item=work.item)
        return _json({"answer": helping.ask(asked.kind, work=work, user=user, question=asked.question)})
    except helping.AwayError as away:  # nothing is wrong: the desk works without help
        return _json({"answer": None, "away": str(away)})
    except ValueError as error:
        return _json({"reason": str(error)}, status=422)


@require_POST
@login_required
def renew_lease(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """Say that the person is still at work on the item."""
    lease = access.work_for(access.user_of(request), slug, item_id).lease
    is_held = lease is not None and queue.renew(lease=lease)
    return _json({"late": not is_held})


def _json(data: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(data, default=str), content_type="application/json", status=status)


def _event(event: Kept) -> dict[str, Any]:
    return {"key": event.key, "act": event.act, "payload": event.payload}


def _shown(work: Work) -> dict[str, Any]:
    """An item as the page's script shows it. Words are numbers there: offsets never leave the server."""
    item, lease, annotation = work.item, work.lease, work.annotation
    shown = work.shown  # what was shown when the judgement was begun is shown again
    grounded = (work.has_highlights and work.grounded) or []
    threshold = (shown and shown.threshold) or 0.0
    return {
        "item": item.pk,
        "prompt": item.prompt,
        "pieces": pieces(item),
        "size": [item.image.width, item.image.height],
        "grounded": grounded or None,
        "levels": [doubt_level(value, threshold) for value in grounded],
        "flags": flagged_runs(grounded, threshold),
        "help": shown.arm if shown else None,
        "verdict": work.verdict,
        "events": [_event(event) for event in work.events],
        "holdsLease": lease is not None,
        "isLate": lease is None and annotation is not None and annotation.status == Annotation.Status.DRAFT,
        "checkpoint": {"number": shown.checkpoint_id, "name": str(shown.checkpoint), "threshold": threshold}
        if shown and grounded
        else None,
        "progress": _progress(work),
    }


def _progress(work: Work) -> list[int]:
    """How many judgements are there of how many the project wants; in a tutorial, and among hidden checks, the person's own."""
    project = work.item.project
    if project.is_tutorial and work.shown:
        standing = standing_of(work.shown.annotator, project)
        return [standing.done, standing.total]
    if project.hides_checks and work.shown:
        return own_progress(project, work.shown.annotator)
    progress = progress_of(project)
    return [progress.annotated, progress.wanted]
