"""People: how they work, for reviewers and managers; and for each person the same about themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from annotator.forms.checks import PlantForm
from annotator.forms.people import PeopleFilter
from annotator.http import render_page
from annotator.models import Annotation, Check, CheckResult, Membership, Project, Role, User
from annotator.services import people_figures
from annotator.services.check_results import told
from annotator.services.people_figures import Figures, figures_of
from annotator.services.qualification import Attempt, attempts_of, missing_standing, standing_of, tutorial_of
from annotator.views import access
from annotator.views.progress import judged_by

LIST, ME = "people/list.html", "people/me.html"
PAGE = 20  # people
TOLD = 20  # checks


@dataclass(frozen=True, slots=True)
class Line:
    """One member with their figures. `judged`: everything they submitted in the project, checks left out.

    `attempts`: how they did in the tutorial that the project requires, or is; the latest first.
    """

    membership: Membership
    judged: int
    figures: Figures
    attempts: list[Attempt]

    @property
    def is_asked(self) -> bool:
        """Whether a manager asked them to take it again, and they have not done anything in it since."""
        asked_at = self.membership.asked_again_at
        return asked_at is not None and not (self.attempts and self.attempts[0].at > asked_at)


@require_GET
@login_required
def list_people(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody's figures, a page at a time by address."""
    membership = access.membership_for(access.user_of(request), slug, Role.REVIEWER)
    project = membership.project
    tutorial = tutorial_of(project)
    after = PeopleFilter(request.GET).after_whom()
    members = Membership.objects.filter(project=project, user__email__gt=after).order_by("user__email")
    page = list(members.select_related("user")[: PAGE + 1])
    context = {
        "project": project,
        "role": membership.role,
        "tab": "people",
        "lines": _lines(project, page[:PAGE], tutorial),
        "tutorial": tutorial,
        "next_after": page[PAGE - 1].user.email if len(page) > PAGE else None,
        "checks": _checks_by_origin(project),
        "form": PlantForm(),
        "limits": people_figures,
    }
    return render_page(request, LIST, context)


@require_GET
@login_required
def show_me(request: HttpRequest, slug: str) -> HttpResponse:
    """What reviewers and managers see of the person, and nobody else's."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug)
    project = membership.project
    tutorial = tutorial_of(project)
    is_late = project.hides_checks and membership.role == Role.ANNOTATOR  # figures at once would tell them which were checks
    until = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) if is_late else None
    [line] = _lines(project, [membership], tutorial, until)
    context = {
        "project": project,
        "role": membership.role,
        "tab": "me",
        "line": line,
        "is_late": is_late,
        "standing": missing_standing(membership),
        "tutorial": tutorial,
        "attempts": line.attempts,
        "results": checks_told(project, user) if project.gives_feedback else None,
        "limits": people_figures,
    }
    return render_page(request, ME, context)


def _lines(
    project: Project, memberships: list[Membership], tutorial: Project | None, until: datetime | None = None
) -> list[Line]:
    user_ids = [membership.user_id for membership in memberships]
    judged = _judged_before(project, user_ids, until) if until else judged_by(project, user_ids)
    figures = figures_of(project, user_ids, until)
    attempts = attempts_of(user_ids, tutorial) if tutorial else {}
    return [Line(one, judged.get(one.user_id, 0), figures[one.user_id], attempts.get(one.user_id, [])) for one in memberships]


def _judged_before(project: Project, user_ids: list[int], until: datetime) -> dict[int, int]:
    of_items = Annotation.objects.filter(item__project=project, item__is_check=False, status=Annotation.Status.SUBMITTED)
    submitted = of_items.filter(annotator__in=user_ids, submitted_at__lt=until).order_by()
    return dict(submitted.values_list("annotator").annotate(Count("pk")))


def _checks_by_origin(project: Project) -> dict[str, int]:
    checks = Check.objects.filter(project=project, is_retired=False).order_by()
    return dict(checks.values_list("origin").annotate(Count("pk")))


def checks_told(project: Project, user: User) -> list[dict[str, Any]]:
    """The person's latest checks, each with how they did; `is_first`: they changed it afterwards, and what came first counts."""
    results = CheckResult.objects.of_person(user, project).order_by("-submitted_at").select_related("check_done")[:TOLD]
    checks = {result.check_done.item_id: result for result in results}
    judged = Annotation.objects.filter(annotator=user, item__in=checks).select_related("item")
    by_item = {annotation.item_id: annotation for annotation in judged}
    return [
        {
            "item": item_id,
            "has_passed": result.has_passed,
            "is_first": result.submitted_at != by_item[item_id].submitted_at,
            "told": told(result.check_done, by_item[item_id]),
        }
        for item_id, result in checks.items()
        if item_id in by_item
    ]


def tutorial_end(project: Project, user: User) -> dict[str, Any]:
    """What is said at the end of a tutorial: how the person did, and which projects wait for them."""
    waiting = Membership.objects.filter(user=user, project__tutorial=project).select_related("project")[:PAGE]
    missing = [(one.project, missing_standing(one)) for one in waiting]
    lines = [{"project": waits, "is_open": not lacks, "is_asked": bool(lacks and lacks.is_asked)} for waits, lacks in missing]
    attempts = attempts_of([user.pk], project)[user.pk]
    return {"standing": standing_of(user, project), "attempts": attempts, "results": checks_told(project, user), "waiting": lines}
