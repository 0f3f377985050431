"""The ONE door to torch: scores items with their project's active checkpoint. For workers and commands, never for the web."""

import logging
import math
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import torch
from django.conf import settings
from django.db import transaction
from django.db.models import F

from annotator.models import Checkpoint, Detection, Item, Project, ScoringFailure
from annotator.services.checkpoints import folder_of
from annotator.services.images import image_file
from annotator.services.scoring_queue import refresh_doubt
from annotator.services.workers import tell_device
from rewardmodel.checkpoints import weights_sha256
from rewardmodel.scoring import Request, Scorer

logger = logging.getLogger(__name__)

LOADED = 2  # checkpoints that stay in memory
OF_THE_ITEM = (OSError, ValueError, torch.OutOfMemoryError)  # what one bad picture or response can raise


def score_items(*, project_id: int, item_ids: Sequence[int]) -> int:
    """Store the active checkpoint's detections of those items that lack one, and the doubt of all. How many were scored.

    An item that cannot be scored is remembered with its reason and keeps nobody else back.
    """
    project = Project.objects.select_related("active_checkpoint").get(pk=project_id)
    checkpoint = project.active_checkpoint
    if checkpoint is None:
        return 0
    items = list(
        Item.objects.filter(pk__in=item_ids, project=project).without_detection(checkpoint).select_related("image").order_by("id")
    )
    scorer = scorer_of(checkpoint)
    tell_device(str(scorer.device))
    failures: dict[Item, str] = {}
    grounded = _score(scorer, items, failures)
    _store(checkpoint, item_ids, grounded, failures)
    return len(grounded)


def scorer_of(checkpoint: Checkpoint) -> Scorer:
    """The checkpoint, loaded."""
    return _loaded(folder_of(checkpoint), checkpoint.weights_sha256)


@lru_cache(maxsize=LOADED)
def _loaded(folder: Path, sha256: str) -> Scorer:
    found = weights_sha256(folder)
    if found != sha256:
        raise ValueError(f"The weights in {folder} are not the registered ones: {found[:12]} instead of {sha256[:12]}")
    logger.info("Loading checkpoint %s", folder)
    # One core is left to the others: threads of one computation wait for the slowest, so that on two cores that were busy
    # otherwise 64 captions took 12 s with two threads and 3.5 s with one.
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))
    return Scorer.load(folder, settings.DEVICE or None)


def _score(scorer: Scorer, items: list[Item], failures: dict[Item, str]) -> dict[Item, list[float]]:
    """Values of the items that can be scored. What fails is halved until the culprit is alone; that one goes to `failures`."""
    if not items:
        return {}
    try:
        rows = scorer.score([Request(image_file(item.image), item.prompt, item.response) for item in items])
    except OF_THE_ITEM as error:
        if len(items) > 1:
            middle = len(items) // 2
            return _score(scorer, items[:middle], failures) | _score(scorer, items[middle:], failures)
        failures[items[0]] = f"{type(error).__name__}: {error}"
        return {}
    refused = {item: reason for item, row in zip(items, rows, strict=True) if (reason := refusal(item, row))}
    failures |= refused
    return {item: row for item, row in zip(items, rows, strict=True) if item not in refused}


def refusal(item: Item, grounded: Sequence[float]) -> str:
    """Why values must not be stored for an item; empty when they may."""
    if len(grounded) != len(item.words):
        return f"The model gave {len(grounded)} values for {len(item.words)} words"
    if not all(math.isfinite(value) and 0.0 <= value <= 1.0 for value in grounded):
        return "The model gave values that are no probabilities"
    return ""


@transaction.atomic
def _store(checkpoint: Checkpoint, item_ids: Sequence[int], grounded: dict[Item, list[float]], failures: dict[Item, str]) -> None:
    detections = [Detection(item=item, checkpoint=checkpoint, grounded=row) for item, row in grounded.items()]
    Detection.objects.bulk_create(detections, ignore_conflicts=True)
    ScoringFailure.objects.filter(checkpoint=checkpoint, item__in=grounded).delete()
    for item, reason in failures.items():
        logger.error("Item %s was not scored by checkpoint %s: %s", item.pk, checkpoint.pk, reason)
        ScoringFailure.objects.update_or_create(
            item=item, checkpoint=checkpoint,
            create_defaults={"reason": reason[:300]}, defaults={"reason": reason[:300], "attempts": F("attempts") + 1},
        )  # fmt: skip
    refresh_doubt(item_ids)
