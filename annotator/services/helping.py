"""Help while somebody works on an item: asked of a worker that does nothing else, answered in a moment or not at all."""

import json
import logging
from threading import BoundedSemaphore
from typing import Any
from uuid import uuid4

import redis
from celery.signals import worker_ready
from django.conf import settings
from django.core.cache import cache
from kombu.exceptions import OperationalError

from annotator.models import User
from annotator.services.work import Work
from annotator.services.workers import broker_client, live_workers
from annotator.tasks import get_ready, help_out

logger = logging.getLogger(__name__)

QUEUE = "help"
PATIENCE = 3.0  # seconds that a person's page waits for an answer
KEPT = 30  # seconds for which an answer that nobody fetched is kept
# a thread of this process that waits here serves no page: one is always left
_waiting = BoundedSemaphore(max(1, settings.WEB_THREADS - 1))
LOOKED_FOR = 2  # seconds between looks for living helpers: a page must not wait for one that is away


class AwayError(Exception):
    """Nobody answers: no helper is alive, or it has too much to do."""


def ask(kind: str, *, work: Work, user: User, question: dict[str, Any]) -> Any:
    """What the checkpoint whose flags a person is shown says about their item: see `services/live.py` for kinds and answers.

    Of a person's questions of one kind only the newest is worked on; the one before is answered with None at once. Raises
    AwayError where no answer came in time, and ValueError for a question that can't be answered.
    """
    if not _is_somebody_there():
        raise AwayError("No helper is alive")
    if not _waiting.acquire(blocking=False):
        raise AwayError("Too many are waiting already")
    try:
        return _answer(kind, work, user, question)
    finally:
        _waiting.release()


def _answer(kind: str, work: Work, user: User, question: dict[str, Any]) -> Any:
    key, turn = f"answer:{uuid4()}", f"turn:{user.pk}:{kind}"
    checkpoint_id = work.shown and work.shown.checkpoint_id
    try:
        with broker_client(timeout=PATIENCE + 1) as client:
            if older := client.set(turn, key, ex=KEPT, get=True):
                reply(key=older, message={"answer": None})  # nobody works on it any more: it need not wait for its time to be up
            help_out.apply_async(
                kwargs={
                    "kind": kind, "item_id": work.item.pk, "checkpoint_id": checkpoint_id, "question": question, "key": key,
                    "turn": turn,
                },
                queue=QUEUE, expires=PATIENCE,
            )  # fmt: skip
            came = client.blpop([key], timeout=PATIENCE)
    except (redis.RedisError, OperationalError) as error:
        raise AwayError("The queue does not answer") from error
    if came is None:
        raise AwayError("No answer in time")
    answer = json.loads(came[1])
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer["answer"]


def is_newest(*, turn: str, key: str) -> bool:
    """Whether nobody asked anew since: an older question has nobody who waits for it."""
    with broker_client() as client:
        return bool(client.get(turn) == key)


def reply(*, key: str, message: dict[str, Any]) -> None:
    """Hand an answer to the page that waits for it."""
    with broker_client() as client, client.pipeline() as pipe:
        pipe.rpush(key, json.dumps(message)).expire(key, KEPT).execute()


@worker_ready.connect
def warm_up(sender: Any, **_: Any) -> None:
    """A helper that comes up loads its checkpoints before anybody waits for them."""
    if QUEUE in sender.app.amqp.queues.consume_from:
        get_ready.apply_async(queue=QUEUE, expires=60)


def _is_somebody_there() -> bool:
    known: bool | None = cache.get("helpers")
    if known is None:
        known = any(QUEUE in worker.queues for worker in live_workers())
        cache.set("helpers", known, LOOKED_FOR)
    return known
