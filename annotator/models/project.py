"""Projects and who belongs to them."""

from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from annotator.models.user import User


class Role(models.TextChoices):
    """What a member does in one project. Each role may do what the ones before it may."""

    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    MANAGER = "manager"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do everything that `other` may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


class ProjectQuerySet(models.QuerySet["Project"]):
    def of_member(self, user: User) -> Self:
        """The projects that the person belongs to."""
        return self.filter(memberships__user=user)


class Project(models.Model):
    """A body of work: instructions, members, settings, items and one active checkpoint."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=60, unique=True)
    instructions = models.TextField(blank=True, help_text="Markdown, shown beside the desk.")
    annotators_per_item = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(20)])
    lease_minutes = models.PositiveSmallIntegerField(default=15, validators=[MinValueValidator(1), MaxValueValidator(24 * 60)])
    threshold = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text="Words with a grounded value below this are flagged. Empty: the active checkpoint's own threshold.",
    )  # fmt: skip
    active_checkpoint = models.ForeignKey("Checkpoint", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def flag_threshold(self) -> float:
        """The grounded value in [0, 1] below which a word is flagged."""
        if self.threshold is not None:
            return self.threshold
        return self.active_checkpoint.threshold if self.active_checkpoint else 0.5


class Membership(models.Model):
    """One person's role in one project."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "user"], name="one_membership_a_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.project}"
