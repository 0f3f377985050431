"""The tutorial that a project may require: who has to pass it, and when the desk opens."""

from collections.abc import Callable

import pytest

from annotator.models import AuditEntry, Check, Item, Membership, Project, Role, User
from annotator.services.checks import retire
from annotator.services.members import set_role
from annotator.services.qualification import Standing, admit, enter_tutorial, standing_of
from rewardmodel.records import Span
from tests.annotator.tutorials import RED, answer, missing

pytestmark = pytest.mark.django_db


def test_without_a_tutorial_the_desk_is_open(alice: User) -> None:
    assert missing(alice) is None


def test_it_opens_when_all_is_done_well_enough(tutorial: Project, alice: User) -> None:
    assert missing(alice) == Standing(done=0, total=3, f1=1.0, pass_mark=0.7)
    answer(tutorial, alice, [RED, []])
    assert missing(alice) == Standing(done=2, total=3, f1=1.0, pass_mark=0.7)  # well enough, but not all
    answer(tutorial, alice, [[*RED, Span(6, 10)]])
    assert standing_of(alice, tutorial).f1 == pytest.approx(0.8)
    assert missing(alice) is None


def test_it_stays_closed_to_whoever_did_badly_until_a_manager_opens_it(tutorial: Project, alice: User, mary: User) -> None:
    answer(tutorial, alice, [RED, [], []])
    standing = missing(alice)
    assert standing is not None
    assert (standing.is_complete, standing.has_passed, standing.f1) == (True, False, pytest.approx(2 / 3))
    admit(membership=Membership.objects.get(user=alice, project__slug="kites"), actor=mary)
    assert missing(alice) is None
    assert (AuditEntry.objects.latest("id").act, AuditEntry.objects.latest("id").subject) == ("admit", alice.email)


def test_reviewers_and_managers_need_none(tutorial: Project, rita: User, mary: User) -> None:
    assert (missing(rita), missing(mary)) == (None, None)


def test_what_is_retired_need_not_be_done(tutorial: Project, alice: User, mary: User) -> None:
    answer(tutorial, alice, [RED, []])
    retire(check=Check.objects.filter(project=tutorial).latest("pk"), user=mary)
    assert missing(alice) is None


def test_entering_makes_a_member_once_and_changes_no_role(tutorial: Project, alice: User, mary: User) -> None:
    membership = Membership.objects.get(user=alice)
    assert [enter_tutorial(membership=membership) for _ in range(2)] == [tutorial, tutorial]
    assert Membership.objects.get(user=alice, project=tutorial).role == Role.ANNOTATOR
    assert AuditEntry.objects.filter(act="enter tutorial").count() == 1
    set_role(project=tutorial, user=mary, role=Role.MANAGER, actor=None)
    enter_tutorial(membership=Membership.objects.get(user=mary, project__slug="kites"))
    assert Membership.objects.get(user=mary, project=tutorial).role == Role.MANAGER


def test_a_tutorial_that_is_gone_closes_nothing(tutorial: Project, alice: User, item: Item) -> None:
    tutorial.delete()
    assert missing(alice) is None
    assert enter_tutorial(membership=Membership.objects.get(user=alice)) is None


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_a_new_role_opens_the_desk(tutorial: Project, alice: User, role: Role, make_items: Callable[..., list[Item]]) -> None:
    set_role(project=Project.objects.get(slug="kites"), user=alice, role=role, actor=None)
    assert missing(alice) is None
