"""Background work that people can watch."""

from math import ceil
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotator.models.project import Project
from annotator.models.user import User


class Run(models.Model):
    """One piece of background work with progress and a report."""

    class Kind(models.TextChoices):
        IMPORT = "import", _("Import")
        SCORE = "score", _("Score")
        TRAIN = "train", _("Train")
        EVALUATE = "evaluate", _("Evaluate")
        EXPORT = "export", _("Export")
        WITHDRAW = "withdraw", _("Withdrawal")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        CHECKED = "checked", _("Checked")  # an import that was read and waits for somebody's yes
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=8, choices=Kind)
    status = models.CharField(max_length=9, choices=Status, default=Status.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    furthest = models.PositiveIntegerField(default=0, help_text="The most that was ever done of it, by whichever process.")
    message = models.CharField(max_length=300, blank=True, help_text="What is being done just now, for people.")
    parameters = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    worker = models.CharField(
        max_length=200, blank=True, help_text="host:pid of the process that works on it, or worked on it last."
    )
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How many processes have begun on it since it last moved on."
    )
    started_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs")
    language = models.CharField(
        max_length=10, blank=True, default="", help_text="Of whoever started it: in it, it says what it does. Empty: the site's."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [models.Index(fields=["project", "-id"], name="run_list")]

    def __str__(self) -> str:
        return f"{self.kind} run {self.pk}"

    @property
    def is_over(self) -> bool:
        """Whether it will make no more progress."""
        return self.status in {self.Status.DONE, self.Status.FAILED, self.Status.CANCELLED}

    @property
    def seconds(self) -> int | None:
        """How long it took, rounded up; None until it is over."""
        return ceil((self.finished_at - self.started_at).total_seconds()) if self.finished_at and self.started_at else None

    @property
    def share(self) -> float:
        """Progress in [0, 1]; 0 while the total is unknown."""
        return min(1.0, self.done / self.total) if self.total else 0.0
