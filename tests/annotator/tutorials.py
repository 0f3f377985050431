"""A tutorial of three scenes: whom it keeps from the desk, and answers to it."""

from annotator.models import Check, Membership, Project, User
from annotator.services.qualification import Standing, missing_standing
from rewardmodel.records import Span
from rewardmodel.taxonomy import Kind
from tests.annotator.labelling import judge

RED = [Span(2, 5, Kind.ATTRIBUTE)]  # what is wrong in the first scene and the third


def missing(user: User) -> Standing | None:
    return missing_standing(Membership.objects.select_related("project").get(user=user, project__slug="kites"))


def answer(tutorial: Project, user: User, answers: list[list[Span]]) -> None:
    """To the first scenes that the person has not done."""
    left = Check.objects.filter(project=tutorial).exclude(results__annotator=user).order_by("pk")
    for check, spans in zip(left, answers, strict=False):
        judge(check.item, user, spans)
