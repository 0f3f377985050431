"""Many questions at once, in order."""

import time

import pytest

from rewardmodel import asking
from rewardmodel.asking import ask_all
from rewardmodel.endpoint import Endpoint, EndpointError, EndpointRefusedError, Patience


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint("http://127.0.0.1:9/v1", "nobody", patience=Patience(concurrency=3))


def test_answers_come_in_the_order_of_the_tasks(endpoint):
    def ask(task: int) -> int:
        time.sleep(0.02 if task % 3 == 0 else 0.0)
        return task * task

    assert list(ask_all(endpoint, ask, range(20))) == [(task, task * task) for task in range(20)]


def test_a_failure_is_none_and_the_rest_goes_on(endpoint):
    def ask(task: int) -> int:
        if task == 1:
            raise EndpointError("busy")
        return task

    assert list(ask_all(endpoint, ask, range(3))) == [(0, 0), (1, None), (2, 2)]


def test_many_failures_in_a_row_end_it(endpoint):
    asked = []

    def ask(task: int) -> int:
        asked.append(task)
        raise EndpointError("busy")

    with pytest.raises(EndpointError, match="busy"):
        list(ask_all(endpoint, ask, range(1_000)))
    assert asking.FAILURES_IN_A_ROW <= len(asked) < 60


def test_a_refusal_ends_it_at_once(endpoint):
    def ask(task: int) -> int:
        raise EndpointRefusedError("no credit")

    with pytest.raises(EndpointRefusedError, match="no credit"):
        next(ask_all(endpoint, ask, range(1_000)))
