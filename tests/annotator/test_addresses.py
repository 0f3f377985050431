"""Where database and broker answer, in the spellings of those who connect."""

import os
from pathlib import Path

import dj_database_url
import pytest
import redis
from kombu import Connection

from annotator.addresses import Addresses, broker_url, postgres_url, read_addresses, redis_socket_url, write_addresses


def test_postgres_url_leads_to_the_socket_folder() -> None:
    url = postgres_url(Path("/var/lib/a clone/sockets"), database="annotator", user="annotator")
    assert dj_database_url.parse(url)["HOST"] == "/var/lib/a clone/sockets"


@pytest.mark.parametrize(
    ("redis_url", "expected"),
    [
        ("unix:///run/valkey", "redis+socket:///run/valkey?virtual_host=0"),
        ("unix:///run/valkey?db=3", "redis+socket:///run/valkey?virtual_host=3"),
        ("redis://broker:6379/0", "redis://broker:6379/0"),
        ("rediss://broker:6380/1", "rediss://broker:6380/1"),
    ],
)
def test_broker_url_is_the_same_address_for_celery(redis_url: str, expected: str) -> None:
    assert broker_url(redis_url) == expected


def test_socket_with_a_space_is_the_same_file_for_both_clients() -> None:
    url = redis_socket_url(Path("/run/a clone/valkey"))
    client = redis.Redis.from_url(url)
    assert client.connection_pool.connection_kwargs["path"] == "/run/a clone/valkey"
    with Connection(broker_url(url)) as connection:
        assert connection.as_uri() == "redis+socket:///run/a clone/valkey"


def test_addresses_of_a_dead_process_are_not_believed(tmp_path: Path) -> None:
    alive = Addresses(pid=os.getpid(), database_url="postgresql://x", redis_url=None)
    write_addresses(tmp_path, alive)
    assert read_addresses(tmp_path) == alive
    write_addresses(tmp_path, Addresses(pid=2**22 + 1, database_url="postgresql://x", redis_url=None))
    assert read_addresses(tmp_path) is None


def test_addresses_are_none_where_nothing_was_started(tmp_path: Path) -> None:
    assert read_addresses(tmp_path) is None
