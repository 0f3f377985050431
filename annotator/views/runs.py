"""Runs: the list, one run as it goes on, and what people may do about it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotator.http import render_page
from annotator.models import Role, Run
from annotator.services import runs
from annotator.services.withdrawals import brought_by
from annotator.views import access
from annotator.views.metrics import Row, rows_of
from annotator.views.progress import knows_drawings, workers_now

LIST, RUN = "runs/list.html", "runs/run.html"
PAGE = 30


@require_GET
@login_required
def list_runs(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest runs; older ones page by page."""
    membership = access.membership_for(access.user_of(request), slug)
    found = Run.objects.filter(project=membership.project).select_related("started_by")
    before = request.GET.get("before", "")
    if before.isdecimal():
        found = found.filter(pk__lt=int(before[:18]))
    page = list(found[: PAGE + 1])
    context = {
        "project": membership.project,
        "role": membership.role,
        "tab": "runs",
        "runs": page[:PAGE],
        "older": page[PAGE - 1].pk if len(page) > PAGE else None,
        "is_moving": any(run.status in {Run.Status.WAITING, Run.Status.RUNNING} for run in page),
        "workers": workers_now(),
    }
    return render_page(request, LIST, context, partial="rows")


@require_GET
@login_required
def show_run(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """One run; its partial asks again each second until the run is over or waits for somebody."""
    membership = access.membership_for(access.user_of(request), slug)
    run = access.run_for(membership.project, run_id)
    context = {
        "project": membership.project,
        "role": membership.role,
        "tab": "runs",
        "run": run,
        "workers": workers_now(),
        "measured": _measured(run),
        "brought": brought_by(run) if run.is_over and membership.role == Role.MANAGER else None,
        "withdrawal": runs.withdrawal_of(run) if run.kind == Run.Kind.IMPORT else None,
        "knows_drawings": run.kind == Run.Kind.IMPORT and knows_drawings(membership.project.active_checkpoint),
    }
    return render_page(request, RUN, context, partial="run")


def _measured(run: Run) -> list[tuple[str, list[Row]]]:
    """What an evaluation found, by where it was measured: the active checkpoint in the parent's place."""
    metrics = run.report.get("metrics", {}) if run.kind == Run.Kind.EVALUATE else {}
    places = ((_("On held-out items of this project"), ""), (_("On the picture book"), "_picturebook"))
    return [(place, rows_of(metrics.get(f"active{end}", {}), metrics[f"checkpoint{end}"])) for place, end in places if metrics]


@require_POST
@login_required
def confirm_import(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Say yes to an import that was checked."""
    user = access.user_of(request)
    run = access.run_for(access.membership_for(user, slug, Role.MANAGER).project, run_id)
    try:
        runs.confirm_import(run=run, user=user)
    except ValueError as error:
        messages.error(request, str(error))
    return redirect("show-run", slug, run_id)


@require_POST
@login_required
def cancel_run(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Stop a run; what it stored so far stays."""
    run = access.run_for(access.membership_for(access.user_of(request), slug, Role.MANAGER).project, run_id)
    if not runs.cancel_run(run=run):
        messages.warning(request, _("The run was over already."))
    return redirect("show-run", slug, run_id)
