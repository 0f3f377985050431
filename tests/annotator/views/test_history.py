"""The last items of a person: submitted or skipped, theirs alone, in one query."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.models import Annotation, Item, Membership, Project, Role, User
from annotator.services.annotations import save_events
from annotator.views.history import MOST

HISTORY = "/projects/kites/desk/history/"


def close(item: Item, user: User, act: str = "submit", *before: tuple[str, dict[str, Any]]) -> None:
    acts = [*before, (act, {"reason": "?"} if act == "skip" else {})]
    events = [{"key": uuid.uuid4(), "act": name, "payload": payload, "at": timezone.now()} for name, payload in acts]
    save_events(item=item, user=user, events=events)


def listed(client: Client) -> list[int]:
    """The items of the history, in its order."""
    return [row["item"] for row in client.get(HISTORY).context["rows"]]


@pytest.mark.django_db(transaction=True)  # a skip's time is the database's, the same all through a transaction
def test_history_lists_what_was_submitted_or_skipped_the_latest_first(
    make_items: Callable[..., list[Item]], alice: User, client_of: Callable[[User], Client]
) -> None:
    first, second, third, draft = make_items(4)
    close(first, alice, "submit", ("flag", {"first": 1, "end": 3}), ("clear", {"first": 5, "end": 6}))
    close(second, alice, "skip")
    close(third, alice, "submit", ("insert", {"at": 3, "text": "small"}))
    save_events(
        item=draft, user=alice, events=[{"key": uuid.uuid4(), "act": "comment", "payload": {"text": "?"}, "at": timezone.now()}]
    )
    client = client_of(alice)
    assert listed(client) == [third.pk, second.pk, first.pk]
    page = " ".join(client.get(HISTORY).content.decode().split())
    assert f'href="/projects/kites/desk/{first.pk}/"' in page
    assert "A red kite number 0 flies above the white house." in page
    assert page.index("1 word wrong") < page.index("skipped") < page.index("2 words wrong")


@pytest.mark.django_db
def test_history_is_of_one_person_and_one_project(
    make_items: Callable[..., list[Item]], alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    other = Project.objects.create(name="Boats", slug="boats")
    Membership.objects.create(project=other, user=alice, role=Role.ANNOTATOR)
    [elsewhere] = make_items(1, project=other)
    mine, theirs = make_items(2)
    close(elsewhere, alice)
    close(mine, alice)
    close(theirs, mary)
    assert listed(client_of(alice)) == [mine.pk]
    assert listed(client_of(mary)) == [theirs.pk]


@pytest.mark.django_db(transaction=True)  # a skip's time is the database's, the same all through a transaction
def test_history_ends_after_twenty_whatever_they_are_and_costs_one_query(
    make_items: Callable[..., list[Item]], alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    items = make_items(30)
    for number, item in enumerate(items[:2]):
        close(item, alice, "skip" if number else "submit")
    few = queries(client)
    for number, item in enumerate(items[2:]):
        close(item, alice, "skip" if number % 3 else "submit")
    assert listed(client) == [item.pk for item in reversed(items)][:MOST]
    assert len(queries(client)) == len(few)
    assert [sql for sql in few if "annotator_annotation" in sql] == few[-1:]


def queries(client: Client) -> list[str]:
    """The statements of one request."""
    client.get(HISTORY)  # fills the caches
    with CaptureQueriesContext(connection) as captured:
        client.get(HISTORY)
    return [query["sql"] for query in captured]


@pytest.mark.django_db
def test_a_submit_that_was_undone_leaves_the_history(item: Item, alice: User, client_of: Callable[[User], Client]) -> None:
    close(item, alice)
    Annotation.objects.update(submitted_at=timezone.now() - timedelta(days=3))
    page = client_of(alice).get(HISTORY).content.decode()
    assert "3\xa0days ago</time> · nothing wrong" in page
    close(item, alice, "undo")
    assert listed(client_of(alice)) == []
    assert "Nothing yet." in client_of(alice).get(HISTORY).content.decode()


@pytest.mark.django_db
def test_a_response_never_becomes_part_of_the_history(
    make_items: Callable[..., list[Item]], alice: User, client_of: Callable[[User], Client]
) -> None:
    [item] = make_items(1, response='<script>alert(1)</script> "><b>kite</b>')
    close(item, alice)
    page = client_of(alice).get(HISTORY).content.decode()
    assert "<script>" not in page
    assert "<b>" not in page
