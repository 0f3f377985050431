"""People join, change roles and leave; somebody who can manage always stays."""

import pytest

from annotator.models import AuditEntry, Item, Lease, Membership, Project, Role, User
from annotator.services.members import LastManagerError, remove_member, set_role
from annotator.services.queue import take_next

pytestmark = pytest.mark.django_db


def test_person_joins_and_changes_role(project: Project, mary: User, bob: User) -> None:
    set_role(project=project, user=bob, role=Role.ANNOTATOR, actor=mary)
    membership = set_role(project=project, user=bob, role=Role.REVIEWER, actor=mary)
    assert list(Membership.objects.filter(user=bob)) == [membership]
    assert membership.role == Role.REVIEWER
    assert [(entry.act, entry.subject, entry.details["role"]) for entry in AuditEntry.objects.order_by("id")] == [
        ("set role", "bob@example.org", "annotator"),
        ("set role", "bob@example.org", "reviewer"),
    ]


def test_last_manager_stays(project: Project, mary: User, alice: User) -> None:
    for act in (
        lambda: set_role(project=project, user=mary, role=Role.REVIEWER, actor=mary),
        lambda: remove_member(project=project, user=mary, actor=mary),
    ):
        with pytest.raises(LastManagerError, match="Mary is the only manager of Kites: name another one first"):
            act()
    set_role(project=project, user=alice, role=Role.MANAGER, actor=mary)
    remove_member(project=project, user=mary, actor=mary)
    assert not Membership.objects.filter(user=mary).exists()


def test_manager_of_another_project_does_not_help(project: Project, mary: User, alice: User) -> None:
    other = Project.objects.create(name="Other", slug="other")
    Membership.objects.create(project=other, user=alice, role=Role.MANAGER)
    with pytest.raises(LastManagerError):
        remove_member(project=project, user=mary, actor=mary)


def test_who_leaves_gives_back_what_was_on_the_desk(project: Project, mary: User, alice: User, item: Item) -> None:
    take_next(project=project, user=alice)
    remove_member(project=project, user=alice, actor=mary)
    assert Lease.objects.count() == 0
    assert Item.objects.get().open_slots == 1


def test_removing_a_stranger_does_nothing(project: Project, mary: User, bob: User) -> None:
    remove_member(project=project, user=bob, actor=mary)
    assert AuditEntry.objects.count() == 0
