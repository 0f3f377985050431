"""Projects and members from the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from annotator.models import Checkpoint, Membership, Project, Role, User
from annotator.services.checkpoints import ensure_shipped


@pytest.fixture
def checkpoint(db: None) -> Checkpoint:
    """What new projects begin with."""
    return ensure_shipped()


def said_by(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def test_create_project_makes_manager_who_can_set_a_password(checkpoint: Checkpoint) -> None:
    said = said_by("create_project", "Kites and boats", "--manager", "Mary@example.org")
    project, mary = Project.objects.get(slug="kites-and-boats"), User.objects.get(email="mary@example.org")
    assert Membership.objects.get(project=project).role == Role.MANAGER
    assert project.active_checkpoint == checkpoint
    assert not mary.has_usable_password()
    path = said.rstrip().partition("<address of this site>")[2]
    assert Client().get(path, follow=True).status_code == 200


def test_create_project_gives_the_same_name_another_address(checkpoint: Checkpoint) -> None:
    for _ in range(2):
        said_by("create_project", "Kites", "--manager", "mary@example.org")
    assert list(Project.objects.order_by("slug").values_list("slug", flat=True)) == ["kites", "kites-2"]


@pytest.mark.parametrize(
    ("name", "email", "reason"), [("***", "m@example.org", "Latin letter"), ("Kites", "mary", "not an e-mail")]
)
def test_create_project_refuses(name: str, email: str, reason: str, checkpoint: Checkpoint) -> None:
    with pytest.raises(CommandError, match=reason):
        said_by("create_project", name, "--manager", email)
    assert Project.objects.count() == 0


def test_add_member_adds_and_changes_the_role(project: Project, bob: User) -> None:
    said = said_by("add_member", "kites", "bob@example.org")
    assert said == "bob@example.org is annotator in 'kites'\n"
    said_by("add_member", "kites", "bob@example.org", "--role", "reviewer")
    assert Membership.objects.get(user=bob).role == Role.REVIEWER


def test_add_member_keeps_the_last_manager(project: Project, mary: User) -> None:
    with pytest.raises(CommandError, match="only manager"):
        said_by("add_member", "kites", "mary@example.org")
    assert Membership.objects.get(user=mary).role == Role.MANAGER


def test_add_member_names_the_missing_project(db: None) -> None:
    with pytest.raises(CommandError, match="There is no project 'boats'"):
        said_by("add_member", "boats", "bob@example.org")
