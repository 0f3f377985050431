"""Members: who belongs to a project, in which role."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from annotator.forms.members import MemberForm, RoleForm
from annotator.http import render_page
from annotator.models import Membership, Role, User
from annotator.services import members
from annotator.services.people import end_links, invite
from annotator.templatetags.labels import inside
from annotator.views import access
from annotator.views.invitations import invitation_path

LIST = "members/list.html"


@require_http_methods(["GET", "POST"])
@login_required
def list_members(request: HttpRequest, slug: str) -> HttpResponse:
    """The members; a POST adds one by e-mail address."""
    user = access.user_of(request)
    membership = access.membership_for(user, slug, Role.MANAGER)
    project = membership.project
    form = MemberForm(request.POST or None)
    invitation = ""
    if form.is_valid() and (person := _added(form, membership)):
        role = inside(str(Role(form.cleaned_data["role"]).label))
        text = _("%(person)s is %(role)s in %(project)s now.") % {"person": person, "role": role, "project": project}
        messages.success(request, text)
        if person.has_usable_password():
            return redirect("list-members", slug)
        if not access.may_let_in(user, person):
            _end_links(request, person)
            return redirect("list-members", slug)
        invitation, form = request.build_absolute_uri(invitation_path(person)), MemberForm()
    found = Membership.objects.filter(project=project).select_related("user").order_by("user__email")
    context = {"project": project, "role": membership.role, "tab": "members", "form": form, "memberships": found}
    context |= {"roles": Role.choices, "invitation": invitation}
    return render_page(request, LIST, context, status=422 if form.is_bound else 200)


def _end_links(request: HttpRequest, person: User) -> None:
    """Whoever invited the person elsewhere, and has the link, must not be able to be them here."""
    end_links(person=person)
    text = _(
        "%(person)s was invited to another project first and has no password yet. The link from there no longer works: whoever "
        "runs this installation has a new one."
    )
    messages.info(request, text % {"person": person})


def _added(form: MemberForm, membership: Membership) -> User | None:
    """The person who was added; the form says why nobody was."""
    person = invite(email=form.cleaned_data["email"])
    try:
        members.set_role(project=membership.project, user=person, role=Role(form.cleaned_data["role"]), actor=membership.user)
    except members.LastManagerError as error:
        form.add_error("role", str(error))
        return None
    return person


@require_POST
@login_required
def change_role(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """Give a member another role."""
    user = access.user_of(request)
    project = access.membership_for(user, slug, Role.MANAGER).project
    member = access.membership_of(project, membership_id).user
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such role."))
        return redirect("list-members", slug)
    try:
        members.set_role(project=project, user=member, role=Role(form.cleaned_data["role"]), actor=user)
    except members.LastManagerError as error:
        messages.error(request, str(error))
    return redirect("list-members" if user != member or form.cleaned_data["role"] == Role.MANAGER else "show-project", slug)


@require_POST
@login_required
def remove_member(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    """End a membership; what the person annotated stays."""
    user = access.user_of(request)
    project = access.membership_for(user, slug, Role.MANAGER).project
    member = access.membership_of(project, membership_id).user
    try:
        members.remove_member(project=project, user=member, actor=user)
    except members.LastManagerError as error:
        messages.error(request, str(error))
        return redirect("list-members", slug)
    text = _("%(person)s is no longer a member. What they annotated stays.")
    messages.success(request, text % {"person": member})
    return redirect("list-projects") if user == member else redirect("list-members", slug)
