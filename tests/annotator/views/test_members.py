"""Members: adding by address, roles, removal; a project always keeps a manager."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client

from annotator.models import Membership, Project, Role, User
from annotator.views.access import may_let_in

MEMBERS = "/projects/kites/members/"


def role_of(user: User) -> str | None:
    return Membership.objects.filter(user=user).values_list("role", flat=True).first()


@pytest.mark.django_db
def test_a_person_with_an_account_is_added(mary: User, bob: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(mary).post(MEMBERS, {"email": "BOB@example.org", "role": "reviewer"})
    assert (response.status_code, role_of(bob), User.objects.count()) == (302, "reviewer", 2)


@pytest.mark.django_db
def test_a_new_person_gets_a_link_to_choose_a_password_once(mary: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(mary).post(MEMBERS, {"email": "eve@example.org", "role": "annotator"})
    link = urlsplit(response.context["invitation"]).path
    eve = Client()
    form = eve.get(link, follow=True)
    password = {"password1": "a long enough secret", "password2": "a long enough secret"}
    assert eve.post(form.redirect_chain[-1][0], password).status_code == 302
    assert User.objects.get(email="eve@example.org").check_password("a long enough secret")
    assert b"Bad Token" in Client().get(link, follow=True).content
    again = client_of(mary).post(MEMBERS, {"email": "eve@example.org", "role": "reviewer"}, follow=True)
    assert again.context["invitation"] == ""


@pytest.mark.django_db
def test_nobody_gets_into_an_account_that_another_project_made(
    mary: User, alice: User, project: Project, client_of: Callable[[User], Client]
) -> None:
    boats = Project.objects.create(name="Boats", slug="boats")
    mine = Membership.objects.create(project=boats, user=alice, role=Role.MANAGER)
    invited = client_of(mary).post(MEMBERS, {"email": "eve@example.org", "role": "manager"})
    link = urlsplit(invited.context["invitation"]).path
    again = client_of(mary).post(MEMBERS, {"email": "eve@example.org", "role": "manager"})
    assert again.context["invitation"]  # whose only projects are hers
    theirs = client_of(alice).post("/projects/boats/members/", {"email": "eve@example.org", "role": "annotator"}, follow=True)
    assert theirs.context["invitation"] == ""
    assert "was invited to another project first" in theirs.content.decode()
    eve = User.objects.get(email="eve@example.org")
    assert set(Membership.objects.filter(user=eve).values_list("project__slug", flat=True)) == {"kites", "boats"}
    assert b"Bad Token" in Client().get(link, follow=True).content  # Mary can't become Eve in Alice's project
    assert not may_let_in(mary, eve)  # now something of Alice's depends on it, too
    assert may_let_in(User(is_superuser=True), eve)
    mine.delete()
    assert not may_let_in(alice, eve)
    User.objects.filter(pk=eve.pk).update(is_staff=True)
    Membership.objects.filter(user=eve, project=boats).delete()
    assert not may_let_in(mary, User.objects.get(pk=eve.pk))


@pytest.mark.django_db
def test_roles_change_and_members_go(mary: User, alice: User, client_of: Callable[[User], Client]) -> None:
    membership = Membership.objects.get(user=alice)
    client_of(mary).post(f"{MEMBERS}{membership.pk}/role/", {"role": "manager"})
    assert role_of(alice) == "manager"
    client_of(mary).post(f"{MEMBERS}{membership.pk}/remove/")
    assert role_of(alice) is None


@pytest.mark.django_db
def test_the_last_manager_stays(mary: User, project: Project, client_of: Callable[[User], Client]) -> None:
    membership = Membership.objects.get(user=mary)
    client = client_of(mary)
    for address, values in [(f"{membership.pk}/role/", {"role": "annotator"}), (f"{membership.pk}/remove/", {})]:
        page = client.post(MEMBERS + address, values, follow=True).content.decode()
        assert "is the only manager of Kites" in page
    response = client.post(MEMBERS, {"email": mary.email, "role": Role.ANNOTATOR})
    assert (response.status_code, role_of(mary)) == (422, "manager")


@pytest.mark.django_db
def test_a_role_that_does_not_exist_changes_nothing(mary: User, alice: User, client_of: Callable[[User], Client]) -> None:
    membership = Membership.objects.get(user=alice)
    client_of(mary).post(f"{MEMBERS}{membership.pk}/role/", {"role": "emperor"})
    assert role_of(alice) == "annotator"
