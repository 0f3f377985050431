"""Studies: what the latest has come to, its beginning and end, its analysis set for statistics of one's own."""

import csv
import json
import time
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from annotator.forms.studies import StudyForm
from annotator.http import render_page
from annotator.models import Role, Study
from annotator.services import studies
from annotator.services.assignment import block_size
from annotator.services.study_estimates import LEAST_CAPTIONS, LEAST_PEOPLE, Judged
from annotator.services.study_report import StudyReport, analysis_set, report_of
from annotator.views import access
from annotator.views.progress import COUNTING_SHARE
from annotator.views.projects import settings_page
from annotator.views.study_plot import plot_of

STUDY = "studies/study.html"
COLUMNS = ("item", "annotator", "arm", "block", "place", "active_seconds", "words_wrong", "errors_of_others", "errors_missed")
EARLIER = 20
LONG = 2.0  # seconds: what thousands of judgements take


@require_GET
@login_required
def show_study(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures of the latest study, or of an earlier one."""
    membership = access.membership_for(access.user_of(request), slug, Role.REVIEWER)
    project = membership.project
    study = access.study_for(project, request.GET.get("study", ""))
    report = _report(study) if study else None
    context = {
        "project": project,
        "role": membership.role,
        "tab": "study",
        "study": study,
        "report": report,
        "rows": list(zip(report.arms, report.handed_out, strict=True)) if report else [],
        "plot": plot_of(report) if report else None,
        "earlier": [other for other in Study.objects.filter(project=project)[:EARLIER] if other != study],
        "least_captions": LEAST_CAPTIONS,
        "least_people": LEAST_PEOPLE,
    }
    return render_page(request, STUDY, context)


def _report(study: Study) -> StudyReport:
    """The figures; where they take long to work out, those of a while ago."""
    known: StudyReport | None = cache.get(f"study:{study.pk}")
    if known is not None:
        return known
    began = time.monotonic()
    report = report_of(study)
    took = time.monotonic() - began
    if took > LONG:
        cache.set(f"study:{study.pk}", report, COUNTING_SHARE * took)
    return report


@require_POST
@login_required
def start_study(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a study begin, or say clearly why not."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug, Role.MANAGER)
    form = StudyForm(request.POST)
    if form.is_valid():
        arms, seed = form.cleaned_data["arms"], form.cleaned_data["seed"]
        try:
            studies.start_study(project=membership.project, arms=arms, seed=seed, user=user)
        except ValueError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The study has begun: items that are handed out from now on belong to it."))
            return redirect("show-study", slug)
    return settings_page(request, membership, study_form=form)


@require_POST
@login_required
def end_study(request: HttpRequest, slug: str) -> HttpResponse:
    """Let the study that goes on end."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug, Role.MANAGER)
    if studies.end_study(project=membership.project, user=user):
        messages.success(request, _("The study has ended: items come with highlights again."))
    return redirect("show-study", slug)


@require_GET
@login_required
def download_study(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The analysis set as CSV or JSON, one row a judgement."""
    project = access.membership_for(access.user_of(request), slug, Role.MANAGER).project
    study = access.study_for(project, request.GET.get("study", ""))
    if study is None:
        raise Http404("No study yet")
    rows = (_row(study, one) for one in analysis_set(study))
    form = "json" if request.GET.get("format") == "json" else "csv"
    body, media_type = (_json(rows), "application/json") if form == "json" else (_csv(rows), "text/csv")
    name = f"{project.slug}-study-{study.pk}.{form}"
    return StreamingHttpResponse(body, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _row(study: Study, one: Judged) -> tuple[Any, ...]:
    block = one.place // block_size(study.arms)
    return (one.item, one.annotator, one.arm, block, one.place, one.seconds, one.wrong, one.errors, one.missed)


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for row in rows:
        yield writer.writerow(row)


def _json(rows: Iterator[tuple[Any, ...]]) -> Iterator[str]:
    yield "["
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}\n{json.dumps(dict(zip(COLUMNS, row, strict=True)))}"
    yield "\n]\n"
