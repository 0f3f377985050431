"""The tutorial that a project may require: how far somebody is in it, and whether the desk opens to them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from annotator.models import Annotation, Check, CheckResult, Membership, Project, Retake, Role, User
from annotator.services import audit
from annotator.services.check_results import f1_of

MOST_ATTEMPTS = 20  # that are looked at, the latest of each person


@dataclass(frozen=True, slots=True)
class Attempt:
    """One time that somebody took a tutorial: scenes done and passed, F1 in [0, 1] on their words, when they did the last."""

    number: int
    done: int
    passed: int
    f1: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody's way through a tutorial: scenes done of all there are, and F1 in [0, 1] on their words so far.

    `attempt`: which time they take it. `skipped`: scenes that they let go. `is_asked`: a manager wants them to take it again,
    and they have not since.
    """

    done: int
    total: int
    f1: float
    pass_mark: float = 0.0
    attempt: int = 1
    skipped: int = 0
    is_asked: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether every scene is done."""
        return self.done >= self.total

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do, this time."""
        return self.done + self.skipped >= self.total

    @property
    def has_passed(self) -> bool:
        """Whether every scene is done, well enough."""
        return self.is_complete and self.f1 >= self.pass_mark


def attempts_of(user_ids: Collection[int], tutorial: Project) -> dict[int, list[Attempt]]:
    """How each of those people did in a tutorial each time, the latest first. Scenes that were taken out are left out."""
    attempts: dict[int, list[Attempt]] = {user_id: [] for user_id in user_ids}
    for row in CheckResult.objects.by_attempt(tutorial, user_ids, MOST_ATTEMPTS):
        attempts[row["annotator"]].append(Attempt(row["attempt"], row["done"], row["passed"], f1_of(row), row["at"]))
    return attempts


def standing_of(user: User, tutorial: Project, pass_mark: float = 0.0) -> Standing:
    """How far the person is in a tutorial, the time that they take it now."""
    return _standing(user, tutorial, pass_mark, attempts_of([user.pk], tutorial)[user.pk], _scenes(tutorial))


def _scenes(tutorial: Project) -> int:
    return Check.objects.filter(project=tutorial, is_retired=False).count()


def _standing(user: User, tutorial: Project, pass_mark: float, attempts: list[Attempt], total: int) -> Standing:
    number = Retake.objects.number_of(user, tutorial)
    now = next((attempt for attempt in attempts if attempt.number == number), None)
    let_go = Annotation.objects.filter(annotator=user, status=Annotation.Status.SKIPPED, item__known__is_retired=False)
    skipped = let_go.filter(item__project=tutorial).count()
    return Standing(now.done if now else 0, total, now.f1 if now else 1.0, pass_mark, number, skipped)


def missing_standing(membership: Membership) -> Standing | None:
    """Why the desk does not open to a member yet; None where it does.

    It opens to reviewers and managers, to those whom a manager admitted, and to everybody else once they passed the tutorial: the
    last time they went through all of it, and since a manager asked them to take it again.
    """
    project = membership.project
    is_free = project.tutorial_id is None or membership.is_admitted or Role(membership.role).includes(Role.REVIEWER)
    if is_free or project.tutorial is None:
        return None
    user, tutorial, asked_at = membership.user, project.tutorial, membership.asked_again_at
    attempts, total = attempts_of([user.pk], tutorial)[user.pk], _scenes(tutorial)
    if not total:
        return None
    counted = [one for one in attempts if one.done >= total and (asked_at is None or one.at > asked_at)]
    if counted and counted[0].f1 >= project.pass_mark:
        return None
    standing = _standing(user, tutorial, project.pass_mark, attempts, total)
    return replace(standing, is_asked=asked_at is not None and not counted)


def tutorial_of(project: Project) -> Project | None:
    """The tutorial that a project requires, or is."""
    return project if project.is_tutorial else project.tutorial


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
