"""Every address against everybody: strangers, people of other projects, and each role. The list comes from the URLconf."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from annotator.models import Annotation, Checkpoint, Item, Lease, Membership, Project, Review, Role, Run, User
from annotator.services.queue import take_next

OTHERS = ("accounts/", "admin/")  # allauth and Django's admin guard their own pages
PUBLIC = {"health": 200, "choose-language": 302}  # what a stranger gets
OF_EVERYBODY = {"list-projects", "create-project", "create-tutorial", "save-keys"}  # not below a project
OUTSIDE = {*PUBLIC, *OF_EVERYBODY}
# name: method, then what an annotator, a reviewer and a manager get
EXPECTED = {
    "health": ("get", 200, 200, 200),
    "list-projects": ("get", 200, 200, 200),
    "create-project": ("get", 403, 403, 200),
    "save-keys": ("post", 422, 422, 422),  # an empty request
    "choose-language": ("post", 302, 302, 302),
    "create-tutorial": ("get", 403, 403, 200),
    "preview-instructions": ("post", 403, 403, 200),
    "enter-tutorial": ("post", 302, 302, 302),
    "take-again": ("post", 302, 302, 302),
    "plant-errors": ("post", 403, 403, 302),
    "mark-check": ("post", 403, 403, 302),
    "retire-check": ("post", 403, 403, 404),  # this item is no check
    "list-people": ("get", 403, 200, 200),
    "show-me": ("get", 200, 200, 200),
    "admit": ("post", 403, 403, 302),
    "ask-again": ("post", 403, 403, 302),
    "show-project": ("get", 200, 200, 200),
    "edit-project": ("get", 403, 403, 200),
    "show-study": ("get", 403, 200, 200),
    "start-study": ("post", 403, 403, 422),  # an empty request
    "end-study": ("post", 403, 403, 302),
    "download-study": ("get", 403, 403, 404),  # there is no study
    "list-items": ("get", 200, 200, 200),
    "show-item": ("get", 200, 200, 200),
    "withdraw-item": ("post", 403, 403, 302),
    "bring-item-back": ("post", 403, 403, 302),
    "show-image": ("get", 200, 200, 200),
    "show-thumbnail": ("get", 200, 200, 200),
    "list-reviews": ("get", 403, 200, 200),
    "show-review": ("get", 403, 200, 200),
    "settle-review": ("post", 403, 422, 422),  # an empty request
    "reopen-review": ("post", 403, 302, 302),
    "show-agreement": ("get", 403, 200, 200),
    "import-items": ("get", 403, 403, 200),
    "list-runs": ("get", 200, 200, 200),
    "show-run": ("get", 200, 200, 200),
    "confirm-import": ("post", 403, 403, 302),
    "cancel-run": ("post", 403, 403, 302),
    "withdraw-import": ("post", 403, 403, 302),
    "bring-import-back": ("post", 403, 403, 302),
    "download-export": ("get", 403, 403, 404),  # this run has no file
    "list-checkpoints": ("get", 200, 200, 200),
    "retrain": ("post", 403, 403, 302),
    "promote-checkpoint": ("get", 403, 403, 200),
    "show-labels": ("get", 403, 200, 200),
    "measure-checkpoint": ("post", 403, 403, 302),
    "export-items": ("get", 403, 403, 200),
    "list-members": ("get", 403, 403, 200),
    "change-role": ("post", 403, 403, 302),
    "remove-member": ("post", 403, 403, 302),
    "take-item": ("get", 200, 200, 200),
    "take-next": ("get", 200, 200, 200),
    "show-history": ("get", 200, 200, 200),
    "show-desk": ("get", 302, 302, 302),  # not on their desk: back to the item
    "save-events": ("post", 422, 422, 422),  # an empty request
    "help-out": ("post", 200, 200, 200),  # not on their desk: no answer
    "renew-lease": ("post", 200, 200, 200),
}


def patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if route.startswith(OTHERS):
            continue
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        else:
            yield route, pattern


ROUTES = dict(patterns(get_resolver()))
NAMES = [str(pattern.name) for pattern in ROUTES.values()]


@pytest.fixture
def arguments(scored: Item, run: Run, checkpoint: Checkpoint, review: Review, alice: User) -> dict[str, Any]:
    """A value for every part of an address that varies."""
    return {
        "slug": scored.project.slug,
        "item_id": scored.pk,
        "run_id": run.pk,
        "checkpoint_id": checkpoint.pk,
        "membership_id": Membership.objects.get(user=alice).pk,
    }


def ask(client: Client, name: str, arguments: dict[str, Any]) -> int:
    return getattr(client, EXPECTED[name][0])(address(name, arguments)).status_code


def address(name: str, arguments: dict[str, Any]) -> str:
    pattern = next(pattern for pattern in ROUTES.values() if pattern.name == name)
    below_project = {"slug"} if name not in OUTSIDE else set()
    wanted = {*pattern.pattern.converters, *below_project}
    return reverse(name, kwargs={key: arguments[key] for key in wanted})


def test_every_address_is_in_the_table() -> None:
    assert sorted(NAMES) == sorted(EXPECTED)


def test_everything_but_the_public_and_personal_pages_is_below_a_project() -> None:
    outside = {str(pattern.name) for route, pattern in ROUTES.items() if not route.startswith("projects/<slug:slug>/")}
    assert outside == OUTSIDE


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_stranger_is_sent_to_sign_in(name: str, arguments: dict[str, Any]) -> None:
    response = getattr(Client(), EXPECTED[name][0])(address(name, arguments))
    if name in PUBLIC:
        assert response.status_code == PUBLIC[name]
    else:
        assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/accounts/login/")


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(EXPECTED) - OUTSIDE))
def test_somebody_who_is_no_member_gets_404(
    name: str, arguments: dict[str, Any], bob: User, client_of: Callable[[User], Client]
) -> None:
    assert ask(client_of(bob), name, arguments) == 404
    bob.is_superuser = bob.is_staff = True
    bob.save()
    assert ask(client_of(bob), name, arguments) == 404  # superusers have the admin pages


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_what_the_table_says(
    name: str, role: Role, arguments: dict[str, Any], bob: User, scored: Item, client_of: Callable[[User], Client]
) -> None:
    Membership.objects.create(project=scored.project, user=bob, role=role)
    assert ask(client_of(bob), name, arguments) == EXPECTED[name][1 + list(Role).index(role)]


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(EXPECTED) - OUTSIDE))
def test_what_belongs_to_another_project_is_not_found_under_ones_own(
    name: str, arguments: dict[str, Any], bob: User, client_of: Callable[[User], Client]
) -> None:
    own = Project.objects.create(name="Other", slug="other")
    Membership.objects.create(project=own, user=bob, role=Role.MANAGER)
    theirs = Checkpoint.objects.create(project=Project.objects.get(slug="kites"), name="x", path="x", weights_sha256="1" * 64)
    pattern = next(pattern for pattern in ROUTES.values() if pattern.name == name)
    if pattern.pattern.converters:  # it has an id
        assert ask(client_of(bob), name, arguments | {"slug": "other", "checkpoint_id": theirs.pk}) == 404


@pytest.mark.django_db
def test_changing_pages_refuse_get(arguments: dict[str, Any], mary: User, client_of: Callable[[User], Client]) -> None:
    changing = sorted(name for name, expected in EXPECTED.items() if expected[0] == "post")
    answers = {name: client_of(mary).get(address(name, arguments)).status_code for name in changing}
    assert answers == {**dict.fromkeys(changing, 405), "settle-review": 302}  # where one comes back to after signing in


@pytest.mark.django_db
def test_the_desk_of_ones_own_item_opens(scored: Item, alice: User, client_of: Callable[[User], Client]) -> None:
    lease = take_next(project=scored.project, user=alice)
    assert lease == Lease.objects.get()
    assert client_of(alice).get(f"/projects/kites/desk/{scored.pk}/").status_code == 200


@pytest.mark.django_db
def test_admin_is_for_superusers_and_shows_immutable_rows_only(
    scored: Item, alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    Annotation.objects.create(item=scored, annotator=alice)
    assert client_of(mary).get("/admin/").status_code == 302
    mary.is_superuser = mary.is_staff = True
    mary.save()
    client = client_of(mary)
    for model in client.get("/admin/").context["available_apps"][-1]["models"]:
        assert client.get(model["admin_url"]).status_code == 200
    assert client.get("/admin/annotator/detection/add/").status_code == 403
    assert client.post(f"/admin/annotator/item/{scored.pk}/change/", {"response": "x"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["login/", "logout/", "password/change/", "password/reset/", "password/reset/done/", "email/"])
def test_accounts_pages_have_the_common_frame(page: str, alice: User, client_of: Callable[[User], Client]) -> None:
    client = Client() if page in {"login/", "password/reset/", "password/reset/done/"} else client_of(alice)
    response = client.get(f"/accounts/{page}")
    assert response.status_code == 200
    assert b'class="site-header"' in response.content


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "eve@example.org", "password1": "correct horse battery"})
    assert not User.objects.exists()
