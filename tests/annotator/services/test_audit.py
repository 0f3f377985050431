"""The audit trail shows when somebody has changed it."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from annotator.models import AuditEntry, Project, User
from annotator.services.audit import FIRST, record, verify


@pytest.mark.django_db
def test_entries_are_chained(project: Project, mary: User) -> None:
    first = record(actor=mary, act="promote", subject="v2", project=project, details={"threshold": 0.1, "b": [1, None], "a": "ä"})
    second = record(actor=None, act="sweep", subject="-")
    assert (first.previous_sha256, second.previous_sha256) == (FIRST, first.sha256)
    assert (first.actor_email, second.actor_email) == ("mary@example.org", "")
    assert verify() is None


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["details = '{\"n\": 9}'", "actor_email = 'eve@example.org'", "at = at + interval '1 second'"])
def test_changed_entry_is_found(project: Project, mary: User, change: str) -> None:
    entries = [record(actor=mary, act="promote", subject="v2", project=project, details={"n": number}) for number in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE annotator_auditentry DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE annotator_auditentry SET {change} WHERE id = {entries[1].pk}")
        cursor.execute("ALTER TABLE annotator_auditentry ENABLE TRIGGER USER")
    assert verify() == entries[1]


@pytest.mark.django_db
def test_missing_entry_is_found(mary: User) -> None:
    entries = [record(actor=mary, act="promote", subject="v2") for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE annotator_auditentry DISABLE TRIGGER USER")
        cursor.execute(f"DELETE FROM annotator_auditentry WHERE id = {entries[1].pk}")
        cursor.execute("ALTER TABLE annotator_auditentry ENABLE TRIGGER USER")
    assert verify() == entries[2]


@pytest.mark.django_db
def test_database_refuses_to_change_or_delete_entries(mary: User) -> None:
    entry = record(actor=mary, act="promote", subject="v2")
    for statement in (lambda: AuditEntry.objects.update(act="nothing"), lambda: AuditEntry.objects.filter(pk=entry.pk).delete()):
        with pytest.raises(IntegrityError, match="audit entries never change"), transaction.atomic():
            statement()


@pytest.mark.django_db
def test_trail_outlives_the_project_and_the_person(project: Project, mary: User) -> None:
    record(actor=mary, act="promote", subject="v2", project=project)
    project.delete()
    mary.delete()
    assert AuditEntry.objects.get().actor_email == "mary@example.org"
    assert verify() is None


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_make_one_chain() -> None:
    def work() -> None:
        for _ in range(5):
            record(actor=None, act="count", subject="-")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert AuditEntry.objects.count() == 30
    assert verify() is None
