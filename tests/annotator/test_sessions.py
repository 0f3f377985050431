"""Sessions: one read finds the session and its person, and only what was signed says who that is."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.models import Project, Session, User
from annotator.tasks import sweep

ClientOf = Callable[[User], Client]


@pytest.mark.django_db
def test_a_request_reads_session_and_person_together(project: Project, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/projects/kites/").wsgi_request.user == alice
    assert sum("annotator_session" in query["sql"] for query in queries) == 1
    assert not [query for query in queries if 'FROM "annotator_user"' in query["sql"]]


@pytest.mark.django_db
def test_the_signed_data_decides_who_it_is(project: Project, alice: User, bob: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    Session.objects.update(user=bob)
    assert client.get("/projects/kites/").wsgi_request.user == alice


@pytest.mark.django_db
def test_another_password_ends_the_session(project: Project, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    alice.set_password("something else entirely")
    alice.save()
    assert client.get("/projects/kites/").wsgi_request.user.is_anonymous


@pytest.mark.django_db
def test_somebody_who_may_not_sign_in_any_more_is_a_stranger(project: Project, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get("/projects/kites/").wsgi_request.user.is_anonymous


@pytest.mark.django_db
def test_signing_out_leaves_no_session(project: Project, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    assert [session.user for session in Session.objects.all()] == [alice]
    client.post("/accounts/logout/")
    assert not Session.objects.exists()


@pytest.mark.django_db
def test_sessions_that_ran_out_are_forgotten(project: Project, alice: User, bob: User, client_of: ClientOf) -> None:
    client_of(alice)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    client_of(bob)
    sweep()
    assert [session.user for session in Session.objects.all()] == [bob]
