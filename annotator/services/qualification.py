"""The tutorial that a project may require: how far somebody is in it, and whether the desk opens to them."""

from dataclasses import dataclass

from django.db import transaction

from annotator.models import Check, CheckResult, Membership, Project, Role, User
from annotator.services import audit
from annotator.services.check_results import f1_of


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's way through a tutorial: scenes done of all there are, and F1 in [0, 1] on their words so far."""

    done: int
    total: int
    f1: float
    pass_mark: float = 0.0

    @property
    def is_complete(self) -> bool:
        """Whether every scene is done."""
        return self.done >= self.total

    @property
    def has_passed(self) -> bool:
        """Whether every scene is done, well enough."""
        return self.is_complete and self.f1 >= self.pass_mark


def standing_of(user: User, tutorial: Project, pass_mark: float = 0.0) -> Standing:
    """How far the person is in a tutorial."""
    results = CheckResult.objects.of_person(user, tutorial).filter(check_done__is_retired=False).summed()
    total = Check.objects.filter(project=tutorial, is_retired=False).count()
    return Standing(results["done"], total, f1_of(results), pass_mark)


def missing_standing(membership: Membership) -> Standing | None:
    """Why the desk does not open to a member yet; None where it does.

    It opens to reviewers and managers, to those whom a manager admitted, and to everybody else once they passed the tutorial.
    """
    project = membership.project
    is_free = project.tutorial_id is None or membership.is_admitted or Role(membership.role).includes(Role.REVIEWER)
    if is_free or project.tutorial is None:
        return None
    standing = standing_of(membership.user, project.tutorial, project.pass_mark)
    return None if standing.has_passed else standing


@transaction.atomic
def enter_tutorial(*, membership: Membership) -> Project | None:
    """The tutorial that a project requires, if any; a member who did not belong to it is an annotator of it from now on."""
    tutorial = membership.project.tutorial
    if tutorial is not None:
        values = {"role": Role.ANNOTATOR}
        _, is_new = Membership.objects.get_or_create(project=tutorial, user=membership.user, defaults=values)
        if is_new:
            audit.record(actor=membership.user, act="enter tutorial", subject=membership.user.email, project=tutorial)
    return tutorial


@transaction.atomic
def admit(*, membership: Membership, actor: User) -> None:
    """Open the desk to a member, whatever the tutorial says."""
    membership.is_admitted = True
    membership.save(update_fields=["is_admitted"])
    audit.record(actor=actor, act="admit", subject=membership.user.email, project=membership.project)
