"""Projects: the list, one project's overview, its settings."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from annotator.forms.projects import NewProjectForm, ProjectForm, too_long
from annotator.forms.studies import StudyForm
from annotator.http import render_page
from annotator.models import Annotation, Item, Membership, Project, Review, Role, Run, Study, User
from annotator.services.projects import change_settings, start_project
from annotator.views import access
from annotator.views.metrics import mostly_missed
from annotator.views.progress import active_people, knows_drawings, progress_for, workers_now

LIST, NEW, OVERVIEW, SETTINGS = "projects/list.html", "projects/new.html", "projects/overview.html", "projects/settings.html"
COUNTED = 1_000


@require_GET
@login_required
def list_projects(request: HttpRequest) -> HttpResponse:
    """The projects that the person belongs to."""
    user = access.user_of(request)
    items = Item.objects.data_of(OuterRef("project")).order_by().values("project").annotate(n=Count("pk")).values("n")
    done = Annotation.objects.counted(OuterRef("project"))
    counted = done.order_by().values("item__project").annotate(n=Count("pk")).values("n")
    memberships = (
        Membership.objects.filter(user=user)
        .select_related("project")
        .annotate(items=Coalesce(Subquery(items), 0), annotated=Coalesce(Subquery(counted), 0))
        .annotate(wanted=F("items") * F("project__annotators_per_item"))
        .order_by("project__name")
    )
    return render_page(request, LIST, {"memberships": memberships, "may_create": access.may_create_projects(user)})


@require_http_methods(["GET", "POST"])
@login_required
def create_project(request: HttpRequest) -> HttpResponse:
    """A new project, managed by whoever makes it."""
    user = access.user_of(request)
    access.require_project_maker(user)
    form = NewProjectForm(request.POST or None)
    if not form.is_valid():
        return render_page(request, NEW, {"form": form}, status=422 if form.is_bound else 200)
    project = start_project(
        name=form.cleaned_data["name"], slug=form.slug(), instructions=form.cleaned_data["instructions"], user=user
    )
    return redirect("show-project", project.slug)


@require_GET
@login_required
def show_project(request: HttpRequest, slug: str) -> HttpResponse:
    """Where the project stands; its partial asks again while the scorer is at work."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug)
    project = membership.project
    context = {
        "project": project,
        "role": membership.role,
        "tab": "overview",
        "progress": progress_for(membership),
        "workers": workers_now(),
        "runs": Run.objects.filter(project=project).select_related("started_by")[:5],
        "people": active_people(project),
        "mine": _my_count(project, user),
        "knows_drawings": knows_drawings(project.active_checkpoint),
        "mostly_missed": mostly_missed(project.active_checkpoint),
        "to_settle": _to_settle(membership),
    }
    return render_page(request, OVERVIEW, context, partial="progress")


def _to_settle(membership: Membership) -> str | None:
    """How many items there are that people differ on, for those who may settle them; no more are counted than COUNTED."""
    if not Role(membership.role).includes(Role.REVIEWER):
        return None
    count = Review.objects.of_data(membership.project).filter(state=Review.State.OPEN)[: COUNTED + 1].count()
    return str(count) if count <= COUNTED else _("more than %(count)s") % {"count": intcomma(COUNTED)}


def _my_count(project: Project, user: User) -> int:
    """Checks are counted like all others: else the count would tell them."""
    return Annotation.objects.history_of(user, project).count()


@require_http_methods(["GET", "POST"])
@login_required
def edit_project(request: HttpRequest, slug: str) -> HttpResponse:
    """The settings of a project, for its managers."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug, Role.MANAGER)
    form = ProjectForm(request.POST or None, instance=membership.project, user=user)
    if form.is_valid():
        project = Project.objects.get(pk=membership.project_id)
        change_settings(project=project, values=form.wishes(), user=user)
        messages.success(request, _("The settings are saved."))
        if project.slots_counted_to is not None:
            messages.info(request, _("The items follow the new number of people within minutes, as there are many."))
        return redirect("edit-project", slug)
    return settings_page(request, membership, form=form)


def settings_page(
    request: HttpRequest, membership: Membership, *, form: ProjectForm | None = None, study_form: StudyForm | None = None
) -> HttpResponse:
    """The settings with their forms; the one that was sent, if any, says what is wrong with it."""
    project = Project.objects.get(pk=membership.project_id)
    context = {
        "project": project,
        "role": membership.role,
        "tab": "settings",
        "form": form or ProjectForm(instance=project, user=access.user_of(request)),
        "study_form": study_form or StudyForm(),
        "study": Study.objects.going_on().filter(project=project).first(),
    }
    is_refused = any(sent is not None and sent.is_bound for sent in (form, study_form))
    return render_page(request, SETTINGS, context, status=422 if is_refused else 200)


@require_POST
@login_required
def preview_instructions(request: HttpRequest, slug: str) -> HttpResponse:
    """The instructions as they will stand beside the desk."""
    access.membership_for(access.user_of(request), slug, Role.MANAGER)
    text = request.POST.get("instructions", "")
    reason = too_long(text)
    return render_page(request, f"{SETTINGS}#preview", {"text": "" if reason else text, "reason": reason})
