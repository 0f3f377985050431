"""The audit trail: entries that carry the hash of the one before, so that a change in the middle shows."""

import hashlib
import json
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from annotator.models import AuditEntry, Project, User

LOCK = 0x7A0D17  # any number that no other advisory lock of the project uses
FIRST = "0" * 64


@transaction.atomic
def record(
    *, actor: User | None, act: str, subject: str, project: Project | None = None, details: dict[str, Any] | None = None
) -> AuditEntry:
    """Add an entry at the end of the chain. Without an actor, the software itself did it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [LOCK])  # one writer at a time, until the commit
    last = AuditEntry.objects.order_by("-id").values_list("sha256", flat=True).first()
    entry = AuditEntry(
        project=project,
        actor=actor,
        actor_email=actor.email if actor else "",
        act=act,
        subject=subject,
        details=details or {},
        at=timezone.now(),
        previous_sha256=last or FIRST,
    )
    entry.sha256 = hash_of(entry)
    entry.save(force_insert=True)
    return entry


def hash_of(entry: AuditEntry) -> str:
    """The hash that an entry with this content, after that predecessor, must carry."""
    content = [
        entry.previous_sha256, entry.at.isoformat(), entry.actor_id, entry.actor_email, entry.project_id,
        entry.act, entry.subject, entry.details,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def verify() -> AuditEntry | None:
    """The first entry that is not what was written, or whose predecessor is missing. None: the chain is whole."""
    previous = FIRST
    for entry in AuditEntry.objects.order_by("id").iterator(chunk_size=1_000):
        if entry.previous_sha256 != previous or entry.sha256 != hash_of(entry):
            return entry
        previous = entry.sha256
    return None
