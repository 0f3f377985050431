"""Projects: how one begins, and how its settings change."""

from typing import Any

from django.db import transaction

from annotator.models import Membership, Project, Role, User
from annotator.services import audit, queue
from annotator.services.checkpoints import ensure_shipped


@transaction.atomic
def start_project(*, name: str, slug: str, user: User, instructions: str = "") -> Project:
    """A new project on the checkpoint that new projects begin with; the person is its manager."""
    project = Project.objects.create(name=name, slug=slug, instructions=instructions, active_checkpoint=ensure_shipped())
    Membership.objects.create(project=project, user=user, role=Role.MANAGER)
    audit.record(actor=user, act="start project", subject=name, project=project)
    return project


@transaction.atomic
def change_settings(*, project: Project, values: dict[str, Any], user: User) -> None:
    """Store new settings. A changed number of people per item opens or closes places in the queue."""
    changed = {name: value for name, value in values.items() if getattr(project, name) != value}
    if not changed:
        return
    before = {name: getattr(project, name) for name in changed}
    if "annotators_per_item" in changed:
        queue.set_overlap(project=project, annotators_per_item=changed["annotators_per_item"])
    for name, value in changed.items():
        setattr(project, name, value)
    project.save(update_fields=list(changed))
    details = {"changed": sorted(changed), "before": _told(before), "now": _told(changed)}
    audit.record(actor=user, act="change settings", subject=project.name, project=project, details=details)


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Settings as an audit entry keeps them; another project by its slug."""
    return {name: value.slug if isinstance(value, Project) else value for name, value in values.items()}
