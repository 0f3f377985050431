"""Asks an endpoint many things, each once, several at the same time, and stops where asking is in vain."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

from rewardmodel.answer_cache import AnswerCache, key_of
from rewardmodel.endpoint import Endpoint, EndpointError, EndpointRefusedError

logger = logging.getLogger(__name__)

FAILURES_IN_A_ROW = 20  # after which asking stops: what is wrong is not the single question
MOST_TOKENS = 2_048  # and as many as a text has characters: some models think first; the others stop when they are done

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def ask_once(
    endpoint: Endpoint, cache: AnswerCache, message: Mapping[str, Any], *names: str,
    longest: int, temperature: float = 0.0, **about: str,
) -> str:  # fmt: skip
    """The answer to a message, from the cache where it was given before; empty where it was cut off.

    `names` tell the question from all others: they are made of all that the model is shown, so that a changed prompt is asked
    anew. `longest` characters are expected at most; `about` is for readers of the cache.
    """
    key = key_of(endpoint.model, *names)
    cached = cache.get(key)
    if cached is not None:
        return cached
    answer = endpoint.chat([message], temperature=temperature, max_tokens=MOST_TOKENS + longest)
    text = "" if answer.is_cut else answer.text
    cache.put(key, text, **about)
    return text


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
