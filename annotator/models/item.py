"""Images and the items that are judged on them."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from annotator.models.project import Membership, Project, Role

if TYPE_CHECKING:
    from annotator.models.checkpoint import Checkpoint


class Image(models.Model):
    """A picture, stored once by the SHA-256 of the bytes that were brought in."""

    sha256 = models.CharField(max_length=64, unique=True)
    path = models.CharField(max_length=200, help_text="Relative to the image store.")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField(help_text="Size of the stored file.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.sha256[:12]


class ItemState(models.TextChoices):
    """What people look for in the list of items."""

    WAITING = "waiting", _("Waiting for people")
    IN_WORK = "in-work", _("On somebody's desk")
    ANNOTATED = "annotated", _("Annotated")
    SKIPPED = "skipped", _("Skipped by somebody")
    COMMENTED = "commented", _("With a comment")
    WITHDRAWN = "withdrawn", _("Withdrawn")


# What counts of a project; checks and withdrawn items don't. The second is for rows that point at their item.
OF_DATA = Q(is_check=False, is_withdrawn=False)
ITEM_OF_DATA = Q(item__is_check=False, item__is_withdrawn=False)


class ItemQuerySet(models.QuerySet["Item"]):
    def data_of(self, project: Project | OuterRef) -> Self:
        """The project's own items: what is counted, exported and learned from. Neither checks nor withdrawn items are."""
        return self.filter(OF_DATA, project=project)

    def browsed_by(self, membership: Membership) -> Self:
        """The items that a member may look through.

        Where checks are handed out among them, an annotator gets what is or was on their own desk: checks look like items, but
        whoever could compare all of them would find two that are alike.
        """
        project, user = membership.project, membership.user_id
        if Role(membership.role).includes(Role.REVIEWER):
            return self.filter(project=project)
        return self.handled_by(user).filter(project=project) if project.has_checks else self.data_of(project)

    def handled_by(self, user_id: int) -> Self:
        """Items that somebody submitted or skipped, or has on their desk."""
        from annotator.models.annotation import Annotation, Lease  # noqa: PLC0415 -- both point at their item

        own = Annotation.objects.filter(annotator=user_id)  # by status, each with an index of its own
        closed = [own.filter(status=status).values("item") for status in (Annotation.Status.SUBMITTED, Annotation.Status.SKIPPED)]
        return self.filter(pk__in=Lease.objects.filter(annotator=user_id).values("item").union(*closed))

    def without_detection(self, checkpoint: "Checkpoint") -> Self:
        """Items that the checkpoint has not scored."""
        from annotator.models.detection import Detection  # noqa: PLC0415 -- a detection points at its item

        return self.filter(~Exists(Detection.objects.filter(item=OuterRef("pk"), checkpoint=checkpoint)))

    def in_state(self, state: "ItemState") -> Self:
        """Items of which this is true; an item can be in several states at once."""
        from annotator.models.annotation import Annotation, Lease  # noqa: PLC0415 -- both point at their item

        of_item = Annotation.objects.filter(item=OuterRef("pk"))
        match state:
            case ItemState.WAITING:
                return self.filter(open_slots__gt=0)
            case ItemState.IN_WORK:
                return self.filter(Exists(Lease.objects.filter(item=OuterRef("pk"))))
            case ItemState.ANNOTATED:
                return self.filter(Exists(of_item.filter(status=Annotation.Status.SUBMITTED, counts=True)))
            case ItemState.SKIPPED:
                return self.filter(Exists(of_item.filter(status=Annotation.Status.SKIPPED)))
            case ItemState.COMMENTED:
                return self.filter(Exists(of_item.exclude(comment="")))
            case ItemState.WITHDRAWN:
                return self.filter(is_withdrawn=True)

    def flagged(self, threshold: float) -> Self:
        """Items whose newest detection has a word below the threshold."""
        return self.filter(doubt__gt=1 - threshold)

    def to_score(self, checkpoint: "Checkpoint") -> Self:
        """What the checkpoint should score and has not: items that people may still get, and those never scored at all.

        Items that one failed on often enough are left alone.
        """
        from annotator.models.detection import Detection, ScoringFailure  # noqa: PLC0415 -- both point at their item

        mine = Q(item=OuterRef("pk"))
        given_up = ScoringFailure.objects.filter(mine, checkpoint=checkpoint, attempts__gte=ScoringFailure.MOST_ATTEMPTS)
        never_scored = ~Exists(Detection.objects.filter(mine))
        wanted = Q(open_slots__gt=0) | never_scored
        return self.without_detection(checkpoint).filter(wanted, ~Exists(given_up), is_withdrawn=False)


class FreeNumber(models.Model):
    """A number among those of a project's imported items that none of them has.

    A check made later takes one, so that its number, which every page and address shows, does not say that it came later.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="free_numbers")
    number = models.BigIntegerField(unique=True, help_text="Of the sequence of item ids, so nothing else has it.")

    def __str__(self) -> str:
        return str(self.number)


class Item(models.Model):
    """One (image, prompt, response) to be judged. Text and words never change after the import."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="items", db_index=False)  # `item_list` serves
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="items")
    external_id = models.CharField(max_length=200, null=True, blank=True)
    prompt = models.TextField(blank=True)
    response = models.TextField()
    words = models.JSONField(help_text="[[start, end), …] of every word of the response, in code points; fixed at import.")
    metadata = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of image, prompt, response and external id.")
    doubt = models.FloatField(
        null=True, blank=True, help_text="1 - the lowest grounded value of the newest detection; the order of the queue."
    )
    open_slots = models.SmallIntegerField(
        default=1, help_text="How many more people may take it: wanted - counted annotations - live leases."
    )
    is_check = models.BooleanField(db_default=False, help_text="Handed out to see how people do; no data of the project.")
    is_withdrawn = models.BooleanField(
        db_default=False, help_text="Taken out of the project: kept with all that was said of it, and no data of the project."
    )
    withdrawn_by_hand = models.BooleanField(db_default=False, help_text="Alone, so that no import brings it back.")
    imported_by = models.ForeignKey(
        "annotator.Run", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False,  # `item_of_import`
        help_text="The import that brought it, or brought it back.",
    )  # fmt: skip
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "fingerprint"], name="one_item_a_fingerprint"),
            models.UniqueConstraint(
                fields=["project", "external_id"], condition=Q(is_withdrawn=False), name="one_item_an_external_id"
            ),
            models.CheckConstraint(condition=Q(open_slots__gte=0), name="never_more_people_than_wanted"),
        ]
        indexes: ClassVar = [
            models.Index(
                F("project"),
                F("doubt").desc(nulls_last=True),
                F("id"),
                name="item_queue",
                condition=Q(open_slots__gt=0, is_check=False),
            ),
            models.Index(fields=["project", "id"], name="item_list", condition=Q(is_withdrawn=False)),
            models.Index(fields=["project", "id"], name="item_withdrawn", condition=Q(is_withdrawn=True)),
            models.Index(fields=["imported_by", "id"], name="item_of_import", condition=Q(imported_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"item {self.pk}"

    @property
    def quotes(self) -> list[str]:
        """The words as they stand in the response."""
        return [self.response[start:end] for start, end in self.words]
