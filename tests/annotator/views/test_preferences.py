"""Own keys: kept for whoever asks, refused where they can't be or do something else already."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from annotator.models import Item, User
from tests.annotator.views.test_desk import DESK

KEYS = "/keys/"


def choose(client: Client, keys: Any) -> Any:
    return client.post(KEYS, {"keys": keys}, content_type="application/json")


@pytest.mark.django_db
def test_own_keys_are_kept_and_come_with_the_desk(
    scored: Item, alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    response = choose(client, {"confirm": "t", "undo": "Shift z", "remove": "Home", "kind1": "ö", "clear": "x"})
    assert response.json() == {"keys": {"confirm": "t", "undo": "Shift z", "remove": "Home", "kind1": "ö"}}  # x is as usual
    alice.refresh_from_db()
    mary.refresh_from_db()
    assert (alice.desk_keys, mary.desk_keys) == (response.json()["keys"], {})
    page = client.get(DESK)
    assert page.context["desk"]["keys"] == alice.desk_keys
    assert choose(client, {}).json() == {"keys": {}}
    alice.refresh_from_db()
    assert alice.desk_keys == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"confirm": "x"}, "“x” is the key for “right: clear the flag”. Choose another."),
        ({"confirm": "t", "clear": "t"}, "“t” is the key for"),
        ({"confirm": "="}, "“=” is the key for “zoom in”. Choose another."),  # it stays that, whatever else is chosen
        ({"confirm": "=", "larger": "t"}, "“=” is the key for “zoom in”. Choose another."),
        ({"explode": "t"}, "The desk knows no 'explode'"),
        *(
            ({"confirm": key}, "That can't be a key of the desk.")
            for key in [
                "",
                " ",
                "G",
                "Enter",
                "Tab",
                "F5",
                "Ctrl g",
                "Shift 1",
                "Shift",
                "gg",
                "\u0007",
                "\ud800",
                None,
                1,
                ["g"],
            ]
        ),
        (["g"], "keys: must be an object of names and keys"),
    ],
)
def test_what_can_be_no_key_is_refused_by_name(keys: Any, reason: str, alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    choose(client, {"undo": "z"})
    response = client.post(KEYS, json.dumps({"keys": keys}), content_type="application/json")
    assert (response.status_code, reason in response.json()["reason"]) == (422, True)
    alice.refresh_from_db()
    assert alice.desk_keys == {"undo": "z"}


@pytest.mark.django_db
def test_two_keys_may_change_places(alice: User, client_of: Callable[[User], Client]) -> None:
    swapped = {"confirm": "x", "clear": "c"}
    assert choose(client_of(alice), swapped).json() == {"keys": swapped}
