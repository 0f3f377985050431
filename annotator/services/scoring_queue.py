"""The way to the scorer: chunks of item ids on the queue `score`, and the sweep that finds what got lost. Knows no torch.

The database says what is unscored; the broker only carries hints. For every chunk that is on its way its name stands in a set
of its project, so that the sweep leaves alone what is being worked on and enqueues the rest.
"""

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from uuid import uuid4

import redis
from django.db import connection
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError

from annotator.models import Item, Project, ScoringFailure
from annotator.services.workers import broker_client
from annotator.tasks import score_items

logger = logging.getLogger(__name__)

CHUNK = 64
QUEUE = "score"
SWEEP_ITEMS = 200 * CHUNK  # of one project at once; the next sweep takes the next
REFRESHED_TOGETHER = 1_000
MOST_DELIVERIES = 3
GRACE_SECONDS = 5  # between the commit of an import batch and its messages
FORGET_SECONDS = 3600

# The doubt is read from the stored detections, so that it is right whichever worker comes last; and only those of the
# checkpoint that is active now count, so that a worker that still held an older one changes nothing. Rows are locked in
# one order, so that two workers with the same items wait for each other instead of dying.
REFRESH_DOUBT = """
      WITH locked AS (SELECT id, project_id FROM annotator_item WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)
    UPDATE annotator_item AS item
       SET doubt = 1 - (SELECT min(value) FROM unnest(detection.grounded) AS value)
      FROM locked, annotator_detection AS detection, annotator_project AS project
     WHERE item.id = locked.id AND detection.item_id = locked.id
       AND project.id = locked.project_id AND detection.checkpoint_id = project.active_checkpoint_id
"""


def chunks(item_ids: Iterable[int], size: int = CHUNK) -> Iterator[list[int]]:
    """The ids in lists of at most `size`."""
    item_ids = iter(item_ids)
    while chunk := list(islice(item_ids, size)):
        yield chunk


def enqueue_scoring(*, project_id: int, item_ids: Sequence[int]) -> None:
    """Send items to the scorer, in chunks. A broker that is away loses nothing: the sweep finds the items in the database."""
    messages = {str(uuid4()): ids for ids in chunks(item_ids)}
    if not messages:
        return
    try:
        with broker_client() as client:
            client.sadd(_on_the_way(project_id), *messages)
            client.expire(_on_the_way(project_id), FORGET_SECONDS)
        for name, ids in messages.items():
            score_items.apply_async(kwargs={"project_id": project_id, "item_ids": ids}, task_id=name)
    except (redis.RedisError, OperationalError) as error:
        logger.warning("%s items of project %s wait for the broker: %s", len(item_ids), project_id, error)


def items_to_score(project: Project, *, most: int | None = None) -> list[int]:
    """What the project's active checkpoint should score and has not, in the order in which people will see it."""
    if project.active_checkpoint is None:
        return []
    waiting = Item.objects.filter(project=project).to_score(project.active_checkpoint)
    return list(waiting.order_by("-open_slots", F("doubt").desc(nulls_first=True), "id").values_list("id", flat=True)[:most])


def enqueue_project(*, project_id: int, most: int | None = None) -> int:
    """Enqueue what the project's active checkpoint should score, or so many of them. How many items."""
    item_ids = items_to_score(Project.objects.select_related("active_checkpoint").get(pk=project_id), most=most)
    enqueue_scoring(project_id=project_id, item_ids=item_ids)
    return len(item_ids)


def refresh_doubt(item_ids: Sequence[int]) -> None:
    """Set the doubt of items to what their project's active checkpoint thinks of them, where it has scored them."""
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_DOUBT, [list(item_ids)])


def rescore_project(*, project_id: int) -> int:
    """Follow a change of the active checkpoint: order by what it said of items before, and enqueue the others. How many."""
    project = Project.objects.select_related("active_checkpoint").get(pk=project_id)
    known = Item.objects.filter(project=project, open_slots__gt=0, detections__checkpoint=project.active_checkpoint)
    for ids in chunks(known.order_by("id").values_list("id", flat=True).iterator(), REFRESHED_TOGETHER):
        refresh_doubt(ids)
    return enqueue_project(project_id=project_id)


def begin_chunk(*, project_id: int, chunk: str, item_ids: Sequence[int]) -> bool:
    """Count that a chunk was delivered, and say whether to score it.

    False where workers died of it so often that one of its items must be the cause: then each item gets a message of its own,
    and an item that was alone already is given up, so that it can't keep killing workers.
    """
    with broker_client() as client:
        deliveries = client.incr(_deliveries(chunk))
        client.expire(_deliveries(chunk), FORGET_SECONDS)
    if deliveries <= MOST_DELIVERIES:
        return True
    logger.error("Workers died %s times over items %s", MOST_DELIVERIES, item_ids)
    if len(item_ids) == 1:
        _give_up(project_id, item_ids[0])
    else:
        for item_id in item_ids:
            enqueue_scoring(project_id=project_id, item_ids=[item_id])
    return False


def _give_up(project_id: int, item_id: int) -> None:
    checkpoint = Project.objects.select_related("active_checkpoint").get(pk=project_id).active_checkpoint
    failure = {"reason": "Workers died whenever they scored it", "attempts": ScoringFailure.MOST_ATTEMPTS}
    if checkpoint:
        ScoringFailure.objects.update_or_create(item_id=item_id, checkpoint=checkpoint, defaults=failure)


def forget_chunk(*, project_id: int, chunk: str) -> None:
    """Note that a chunk is no longer on its way, however it went."""
    with broker_client() as client:
        client.srem(_on_the_way(project_id), chunk)
        client.delete(_deliveries(chunk))


def requeue_unscored() -> int:
    """Enqueue what should be scored and is not on its way: its message was lost, or its scoring failed. How many items."""
    with broker_client() as client:
        nothing_moves = not client.llen(QUEUE) and not _is_held(client)
        projects = Project.objects.exclude(active_checkpoint=None).values_list("pk", flat=True)
        if nothing_moves and projects:  # names without a message: it died with a worker's or the broker's memory
            client.delete(*map(_on_the_way, projects))
        lost = [pk for pk in projects if not client.exists(_on_the_way(pk))]
    return sum(enqueue_project(project_id=pk, most=SWEEP_ITEMS) for pk in lost if _has_settled(pk))


def _is_held(client: redis.Redis) -> bool:
    """Whether a worker has taken a chunk that it has not acknowledged. A worker holds few messages, so reading them is cheap."""
    return any(json.loads(held)[2] == QUEUE for held in client.hvals("unacked"))


def _has_settled(project_id: int) -> bool:
    newest = Item.objects.filter(project_id=project_id).order_by("-id").values_list("created_at", flat=True).first()
    return newest is not None and (timezone.now() - newest).total_seconds() > GRACE_SECONDS


def _on_the_way(project_id: int) -> str:
    return f"scoring:{project_id}"


def _deliveries(chunk: str) -> str:
    return f"deliveries:{chunk}"


class ScoringProgress(NamedTuple):
    """How many items need no scoring any more, wait for it, and were given up on; `ScoringFailure.reason` says why."""

    scored: int
    waiting: int
    failed: int


def scoring_progress(project: Project, items: int) -> ScoringProgress:
    """How far the active checkpoint is with the project's own items, of which there are so many."""
    if project.active_checkpoint is None:
        return ScoringProgress(0, 0, 0)
    tried = ScoringFailure.objects.filter(item__in=Item.objects.data_of(project), checkpoint=project.active_checkpoint)
    failed = tried.filter(attempts__gte=ScoringFailure.MOST_ATTEMPTS).count()
    waiting = Item.objects.data_of(project).to_score(project.active_checkpoint).count()
    return ScoringProgress(items - waiting - failed, waiting, failed)
