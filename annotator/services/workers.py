"""Which worker processes are alive: each writes a short-lived key at every heartbeat, pages read them all."""

import json
import logging
import os
from dataclasses import dataclass
from typing import Any

import redis
from celery import current_task
from celery.signals import heartbeat_sent
from django.conf import settings

logger = logging.getLogger(__name__)

LIFETIME = 10  # seconds that a worker counts as alive after its last heartbeat (they come every 2)
DEVICE_LIFETIME = 24 * 3600


@dataclass(frozen=True, slots=True)
class Worker:
    """One living worker. `device` is empty until it has loaded a checkpoint."""

    name: str
    queues: tuple[str, ...]
    device: str
    pid: int


def broker_client(*, timeout: float = 1.0) -> redis.Redis:
    """A client of the Redis that carries the queues. Gives up after `timeout` seconds."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=timeout, socket_connect_timeout=timeout, decode_responses=True)


@heartbeat_sent.connect
def tell_alive(sender: Any, **_: Any) -> None:
    """Write this worker's key. Runs in the worker's parent process, inside its event loop: short, and never fatal."""
    queues = sorted(sender.eventer.app.amqp.queues.consume_from)
    told = json.dumps({"queues": queues, "pid": os.getpid()})
    try:
        with broker_client() as client:
            client.set(f"worker:{sender.eventer.hostname}", told, ex=LIFETIME)
    except redis.RedisError as error:
        logger.warning("No heartbeat written: %s", error)


def tell_device(device: str) -> None:
    """Let the overview say which device this worker scores on. Does nothing outside a worker."""
    if current_task:
        with broker_client() as client:
            client.set(f"worker-device:{current_task.request.hostname}", device, ex=DEVICE_LIFETIME)


def live_workers() -> list[Worker]:
    """The workers heard of in the last ten seconds, by name. None where the broker does not answer: no worker can work then."""
    try:
        with broker_client() as client:
            names = sorted(key.removeprefix("worker:") for key in client.scan_iter("worker:*", count=1000))
            told = (
                client.mget([f"worker:{name}" for name in names] + [f"worker-device:{name}" for name in names]) if names else []
            )
    except redis.RedisError as error:
        logger.warning("Workers unknown: %s", error)
        return []
    heard = zip(names, told[: len(names)], told[len(names) :], strict=True)
    return [_worker(name, json.loads(words), device or "") for name, words, device in heard if words]


def _worker(name: str, words: dict[str, Any], device: str) -> Worker:
    return Worker(name, tuple(words["queues"]), device, words["pid"])
