"""Help comes from a worker of its own, in time or not at all."""

import json
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from annotator.models import Checkpoint, Detection, Item, Project, User
from annotator.services import helping
from annotator.services.helping import AwayError, ask, is_newest
from annotator.services.work import read_work
from annotator.tasks import help_out

StartWorker = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def helped(scored_project: Project, item: Item, tiny: Checkpoint) -> Item:
    """An item with highlights of the tiny checkpoint."""
    cache.clear()
    Detection.objects.create(item=item, checkpoint=tiny, grounded=[0.4] * len(item.words))
    return item


def post(client: Client, item: Item, **question: Any) -> Any:
    return client.post(f"/projects/kites/desk/{item.pk}/help/", {"edits": [], **question}, content_type="application/json")


@pytest.mark.django_db
def test_without_a_helper_nobody_waits(broker: redis.Redis, helped: Item, alice: User) -> None:
    began = time.monotonic()
    with pytest.raises(AwayError, match="No helper is alive"):
        ask("values", work=read_work(helped, alice), user=alice, question={"edits": []})
    assert time.monotonic() - began < 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600)
def test_a_helper_answers_the_desk(
    start_worker: StartWorker, broker: redis.Redis, helped: Item, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    client.get("/projects/kites/desk/")
    assert post(client, helped, kind="values").json() == {"answer": None, "away": "No helper is alive"}
    start_worker("help")  # it loads the model before anybody asks
    cache.clear()
    deadline = time.monotonic() + 300
    while (reply := post(client, helped, kind="values").json())["answer"] is None and time.monotonic() < deadline:
        assert reply["away"] == "No answer in time"
    assert len(reply["answer"]["words"]) == len(helped.words)
    edits = [[1, 2, "blue"], [4, 6, ""]]
    answer = post(client, helped, kind="values", edits=edits).json()["answer"]
    assert [number for number, value in enumerate(answer["words"]) if value is None] == [1, 4, 5]
    assert len(post(client, helped, kind="suggestions", first=1, end=2).json()["answer"]) <= 3
    assert post(client, helped, kind="suggestions", first=1, end=2, edits=edits).json() == {
        "reason": "These words are replaced already"
    }


@pytest.mark.django_db
def test_of_many_questions_only_the_newest_is_worked_on(broker: redis.Redis, helped: Item, tiny: Checkpoint) -> None:
    question: dict[str, Any] = {"kind": "values", "item_id": helped.pk, "checkpoint_id": tiny.pk, "question": {"edits": []}}
    broker.set("turn:1:values", "answer:new")
    help_out(**question, key="answer:old", turn="turn:1:values")
    help_out(**question, key="answer:new", turn="turn:1:values")
    assert json.loads(broker.lpop("answer:old") or "") == {"answer": None}  # whoever waits for it need not wait longer
    assert broker.llen("answer:new") == 1
    assert is_newest(turn="turn:1:values", key="answer:new")
    assert 0 < broker.ttl("answer:new") <= 30  # an answer that nobody fetches does not stay


@pytest.mark.django_db
def test_a_newer_question_lets_the_older_one_go_at_once(
    broker: redis.Redis, helped: Item, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.set("helpers", True, 60)  # as if one were alive, that is busy
    work = read_work(helped, alice)
    came: list[Any] = []
    older = threading.Thread(target=lambda: came.append(ask("values", work=work, user=alice, question={"edits": []})))
    older.start()
    while not broker.exists(f"turn:{alice.pk}:values"):
        time.sleep(0.01)
    monkeypatch.setattr(helping, "PATIENCE", 0.2)
    with pytest.raises(AwayError, match="No answer in time"):
        ask("values", work=work, user=alice, question={"edits": []})
    older.join(2)
    assert came == [None]


@pytest.mark.django_db
def test_who_waits_for_help_never_takes_every_thread(
    broker: redis.Redis, helped: Item, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.set("helpers", True, 60)  # as if one were alive, that never answers
    monkeypatch.setattr(helping, "PATIENCE", 1.0)
    came: list[str] = []

    def wait(kind: str) -> None:
        with pytest.raises(AwayError) as away:
            ask(kind, work=work, user=alice, question={"edits": []})
        came.append(str(away.value))

    work = read_work(helped, alice)
    threads = [threading.Thread(target=wait, args=[f"kind {number}"]) for number in range(settings.WEB_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["No answer in time"] * (settings.WEB_THREADS - 1) + ["Too many are waiting already"]


@pytest.mark.django_db
def test_help_is_for_those_who_were_given_highlights(
    broker: redis.Redis, item: Item, alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    client.get("/projects/kites/desk/")
    assert post(client, item, kind="values").json() == {"answer": None}  # no checkpoint has been here
    assert post(client_of(mary), item, kind="values").json() == {"answer": None}  # it is not on her desk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ({"kind": "poems"}, "kind: must be values, suggestions or evidence, got 'poems'"),
        ({"kind": "values", "edits": None}, "edits: must be a list"),
        ({"kind": "values", "edits": [[0, 1]]}, "Edit 0 must be [first, end, text]"),
        ({"kind": "values", "edits": [[0, 1, "x" * 1001]]}, "Edit 0: "),
        ({"kind": "values", "edits": [[0, 1, "\ud800"]]}, "Edit 0: "),
        ({"kind": "values", "edits": [[0, 1, None]]}, "Edit 0: "),
        ({"kind": "values", "edits": [[0, 2, "x"], [1, 3, "y"]]}, "Edit 1 overlaps the one before"),
        ({"kind": "values", "edits": [[0, 2, "x"], [1, 1, "y"]]}, "Edit 1 overlaps the one before"),
        ({"kind": "values", "edits": [[11, 11, "x"]]}, "Edit 0: at must satisfy 0 <= at <= 10, got 11"),
        ({"kind": "values", "edits": [[0, 99, "x"]]}, "Edit 0: Words must satisfy 0 <= first < end <= 10, got [0, 99)"),
        ({"kind": "suggestions", "first": 3, "end": 3}, "Words must satisfy"),
        ({"kind": "suggestions"}, "Words must satisfy"),
        ({"kind": "evidence", "word": 10}, "Words must satisfy"),
        ({"kind": "evidence", "word": True}, "Words must satisfy"),
        ({"kind": "evidence", "word": "1"}, "Words must satisfy"),
    ],
)
def test_questions_that_make_no_sense_are_refused_by_name(
    question: dict[str, Any], reason: str, helped: Item, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    client.get("/projects/kites/desk/")
    response = post(client, helped, **question)
    assert response.status_code == 422
    assert reason in response.json()["reason"]
