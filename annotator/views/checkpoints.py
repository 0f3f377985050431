"""Checkpoints: lineage and metrics, promotion and roll-back, retraining."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotator.http import render_page
from annotator.models import Checkpoint, Role, Run
from annotator.services import checkpoints
from annotator.services.model_figures import figures_of
from annotator.services.retraining import request_retraining
from annotator.services.runs import start_run
from annotator.views import access
from annotator.views.metrics import comparison
from annotator.views.model_plot import calibration_plot, threshold_plot
from annotator.views.progress import knows_drawings, workers_now

LIST, PROMOTE, LABELS = "checkpoints/list.html", "checkpoints/promote.html", "checkpoints/labels.html"
SHOWN = 50
TABLED = 10  # hundredths between the thresholds of the table


@require_GET
@login_required
def list_checkpoints(request: HttpRequest, slug: str) -> HttpResponse:
    """What the project uses and could use, the newest first."""
    membership = access.membership_for(access.user_of(request), slug)
    project = membership.project
    found = Checkpoint.objects.usable_by(project).select_related("parent", "snapshot", "run")[:SHOWN]
    context = {
        "project": project,
        "role": membership.role,
        "tab": "checkpoints",
        "rows": [(checkpoint, comparison(checkpoint)) for checkpoint in found],
        "training": Run.objects.filter(project=project, kind=Run.Kind.TRAIN).first(),
        "knows_drawings": knows_drawings(project.active_checkpoint),
        "workers": workers_now(),
    }
    return render_page(request, LIST, context)


@require_http_methods(["GET", "POST"])
@login_required
def promote_checkpoint(request: HttpRequest, slug: str, checkpoint_id: int) -> HttpResponse:
    """Ask, then make a checkpoint the active one. Going back to an earlier one is the same act."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug, Role.MANAGER)
    project = membership.project
    checkpoint = access.checkpoint_for(project, checkpoint_id)
    if request.method == "POST":
        checkpoints.promote(project=project, checkpoint=checkpoint, user=user)
        text = _("%(checkpoint)s is active now. Items that wait for people are scored again.")
        messages.success(request, text % {"checkpoint": checkpoint})
        return redirect("list-checkpoints", slug)
    active_id = project.active_checkpoint_id
    context = {
        "project": project,
        "role": membership.role,
        "tab": "checkpoints",
        "checkpoint": checkpoint,
        "comparison": comparison(checkpoint),
        "goes_back": active_id is not None and checkpoint.pk < active_id,
    }
    return render_page(request, PROMOTE, context)


@require_POST
@login_required
def retrain(request: HttpRequest, slug: str) -> HttpResponse:
    """Start a retraining, or say clearly why not."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug, Role.MANAGER)
    try:
        run = request_retraining(project=membership.project, user=user)
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("list-checkpoints", slug)
    return redirect("show-run", slug, run.pk)


@require_POST
@login_required
def measure_checkpoint(request: HttpRequest, slug: str, checkpoint_id: int) -> HttpResponse:
    """Start measuring a checkpoint, beside the active one, on what people of the project judged."""
    user = access.user_of(request)
    project = access.membership_for(user, slug, Role.MANAGER).project
    checkpoint = access.checkpoint_for(project, checkpoint_id)
    run = start_run(project=project, kind=Run.Kind.EVALUATE, user=user, parameters={"checkpoint": checkpoint.pk})
    return redirect("show-run", slug, run.pk)


@require_GET
@login_required
def show_labels(request: HttpRequest, slug: str, checkpoint_id: int) -> HttpResponse:
    """A checkpoint against today's labels: what flags find and cost over the threshold, calibration, kinds."""
    membership = access.membership_for(access.user_of(request), slug, Role.REVIEWER)
    project = membership.project
    checkpoint = access.checkpoint_for(project, checkpoint_id)
    figures = figures_of(project, checkpoint)
    context = {
        "project": project,
        "role": membership.role,
        "tab": "checkpoints",
        "checkpoint": checkpoint,
        "figures": figures,
        "costs": [cost for cost in figures.curve if round(100 * cost.threshold) % TABLED == 0] if figures else [],
        "thresholds": threshold_plot(figures) if figures else None,
        "calibration": calibration_plot(figures) if figures else None,
    }
    return render_page(request, LABELS, context)
