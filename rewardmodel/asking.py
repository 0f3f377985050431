"""Asks an endpoint many things, several at the same time, and stops where asking is in vain."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from rewardmodel.endpoint import Endpoint, EndpointError, EndpointRefusedError

logger = logging.getLogger(__name__)

FAILURES_IN_A_ROW = 20  # after which asking stops: what is wrong is not the single question

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def ask_all(endpoint: Endpoint, ask: Callable[[Task], Answer], tasks: Iterable[Task]) -> Iterator[tuple[Task, Answer | None]]:
    """What `ask` answers to each task, in the order given, while others are under way; None where the endpoint failed.

    Tasks are taken a few ahead of the answers, so that they may be many. Raises EndpointError where the endpoint refuses, or
    fails many times in a row.
    """
    waiting = iter(tasks)
    failures = 0
    with ThreadPoolExecutor(endpoint.patience.concurrency) as pool:
        under_way = deque(_started(pool, ask, islice(waiting, 4 * endpoint.patience.concurrency)))
        try:
            while under_way:
                task, future = under_way.popleft()
                answer = _answer(future, is_last_straw=failures + 1 >= FAILURES_IN_A_ROW)
                failures = failures + 1 if answer is None else 0
                under_way.extend(_started(pool, ask, islice(waiting, 1)))
                yield task, answer
        finally:
            if under_way:  # ended early: what is under way is still answered and may be kept, nothing more is asked for
                endpoint.stop()
                pool.shutdown(wait=False, cancel_futures=True)


def _started(pool: ThreadPoolExecutor, ask: Callable[[Task], Answer], tasks: Iterable[Task]) -> list[tuple[Task, Future[Answer]]]:
    return [(task, pool.submit(ask, task)) for task in tasks]


def _answer(future: Future[Answer], *, is_last_straw: bool) -> Answer | None:
    try:
        return future.result()
    except EndpointError as error:
        if is_last_straw or isinstance(error, EndpointRefusedError):
            raise
        logger.warning("%s", error)
        return None
