"""Reviews: how far people's judgements of one item differ, and what holds once somebody has settled it."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from annotator.models.item import Item
from annotator.models.project import Project
from annotator.models.user import User


class ReviewQuerySet(models.QuerySet["Review"]):
    def of_data(self, project: Project) -> Self:
        """The reviews of a project's items, without the withdrawn ones."""
        return self.filter(project=project, item__is_withdrawn=False)

    def holding(self) -> Self:
        """Reviews whose settled judgement is the label of their item; also where an annotation changed since."""
        return self.filter(state__in=Review.HOLDING)

    def in_order(self) -> Self:
        """Those with most to settle first."""
        return self.order_by(F("disagreement").desc(), "item_id")

    def after(self, review: "Review") -> Self:
        """What follows a review in that order."""
        less = Q(disagreement__lt=review.disagreement)
        return self.filter(less | Q(disagreement=review.disagreement, item_id__gt=review.item_id))


class Review(models.Model):
    """One item that at least two people judged. Until it is settled, everything from `reviewer` on is empty.

    What was settled stays when it is reopened, as the proposal to begin with.
    """

    class State(models.TextChoices):
        OPEN = "open", _("To settle")
        SETTLED = "settled", _("Settled")
        STALE = "stale", _("Settled, changed since")  # an annotation it was made from changed, or another one came
        AGREED = "agreed", _("Nobody differs")

    HOLDING: ClassVar = (State.SETTLED, State.STALE)

    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="review")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reviews", db_index=False)  # the item's
    state = models.CharField(max_length=7, choices=State)
    compared = models.JSONField(help_text="[[annotation, version], …] of the counted annotations as they are now, by id.")
    differing = models.PositiveIntegerField(
        help_text="How many words, and places between them, not all of them say the same about."
    )
    disagreement = models.FloatField(help_text="The share of the item's words that this is, in [0, 1]; the order of the list.")
    reviewer = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="reviews")
    made_from = models.JSONField(default=list, help_text="What `compared` was when it was settled.")
    judgements = models.JSONField(default=list, help_text="As of an annotation.")
    spans = models.JSONField(default=list, help_text="As of an annotation.")
    corrected = models.TextField(blank=True, help_text="The response with every replacement made.")
    rest_checked = models.BooleanField(default=False, help_text="One of the annotators affirmed that the other words were read.")
    comment = models.TextField(blank=True)
    settled_at = models.DateTimeField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(F("project"), F("state"), F("disagreement").desc(), F("item"), name="review_list"),
            models.Index(fields=["project", "-item"], name="review_latest"),
        ]

    def __str__(self) -> str:
        return f"review of item {self.item_id}"

    @property
    def holds(self) -> bool:
        """Whether the settled judgement is the item's label."""
        return self.state in self.HOLDING

    @property
    def people(self) -> int:
        """How many counted judgements of the item there are."""
        return len(self.compared)
