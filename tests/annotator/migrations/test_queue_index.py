"""The index of the queue after all migrations: one, valid, without checks, built while people work."""

from importlib import import_module

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_queue_has_one_index_without_checks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'item_queue%'")
        [(name, definition)] = cursor.fetchall()
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'item_queue'::regclass")
        assert cursor.fetchall() == [(True,)]
    assert name == "item_queue"
    assert "(project_id, doubt DESC NULLS LAST, id)" in definition
    assert "NOT is_check" in definition


def test_it_is_built_outside_of_a_transaction() -> None:
    assert import_module("annotator.migrations.0012_queue_index").Migration.atomic is False
