"""What happens to every answer on its way out."""

from django.test import Client

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
    client.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/", headers=HTMX)
    assert answer.status_code == 200
    assert "HX-Redirect" not in answer.headers
