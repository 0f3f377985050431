"""Studies of how much the model's help is worth, and who got which help on which item."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

from annotator.models.annotation import Arm
from annotator.models.item import Item
from annotator.models.project import Project
from annotator.models.user import User


class StudyQuerySet(models.QuerySet["Study"]):
    def going_on(self) -> Self:
        """The studies in which items are handed out; a project has one at most."""
        return self.filter(ended_at=None)


class Study(models.Model):
    """A comparison of arms. What is compared never changes: another comparison is another study."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="studies")
    arms = ArrayField(models.CharField(max_length=11, choices=Arm), help_text="At least two of none, verdict and highlights.")
    seed = models.PositiveBigIntegerField(help_text="The same seed gives the same people the same order of arms.")
    started_at = models.DateTimeField(db_default=TransactionNow())  # compared with leases, whose times the database makes as well
    ended_at = models.DateTimeField(null=True, help_text="Since when everybody gets highlights again. Empty: it goes on.")

    objects = StudyQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "studies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project"], name="one_study_at_a_time", condition=Q(ended_at=None)),
            models.CheckConstraint(condition=Q(arms__len__gte=2), name="at_least_two_arms"),
        ]

    def __str__(self) -> str:
        return f"study {self.pk} of {', '.join(self.arms)}"


class Assignment(models.Model):
    """The arm that one person was given for one item, drawn when the item was handed out. Never changed.

    It outlives the lease, so that nobody gets another arm by letting an item go.
    """

    study = models.ForeignKey(
        Study, on_delete=models.CASCADE, related_name="assignments", db_index=False
    )  # the constraints have one
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="assignments")
    annotator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    place = models.PositiveIntegerField(help_text="How many items of the study the person had been given before.")
    arm = models.CharField(max_length=11, choices=Arm)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["study", "item", "annotator"], name="one_arm_a_person_and_item"),
            models.UniqueConstraint(fields=["study", "annotator", "place"], name="one_item_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.arm} of item {self.item_id} for {self.annotator_id}"
