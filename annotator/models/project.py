"""Projects and who belongs to them."""

from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from annotator.models.user import User


class Role(models.TextChoices):
    """What a member does in one project. Each role may do what the ones before it may."""

    ANNOTATOR = "annotator", _("Annotator")
    REVIEWER = "reviewer", _("Reviewer")
    MANAGER = "manager", _("Manager")

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
    slots_counted_to = models.BigIntegerField(
        null=True, blank=True, help_text="Up to which item open slots follow that number since it changed; empty: of all of them."
    )
    lease_minutes = models.PositiveSmallIntegerField(default=15, validators=[MinValueValidator(1), MaxValueValidator(24 * 60)])
    threshold = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text="Words with a grounded value below this are flagged. Empty: the active checkpoint's own threshold.",
    )  # fmt: skip
    check_every = models.PositiveSmallIntegerField(
        default=0,
        blank=True,
        validators=[MaxValueValidator(1_000)],
        help_text="About one in so many items at the desk is a check. 0: none is.",
    )
    gives_feedback = models.BooleanField(default=False, help_text="Whether people are told at once how they did on a check.")
    is_tutorial = models.BooleanField(default=False, help_text="All its items are checks, made to be learned from.")
    tutorial = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="guarded", limit_choices_to={"is_tutorial": True},
        help_text="What annotators have to pass before the desk opens to them.",
    )  # fmt: skip
    pass_mark = models.FloatField(
        default=0.6, blank=True, validators=[MinValueValidator(0.0), MaxValueValidator(1.0)],
        help_text="F1 on the words of the tutorial that passes.",
    )  # fmt: skip
    active_checkpoint = models.ForeignKey("Checkpoint", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name

    @property
    def has_checks(self) -> bool:
        """Whether checks are handed out among the items, and should look like them."""
        return self.check_every > 0 and not self.is_tutorial

    @property
    def hides_checks(self) -> bool:
        """Whether people should not know, not even afterwards, which items were checks."""
        return self.has_checks and not self.gives_feedback

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
    is_admitted = models.BooleanField(default=False, help_text="A manager opened the desk to them, whatever the tutorial says.")
    asked_again_at = models.DateTimeField(null=True, help_text="When a manager asked them to take the tutorial again.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "user"], name="one_membership_a_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.role} of {self.project}"
