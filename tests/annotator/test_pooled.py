"""The pool: whom the server has hung up on is replaced before anybody notices."""

from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from annotator.pooled.base import was_hung_up


@pytest.fixture
def onlooker(transactional_db: None) -> Iterator[psycopg.Connection[tuple[int]]]:
    """Somebody else who is connected to the tests' database."""
    parameters = {name: value for name, value in connection.get_connection_params().items() if name in {"dbname", "host", "user"}}
    with psycopg.connect(**parameters, autocommit=True) as other:
        yield other


def own_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_connections_are_used_again(onlooker: psycopg.Connection[tuple[int]]) -> None:
    most, numbers = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"], set[int]()
    for _ in range(most + 5):
        numbers.add(own_number())
        connection.close()
    assert len(numbers) <= most


def test_connections_that_the_server_closed_are_replaced(onlooker: psycopg.Connection[tuple[int]]) -> None:
    lost = own_number()
    connection.close()
    onlooker.execute("SELECT pg_terminate_backend(%s, 5000)", [lost])
    assert own_number() != lost


def test_an_idle_connection_is_not_taken_for_a_lost_one(onlooker: psycopg.Connection[tuple[int]]) -> None:
    own_number()
    assert not was_hung_up(connection.connection)
