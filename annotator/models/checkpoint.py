"""Checkpoints of the reward model and the snapshots they learned from."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from annotator.models.project import Project


class Snapshot(models.Model):
    """The frozen labels of one retraining. Never changed."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="snapshots")
    sha256 = models.CharField(max_length=64, help_text="Of the Parquet file.")
    path = models.CharField(max_length=200, help_text="Relative to the data folder.")
    train_items = models.PositiveIntegerField()
    test_items = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "sha256"], name="one_snapshot_a_content")]

    def __str__(self) -> str:
        return f"snapshot {self.sha256[:12]}"


class CheckpointQuerySet(models.QuerySet["Checkpoint"]):
    def usable_by(self, project: Project) -> Self:
        """The project's own checkpoints and those that are there for all."""
        return self.filter(models.Q(project=project) | models.Q(project=None))


class Checkpoint(models.Model):
    """Weights and everything needed to load them. Never changed but for its status.

    Without a project: shipped with the software, or set up for all.
    """

    class Status(models.TextChoices):
        CANDIDATE = "candidate", _("Candidate")
        ACCEPTED = "accepted", _("Accepted")  # better by the gate, or promoted by a manager
        REJECTED = "rejected", _("Rejected")  # not better by the gate; a manager may still promote it

    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="checkpoints")
    name = models.CharField(max_length=100)
    path = models.CharField(max_length=500, help_text="Folder; relative to the data folder, or absolute.")
    weights_sha256 = models.CharField(max_length=64)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    snapshot = models.ForeignKey(Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="checkpoints")
    run = models.ForeignKey("Run", null=True, blank=True, on_delete=models.SET_NULL, related_name="checkpoints")
    threshold = models.FloatField(default=0.5, help_text="Chosen on validation data.")
    metrics = models.JSONField(
        default=dict, help_text='{"child": {…}, "parent": {…}} on the snapshot\'s test items, or of the shipped evaluation.'
    )
    status = models.CharField(max_length=9, choices=Status, default=Status.CANDIDATE)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"v{self.pk} {self.name}"

    @property
    def is_shipped(self) -> bool:
        """Whether it came with the software, so that it knows drawings but no photographs."""
        return self.project_id is None and self.path.startswith("checkpoints/picturebook-")
