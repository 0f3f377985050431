"""Checks and tutorials: made, planted and retired by managers; entered by whoever has to pass one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from annotator.forms.checks import PlantForm, TutorialForm
from annotator.http import render_page
from annotator.models import Role
from annotator.services import checks, qualification, retakes
from annotator.views import access

TUTORIAL = "projects/tutorial.html"


@require_POST
@login_required
def mark_check(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """Use an item as a check, with the manager's own judgement as the answer."""
    user = access.user_of(request)
    access.membership_for(user, slug, Role.MANAGER)
    try:
        check = checks.mark_gold(item=access.item_of(user, slug, item_id), user=user)
    except checks.CheckError as error:
        messages.error(request, f"{error}.")
        return redirect("show-item", slug, item_id)
    messages.success(
        request,
        _("It is a check now, as item %(number)s: the same picture and response, handed out among the others.")
        % {"number": check.item_id},
    )
    return redirect("show-item", slug, check.item_id)


@require_POST
@login_required
def retire_check(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """Hand a check out no more."""
    user = access.user_of(request)
    project = access.membership_for(user, slug, Role.MANAGER).project
    checks.retire(check=access.check_for(project, item_id), user=user)
    messages.success(request, _("It is handed to nobody any more. What people did on it stays."))
    return redirect("show-item", slug, item_id)


@require_POST
@login_required
def plant_errors(request: HttpRequest, slug: str) -> HttpResponse:
    """Make checks out of responses that are known to be right."""
    user = access.user_of(request)
    project = access.membership_for(user, slug, Role.MANAGER).project
    form = PlantForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("How many? 1 to %(most)s at once.") % {"most": checks.MOST_PLANTED})
        return redirect("list-people", slug)
    made = checks.plant(project=project, count=form.cleaned_data["count"], user=user)
    if made:
        messages.success(request, _("%(count)s planted.") % {"count": made})
    else:
        text = _("Nothing to plant in: it takes responses that somebody found right, or set right by replacements.")
        messages.info(request, text)
    return redirect("list-people", slug)


@require_POST
@login_required
def enter_tutorial(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin or go on with the tutorial that the project requires."""
    tutorial = qualification.enter_tutorial(membership=access.membership_for(access.user_of(request), slug))
    return redirect("take-item", tutorial.slug) if tutorial else redirect("show-project", slug)


@require_POST
@login_required
def take_again(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin the tutorial once more, that the project requires or is; where something is left to do in it, go on."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug)
    tutorial = membership.project if membership.project.is_tutorial else qualification.enter_tutorial(membership=membership)
    if tutorial is None:
        return redirect("show-project", slug)
    retakes.take_again(tutorial=tutorial, user=user)
    return redirect("take-item", tutorial.slug)


@require_POST
@login_required
def ask_again(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Ask somebody to take the tutorial again."""
    user = access.user_of(request)
    project = access.membership_for(user, slug, Role.MANAGER).project
    member = access.membership_of(project, membership_id)
    retakes.ask_again(membership=member, actor=user)
    messages.success(
        request, _("The desk opens to %(person)s once they have passed the tutorial again.") % {"person": member.user}
    )
    return redirect("list-people", slug)


@require_POST
@login_required
def admit(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Open the desk to somebody who has not passed the tutorial."""
    user = access.user_of(request)
    project = access.membership_for(user, slug, Role.MANAGER).project
    member = access.membership_of(project, membership_id)
    qualification.admit(membership=member, actor=user)
    messages.success(request, _("The desk is open to %(person)s.") % {"person": member.user})
    return redirect("list-people", slug)


@require_http_methods(["GET", "POST"])
@login_required
def create_tutorial(request: HttpRequest) -> HttpResponse:
    """A tutorial of drawn scenes, managed by whoever makes it."""
    user = access.user_of(request)
    access.require_project_maker(user)
    form = TutorialForm(request.POST or None, initial={"name": _("Tutorial")})
    if not form.is_valid():
        return render_page(request, TUTORIAL, {"form": form}, status=422 if form.is_bound else 200)
    from annotator.services.drawn import create_tutorial as create  # noqa: PLC0415 -- the scenes, which are seldom drawn

    project = create(name=form.cleaned_data["name"], slug=form.slug(), user=user)
    messages.success(request, _("The tutorial is there. Add people, or require it in the settings of another project."))
    return redirect("show-project", project.slug)
