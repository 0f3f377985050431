"""Who belongs to a project, and in which role."""

from django.db import transaction
from django.utils.translation import gettext as _

from annotator.models import Lease, Membership, Project, Role, User
from annotator.services import audit, queue


class LastManagerError(ValueError):
    """A project must keep somebody who can manage it."""


@transaction.atomic
def set_role(*, project: Project, user: User, role: Role, actor: User | None) -> Membership:
    """Make the person a member with this role, or change the role they have. Raises LastManagerError."""
    _lock(project)
    if role != Role.MANAGER:
        _refuse_last_manager(project, user)
    membership, _ = Membership.objects.update_or_create(project=project, user=user, defaults={"role": role})
    audit.record(actor=actor, act="set role", subject=user.email, project=project, details={"role": Role(role).value})
    return membership


@transaction.atomic
def remove_member(*, project: Project, user: User, actor: User | None) -> None:
    """End a membership. What the person annotated stays; what they had on their desk goes back. Raises LastManagerError."""
    _lock(project)
    _refuse_last_manager(project, user)
    if not Membership.objects.filter(project=project, user=user).delete()[0]:
        return
    for lease in Lease.objects.filter(annotator=user, item__project=project):
        queue.release(lease=lease)
    audit.record(actor=actor, act="remove member", subject=user.email, project=project)


def _lock(project: Project) -> None:
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # two managers must not remove each other at once


def _refuse_last_manager(project: Project, user: User) -> None:
    managers = set(Membership.objects.filter(project=project, role=Role.MANAGER).values_list("user_id", flat=True))
    if managers == {user.pk}:
        raise LastManagerError(
            _("%(person)s is the only manager of %(project)s: name another one first") % {"person": user, "project": project}
        )
