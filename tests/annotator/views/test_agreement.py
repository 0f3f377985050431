"""The page of agreement: figures, people, and the way to the items that need a look."""

from collections.abc import Callable

import pytest
from django.test import Client

from annotator.models import Item, Project, User
from annotator.services.folding import Judgement
from annotator.views import agreement
from tests.annotator.reviewing import judge, settle, share

pytestmark = pytest.mark.django_db
PAGE = "/projects/kites/agreement/"


@pytest.fixture
def client(rita: User, client_of: Callable[[User], Client]) -> Client:
    """Rita's browser."""
    return client_of(rita)


def test_page_shows_figures_people_and_the_items_with_the_least_agreement(
    project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User, rita: User, client: Client
) -> None:
    share(project)
    items = make_items(4, project=project)
    for item, end in zip(items, [2, 4, 3, None], strict=True):
        judge(item, alice, [("flag", {"first": 1, "end": end})] if end else [])
        judge(item, mary)
    settle(items[1], rita, Judgement(1, 4, "right"))
    response = client.get(PAGE)
    page = " ".join(response.content.decode().split())
    assert [review.item for review in response.context["least"]] == [items[1], items[2], items[0]]
    assert "From 8 judgements of 4 items" in page
    assert '<th scope="row">Alice and Mary</th><td class="figure">4</td>' in page
    assert '<th scope="row">kinds</th> <td class="figure"><span class="soft">none yet</span></td>' in page
    assert "3 of 10 differ<" in page


def test_without_two_judgements_the_page_says_what_is_missing(
    project: Project, mary: User, client: Client, client_of: Callable[[User], Client]
) -> None:
    assert "a manager can change that" in client.get(PAGE).content.decode()
    assert "/projects/kites/settings/" in client_of(mary).get(PAGE).content.decode()


def test_only_the_first_of_many_are_shown_and_the_page_says_so(
    project: Project, make_items: Callable[..., list[Item]], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [User.objects.create_user(f"{name}@example.org") for name in "abc"]
    share(project, 3)
    for item in make_items(2, project=project):
        for user in people:
            judge(item, user, [("flag", {"first": 1, "end": 2})] if user == people[0] else [])
    monkeypatch.setattr(agreement, "PAIRS", 2)
    monkeypatch.setattr(agreement, "LEAST", 1)
    response = client.get(PAGE)
    assert "The 2 pairs with most items in common, of 3." in response.content.decode()
    assert (len(response.context["pairs"]), len(response.context["least"])) == (2, 1)
