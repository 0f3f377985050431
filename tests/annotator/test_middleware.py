"""What happens to every request on its way in and to every answer on its way out."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from annotator.middleware import take_address_from_proxy
from annotator.models import User

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/projects/kites/desk/7/"}


def test_lost_session_moves_the_whole_page_to_the_sign_in_form(client: Client, db: None) -> None:
    answer = client.get("/", headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fprojects%2Fkites%2Fdesk%2F7%2F"
    assert answer.content == b""


def test_lost_session_of_a_whole_page_is_redirected(client: Client, db: None) -> None:
    answer = client.get("/projects/kites/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/projects/kites/")


def test_next_page_is_always_one_of_ours(client: Client, db: None) -> None:
    answer = client.get("/", headers=HTMX | {"HX-Current-URL": "https://evil.example.org/steal"})
    assert answer.headers["HX-Redirect"] == "/accounts/login/?next=%2Fsteal"


def test_signed_in_request_passes(client: Client, bob: User) -> None:
    client.force_login(bob, backend="annotator.accounts.PasswordBackend")
    answer = client.get("/", headers=HTMX)
    assert answer.status_code == 200
    assert "HX-Redirect" not in answer.headers


@pytest.mark.parametrize(
    ("forwarded", "expected"), [("6.6.6.6, 10.1.1.1", "10.1.1.1"), ("10.1.1.1", "10.1.1.1"), (None, "127.0.0.1")]
)
def test_address_is_the_one_that_the_proxy_saw(forwarded: str | None, expected: str) -> None:
    def tell_address(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {})
    answer = take_address_from_proxy(tell_address)(request)
    assert isinstance(answer, HttpResponse)
    assert answer.content.decode() == expected
