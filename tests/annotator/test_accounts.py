"""Getting in: by address and password, never by signing up, and not by guessing."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from annotator.models import User
from tests.conftest import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str, address: str = "10.0.0.1") -> int:
    return client.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=address).status_code


def test_person_signs_in_by_address_in_any_spelling(client: Client, bob: User) -> None:
    assert sign_in(client, "Bob@Example.org", PASSWORD) == 302
    assert client.session["_auth_user_id"] == str(bob.pk)


def test_signup_is_closed(client: Client, db: None) -> None:
    client.post("/accounts/signup/", {"email": "eve@example.org", "password1": PASSWORD})
    assert User.objects.count() == 0


def test_guessing_is_stopped_for_one_person_and_address(client: Client, bob: User) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, "bob@example.org", "wrong")
    assert sign_in(client, "bob@example.org", PASSWORD) == 429
    assert sign_in(Client(), "bob@example.org", PASSWORD, address="10.0.0.2") == 302


def test_whoever_is_locked_out_is_told_for_how_long(client: Client, bob: User) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, "bob@example.org", "wrong")
    page = client.post(LOGIN, {"login": "bob@example.org", "password": PASSWORD}, REMOTE_ADDR="10.0.0.1").content.decode()
    assert "There were 8 wrong passwords for bob@example.org." in page
    assert "a quarter of an hour" in page
    assert timedelta(minutes=15) == settings.AXES_COOLOFF_TIME


def test_guessing_is_stopped_in_the_admin_too(client: Client, bob: User) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        client.post("/admin/login/", {"username": "bob@example.org", "password": "wrong"}, REMOTE_ADDR="10.0.0.1")
    assert sign_in(client, "bob@example.org", PASSWORD) == 429


@pytest.mark.parametrize("path", ["/", LOGIN, "/accounts/password/reset/"])
def test_pages_carry_a_strict_policy(path: str, client: Client, db: None) -> None:
    policy = client.get(path, follow=True).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
