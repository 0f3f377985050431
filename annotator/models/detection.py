"""What a checkpoint thinks of the words of an item."""

from collections.abc import Sequence
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from annotator.models.checkpoint import Checkpoint
from annotator.models.item import Item


class Detection(models.Model):
    """One checkpoint's grounded value in [0, 1] for every word of one item. Never changed."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="detections", db_index=False)  # the constraint has one
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="detections")
    grounded = ArrayField(models.FloatField(), help_text="One value a word, in the order of the item's words.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "checkpoint"], name="one_detection_a_checkpoint")]

    def __str__(self) -> str:
        return f"detection of item {self.item_id} by checkpoint {self.checkpoint_id}"

    def flags(self, threshold: float) -> list[tuple[int, int]]:
        """Runs of neighbouring words below the threshold, as half-open ranges of word numbers."""
        return flagged_runs(self.grounded, threshold)


class ScoringFailure(models.Model):
    """Why a checkpoint could not score an item (a broken picture, a value that is no number), and how often it was tried."""

    MOST_ATTEMPTS = 3  # after so many the sweep leaves the item alone, until somebody asks again

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="scoring_failures")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.CASCADE, related_name="scoring_failures")
    reason = models.CharField(max_length=300)
    attempts = models.PositiveSmallIntegerField(default=1)
    failed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["item", "checkpoint"], name="one_failure_a_checkpoint")]

    def __str__(self) -> str:
        return f"item {self.item_id} not scored by checkpoint {self.checkpoint_id}: {self.reason}"


def flagged_runs(grounded: Sequence[float], threshold: float) -> list[tuple[int, int]]:
    """Maximal runs `[first, end)` of word numbers whose grounded value is below the threshold."""
    runs: list[tuple[int, int]] = []
    for number, value in enumerate(grounded):
        if value >= threshold:
            continue
        if runs and runs[-1][1] == number:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs
