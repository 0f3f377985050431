"""Who did what that others should be able to trace; every entry carries the hash of the one before."""

from django.db import models

from annotator.models.project import Project
from annotator.models.user import User


class AuditEntry(models.Model):
    """One traceable act. Written only by `services/audit.py`. Never changed: it outlives the project and the person it names."""

    project = models.ForeignKey(
        Project, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="audit_entries"
    )
    actor = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="audit_entries")
    actor_email = models.EmailField(blank=True, help_text="Of the actor at that time; empty: the software itself.")
    act = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.act} {self.subject}"
