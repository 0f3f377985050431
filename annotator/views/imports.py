"""Imports: the upload. What follows is shown on the page of the run."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from annotator.forms.imports import ImportForm
from annotator.http import render_page
from annotator.models import Role, Run
from annotator.services.runs import start_run
from annotator.services.uploads import UploadError, keep_uploads
from annotator.views import access
from annotator.views.progress import knows_drawings, workers_now

IMPORT = "imports/import.html"


@require_http_methods(["GET", "POST"])
@login_required
def import_items(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the files and start a run that checks them; nothing is stored in the project before somebody said yes."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug, Role.MANAGER)
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            paths = keep_uploads(lines=form.cleaned_data["lines"], pictures=form.cleaned_data["pictures"])
        except UploadError as error:
            form.add_error(None, str(error))
        else:
            parameters = {**paths, "fields": form.field_names()}
            run = start_run(project=membership.project, kind=Run.Kind.IMPORT, user=user, parameters=parameters)
            return redirect("show-run", slug, run.pk)
    context = {"project": membership.project, "role": membership.role, "tab": "import", "form": form, "workers": workers_now()}
    context["knows_drawings"] = knows_drawings(membership.project.active_checkpoint)
    return render_page(request, IMPORT, context, status=422 if form.is_bound else 200)
