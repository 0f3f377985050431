"""Exports: start one, see the ones there are, fetch the file."""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from annotator.forms.exports import ExportForm
from annotator.http import render_page
from annotator.models import Role, Run
from annotator.services.runs import start_run
from annotator.views import access
from annotator.views.progress import progress_of, workers_now

EXPORT = "exports/export.html"
SHOWN = 10


@require_http_methods(["GET", "POST"])
@login_required
def export_items(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose what to export; a run writes the file."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug, Role.MANAGER)
    project = membership.project
    form = ExportForm(request.POST or None)
    if form.is_valid():
        run = start_run(project=project, kind=Run.Kind.EXPORT, user=user, parameters=form.cleaned_data)
        return redirect("show-run", slug, run.pk)
    context = {
        "project": project,
        "role": membership.role,
        "tab": "export",
        "form": form,
        "progress": progress_of(project),
        "exports": Run.objects.filter(project=project, kind=Run.Kind.EXPORT).select_related("started_by")[:SHOWN],
        "workers": workers_now(),
    }
    return render_page(request, EXPORT, context, status=422 if form.is_bound else 200)


@require_GET
@login_required
def download_export(request: HttpRequest, slug: str, run_id: int) -> HttpResponseBase:
    """The file of a finished export."""
    run = access.run_for(access.membership_for(access.user_of(request), slug, Role.MANAGER).project, run_id)
    path = Path(run.report.get("path", ""))
    if run.kind != Run.Kind.EXPORT or run.status != Run.Status.DONE or not path.is_file():
        raise Http404("This run has no file to fetch")
    if not path.resolve().is_relative_to((settings.DATA_FOLDER / "exports").resolve()):
        raise Http404("The file lies outside the folder for exports")
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type="application/octet-stream")
