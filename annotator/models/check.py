"""Checks: items whose answer is known, handed out among the others, and how people did on them."""

from collections.abc import Collection
from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from annotator.models.item import Item
from annotator.models.project import Project
from annotator.models.user import User


class Check(models.Model):
    """What is wrong in an item that nobody needs to judge any more. The item looks like every other one."""

    class Origin(models.TextChoices):
        GOLD = "gold", _("Gold")  # somebody's judgement that a manager took as the answer
        PLANTED = "planted", _("Planted")  # a response that people found right, made wrong in one place
        DRAWN = "drawn", _("Drawn")  # a scene of a tutorial

    # not called `check`: that is what Django asks of every model
    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="known")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="checks", help_text="The item's.")
    source = models.ForeignKey(
        Item, null=True, on_delete=models.SET_NULL, related_name="checks", help_text="The item that it was made from."
    )
    origin = models.CharField(max_length=7, choices=Origin)
    spans = models.JSONField(help_text="What is wrong, in the form of an annotation's spans. Empty: nothing is.")
    is_retired = models.BooleanField(default=False, help_text="Handed to nobody any more.")
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.origin} check, item {self.item_id}"


WORD_COUNTS = ("found_words", "missed_words", "mistaken_words")
SPAN_COUNTS = ("missed_flagged", "missed_unflagged", "false_alarms")


class CheckResultQuerySet(models.QuerySet["CheckResult"]):
    def summed(self) -> dict[str, int]:
        """All together: how many checks, and the words found, missed and mistaken in them."""
        return self.aggregate(done=Count("pk"), **{name: Sum(name, default=0) for name in WORD_COUNTS})

    def by_person(self, project: Project, user_ids: Collection[int]) -> dict[int, dict[str, int]]:
        """How each of those people did on the checks of a project."""
        results = self.filter(check_done__project=project, annotator__in=user_ids).order_by().values("annotator")
        passed = Count("pk", filter=models.Q(has_passed=True))
        counted = results.annotate(checks=Count("pk"), checks_passed=passed, **{name: Sum(name) for name in SPAN_COUNTS})
        names = ("checks", "checks_passed", *SPAN_COUNTS)
        return {person: dict(zip(names, row, strict=True)) for person, *row in counted.values_list("annotator", *names)}

    def of_person(self, user: User, project: Project) -> Self:
        """How one person did on the checks of a project."""
        return self.filter(annotator=user, check_done__project=project)


class CheckResult(models.Model):
    """How one person did on one check: their answer beside the known one, counted in words and in passages."""

    # the constraint serves as its index
    check_done = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="results", db_index=False)
    annotator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="check_results")
    has_passed = models.BooleanField(help_text="Every error was found, at least in part, and nothing else was called wrong.")
    found_words = models.PositiveSmallIntegerField(help_text="Wrong by the answer, and called wrong.")
    missed_words = models.PositiveSmallIntegerField(help_text="Wrong by the answer, and let stand.")
    mistaken_words = models.PositiveSmallIntegerField(help_text="Right by the answer, and called wrong.")
    missed_flagged = models.PositiveSmallIntegerField(help_text="Those let stand although the model had flagged them.")
    missed_unflagged = models.PositiveSmallIntegerField(help_text="Those let stand that the model had not flagged.")
    false_alarms = models.PositiveSmallIntegerField(help_text="Passages called wrong in which nothing is.")
    submitted_at = models.DateTimeField()

    objects = CheckResultQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["check_done", "annotator"], name="one_result_a_person")]

    def __str__(self) -> str:
        return f"result of check {self.check_done_id} by {self.annotator_id}"
