"""Checks: items whose answer is known, handed out among the others, and how people did on them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Count, Max, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
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


PASSED = Count("pk", filter=models.Q(has_passed=True))


class RetakeQuerySet(models.QuerySet["Retake"]):
    def number_of(self, user: User, tutorial: Project) -> int:
        """Which time the person takes a tutorial now, from 1."""
        return self.filter(annotator=user, tutorial=tutorial).aggregate(number=Max("number", default=1))["number"]  # type: ignore[no-any-return]


class Retake(models.Model):
    """One more time that somebody takes a tutorial: its scenes come again, and what they did before stays as it was counted."""

    # the constraint serves as its index
    tutorial = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="retakes", db_index=False)
    annotator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="retakes")
    number = models.PositiveSmallIntegerField(help_text="Which time it is: the second is 2.")
    begun_at = models.DateTimeField(auto_now_add=True)

    objects = RetakeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["tutorial", "annotator", "number"], name="one_retake_a_number")]

    def __str__(self) -> str:
        return f"time {self.number} of tutorial {self.tutorial_id} by {self.annotator_id}"


class CheckResultQuerySet(models.QuerySet["CheckResult"]):
    def of_latest_attempts(self, most: int) -> Self:
        """What people did the last so many times; outside of tutorials there is only one."""
        retakes = Retake.objects.filter(tutorial=OuterRef("check_done__project"), annotator=OuterRef("annotator"))
        latest = Coalesce(Subquery(retakes.order_by("-number").values("number")[:1]), 1)
        return self.filter(attempt__gt=latest - most)

    def by_attempt(self, tutorial: Project, user_ids: Collection[int], most: int) -> "models.QuerySet[CheckResult, Any]":
        """How each of those people did in a tutorial the last so many times, the latest first; what was retired is left out."""
        results = self.of_latest_attempts(most).filter(check_done__project=tutorial, annotator__in=user_ids)
        by_attempt = results.filter(check_done__is_retired=False).values("annotator", "attempt")
        sums = {name: Sum(name) for name in WORD_COUNTS}
        return by_attempt.annotate(done=Count("pk"), passed=PASSED, at=Max("submitted_at"), **sums).order_by("-attempt")

    def by_person(self, project: Project, user_ids: Collection[int], until: datetime | None = None) -> dict[int, dict[str, int]]:
        """How each of those people did on the checks of a project, before a time; in a tutorial, the last time."""
        results = self.of_latest_attempts(1).filter(check_done__project=project, annotator__in=user_ids)
        results = results.filter(submitted_at__lt=until) if until else results
        by_person = results.order_by().values("annotator")
        counted = by_person.annotate(checks=Count("pk"), checks_passed=PASSED, **{name: Sum(name) for name in SPAN_COUNTS})
        names = ("checks", "checks_passed", *SPAN_COUNTS)
        return {person: dict(zip(names, row, strict=True)) for person, *row in counted.values_list("annotator", *names)}

    def of_person(self, user: User, project: Project) -> Self:
        """How one person did on the checks of a project; in a tutorial, the last time."""
        return self.of_latest_attempts(1).filter(annotator=user, check_done__project=project)


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
    attempt = models.PositiveSmallIntegerField(db_default=1, help_text="Which time the person took the tutorial; else 1.")
    submitted_at = models.DateTimeField()

    objects = CheckResultQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["check_done", "annotator", "attempt"], name="one_result_an_attempt")
        ]

    def __str__(self) -> str:
        return f"result of check {self.check_done_id} by {self.annotator_id}"
