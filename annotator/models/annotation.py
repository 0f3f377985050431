"""Leases, what people did under them, and what it adds up to."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from annotator.models.checkpoint import Checkpoint
from annotator.models.item import ITEM_OF_DATA, Item
from annotator.models.project import Project
from annotator.models.user import User


class Arm(models.TextChoices):
    """Which help an annotator got on an item."""

    NONE = "none", pgettext_lazy("help", "None")
    VERDICT = "verdict", _("Verdict")
    HIGHLIGHTS = "highlights", _("Highlights")
    UNAVAILABLE = "unavailable", _("Unavailable")  # help was meant, but the scorer had not been there


class Act(models.TextChoices):
    """What an annotator can do; one event each. `services/folding.py` says what they add up to."""

    CONFIRM = "confirm"  # words [first, end) are wrong, as flagged
    CLEAR = "clear"  # words [first, end) are right, the flag was mistaken (or an own judgement is taken back)
    FLAG = "flag"  # words [first, end) are wrong, found by hand
    KIND = "kind"  # the wrong run [first, end) is of this kind (empty: unknown)
    REPLACE = "replace"  # words [first, end) are wrong and should read `text` ("" deletes them)
    INSERT = (
        "insert"  # `text` is missing before the word `at`; at the same place again it takes the other's place ("" takes it away)
    )
    EVIDENCE = "evidence"  # words [first, end) are wrong as the picture shows in `box`, or what they speak of is `absent`
    COMMENT = "comment"
    UNDO = "undo"
    REDO = "redo"
    SUBMIT = "submit"
    SKIP = "skip"


class LeaseQuerySet(models.QuerySet["Lease"]):
    def expired(self) -> Self:
        """Leases whose holder has not been heard of for too long."""
        return self.filter(expires_at__lte=timezone.now())


class Lease(models.Model):
    """The right of one annotator to work on one item for a while. Deleted when it ends."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="leases", db_index=False)  # the constraint has one
    annotator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="leases")
    arm = models.CharField(max_length=11, choices=Arm, default=Arm.HIGHLIGHTS)
    checkpoint = models.ForeignKey(
        Checkpoint,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Whose flags are shown, or in a study held back.",
    )
    threshold = models.FloatField(null=True, help_text="The threshold by which they are flags.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    objects = LeaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "annotator"], name="one_lease_a_person")]

    def __str__(self) -> str:
        return f"lease of item {self.item_id} by {self.annotator_id}"


class AnnotationQuerySet(models.QuerySet["Annotation"]):
    def counted(self, project: Project | OuterRef) -> Self:
        """The submitted judgements that stand for the project's items: none skipped, no late extras."""
        return self.filter(ITEM_OF_DATA, item__project=project, status=Annotation.Status.SUBMITTED, counts=True)

    def history_of(self, user: User, project: Project) -> Self:
        """What the person submitted in the project, the latest first."""
        submitted = self.filter(annotator=user, item__project=project, status=Annotation.Status.SUBMITTED)
        return submitted.order_by("-submitted_at")

    def last_closed_by(self, user: User, project: Project, most: int) -> "models.QuerySet[Annotation, dict[str, Any]]":
        """What the person submitted or skipped in the project, the latest first, as rows with `closed_at`.

        Of the skipped ones those begun last: an index over a time that every save changes would cost each of them.
        """
        own, columns = (
            self.filter(annotator=user, item__project=project),
            ("item", "item__response", "status", "judgements", "closed_at"),
        )
        submitted = own.filter(status=Annotation.Status.SUBMITTED).order_by("-submitted_at").annotate(closed_at=F("submitted_at"))
        skipped = own.filter(status=Annotation.Status.SKIPPED).order_by("-pk").annotate(closed_at=F("updated_at"))
        both = submitted.values(*columns)[:most].union(skipped.values(*columns)[:most], all=True)
        last: models.QuerySet[Annotation, dict[str, Any]] = both.order_by("-closed_at")[:most]
        return last


class Annotation(models.Model):
    """One person's judgement of one item: the fold of their events, kept as rows that can be asked for."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        SKIPPED = "skipped", pgettext_lazy("annotation", "Skipped")

    # every index here is written anew with every submit; and by the one of the annotator, each page would pass all they ever did
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="annotations", db_index=False)
    annotator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="annotations", db_index=False)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    counts = models.BooleanField(default=True, help_text="False: an extra, submitted after the lease went to somebody else.")
    judgements = models.JSONField(
        default=list,
        help_text='[{"first", "end", "verdict", "kind", "text", "source", "box", "absent"}] in order, no word in two of them.',
    )
    spans = models.JSONField(
        default=list, help_text='[{"start", "end", "kind", "quote", "replacement"}] of the wrong passages, in code points.'
    )
    corrected = models.TextField(blank=True, help_text="The response with every replacement made.")
    comment = models.TextField(blank=True)
    skip_reason = models.CharField(max_length=200, blank=True)
    rest_checked = models.BooleanField(default=False, help_text="The annotator affirmed that the unflagged words were read.")
    arm = models.CharField(max_length=11, choices=Arm, default=Arm.HIGHLIGHTS)
    checkpoint = models.ForeignKey(
        Checkpoint, null=True, on_delete=models.PROTECT, related_name="annotations", db_index=False,
        help_text="Whose flags were shown, or in a study held back.",
    )  # fmt: skip
    threshold = models.FloatField(null=True, help_text="The threshold by which they were flags.")
    version = models.PositiveIntegerField(default=0, help_text="How many events it is the fold of.")
    active_ms = models.PositiveIntegerField(null=True, help_text="How long the person was at work on it, without the time away.")
    started_at = models.DateTimeField(null=True, help_text="When the item was handed out.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "annotator"], name="one_annotation_a_person")]
        indexes: ClassVar = [
            models.Index(fields=["annotator", "-submitted_at"], name="annotation_history", condition=Q(status="submitted")),
            models.Index(fields=["annotator", "-id"], name="annotation_skipped", condition=Q(status="skipped")),
        ]

    def __str__(self) -> str:
        return f"annotation of item {self.item_id} by {self.annotator_id}"

    @property
    def insertions(self) -> list[dict[str, Any]]:
        """The judgements that say that something is missing."""
        return [judgement for judgement in self.judgements if judgement["first"] == judgement["end"]]


class Event(models.Model):
    """One act of an annotator, exactly once by its key. Never changed."""

    key = models.UUIDField(unique=True, help_text="Made in the browser; a repeated request is recognised by it.")
    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="events", db_index=False)
    version = models.PositiveIntegerField(help_text="Its number in the annotation, from 1.")
    act = models.CharField(max_length=8, choices=Act)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(help_text="By the browser's clock.")
    active_ms = models.PositiveIntegerField(null=True, help_text="How long the person was at work since the act before.")
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("annotation_id", "version")
        constraints: ClassVar = [models.UniqueConstraint(fields=["annotation", "version"], name="one_event_a_version")]

    def __str__(self) -> str:
        return f"{self.act} {self.version} of annotation {self.annotation_id}"
