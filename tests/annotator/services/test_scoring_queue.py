"""Items reach the scorer by messages; what no message stands for is found in the database."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.db import transaction
from django.utils import timezone

from annotator.models import Annotation, Checkpoint, Detection, Item, Lease, Project, ScoringFailure, User
from annotator.services.scoring_queue import (
    begin_chunk,
    enqueue_project,
    enqueue_scoring,
    forget_chunk,
    refresh_doubt,
    requeue_unscored,
    rescore_project,
    scoring_progress,
)

MakeItems = Callable[..., list[Item]]


def settled(items: list[Item]) -> list[int]:
    """The ids of items, made long enough ago that their own messages must have been sent."""
    Item.objects.filter(pk__in=[item.pk for item in items]).update(created_at=timezone.now() - timedelta(minutes=1))
    return [item.pk for item in items]


def messages(broker: redis.Redis) -> list[dict[str, Any]]:
    """The arguments of the messages that wait on the queue, the oldest first."""
    from base64 import b64decode

    waiting = [json.loads(message) for message in reversed(broker.lrange("score", 0, -1))]
    return [json.loads(b64decode(message["body"]))[1] for message in waiting]


def detect(item: Item, checkpoint: Checkpoint, lowest: float = 0.25) -> Detection:
    return Detection.objects.create(item=item, checkpoint=checkpoint, grounded=[lowest] + [0.9] * (len(item.words) - 1))


@pytest.mark.django_db(transaction=True)
def test_enqueue_sends_chunks_of_64_in_order(broker: redis.Redis, project: Project) -> None:
    enqueue_scoring(project_id=project.pk, item_ids=range(1, 151))
    sent = messages(broker)
    assert [len(message["item_ids"]) for message in sent] == [64, 64, 22]
    assert [number for message in sent for number in message["item_ids"]] == list(range(1, 151))
    assert {message["project_id"] for message in sent} == {project.pk}
    assert broker.scard(f"scoring:{project.pk}") == 3


def test_enqueue_nothing_sends_nothing(broker: redis.Redis, project: Project) -> None:
    enqueue_scoring(project_id=project.pk, item_ids=[])
    assert broker.keys("*") == []


def test_enqueue_survives_a_broker_that_is_away(settings: Any, project: Project, caplog: pytest.LogCaptureFixture) -> None:
    settings.REDIS_URL = "unix:///nowhere/at/all.sock"
    enqueue_scoring(project_id=project.pk, item_ids=[1, 2, 3])
    assert f"3 items of project {project.pk} wait for the broker" in caplog.text


def test_sweep_enqueues_what_was_lost_once(broker: redis.Redis, scored_project: Project, make_items: MakeItems) -> None:
    expected = settled(make_items(70))
    assert requeue_unscored() == 70
    assert sorted(number for message in messages(broker) for number in message["item_ids"]) == expected
    assert requeue_unscored() == 0
    assert broker.llen("score") == 2


def test_sweep_leaves_alone_what_is_being_committed_just_now(
    broker: redis.Redis, scored_project: Project, make_items: MakeItems
) -> None:
    make_items(3)
    assert requeue_unscored() == 0


def test_sweep_enqueues_again_after_the_broker_forgot_everything(
    broker: redis.Redis, scored_project: Project, make_items: MakeItems
) -> None:
    settled(make_items(3))
    requeue_unscored()
    broker.flushdb()
    assert requeue_unscored() == 3


def test_sweep_enqueues_again_when_names_outlived_their_messages(
    broker: redis.Redis, scored_project: Project, make_items: MakeItems
) -> None:
    settled(make_items(3))
    requeue_unscored()
    broker.delete("score")
    assert requeue_unscored() == 3


def test_sweep_waits_for_a_chunk_that_a_worker_holds(broker: redis.Redis, scored_project: Project, make_items: MakeItems) -> None:
    settled(make_items(3))
    requeue_unscored()
    held = broker.lpop("score")
    broker.hset("unacked", "tag", json.dumps([json.loads(str(held)), "", "score"]))
    assert requeue_unscored() == 0
    broker.hset("unacked", "tag", json.dumps([json.loads(str(held)), "", "runs"]))
    assert requeue_unscored() == 3


def test_backlog_of_one_project_does_not_keep_lost_items_of_another_waiting(
    broker: redis.Redis, scored_project: Project, tiny: Checkpoint, make_items: MakeItems
) -> None:
    boats = Project.objects.create(name="Boats", slug="boats", active_checkpoint=tiny)
    settled(make_items(3))
    requeue_unscored()
    settled(make_items(2, project=boats))
    assert requeue_unscored() == 2


def test_forgotten_chunk_is_swept_if_it_was_not_scored(
    broker: redis.Redis, scored_project: Project, make_items: MakeItems
) -> None:
    settled(make_items(3))
    requeue_unscored()
    [chunk] = broker.smembers(f"scoring:{scored_project.pk}")
    broker.delete("score")
    forget_chunk(project_id=scored_project.pk, chunk=str(chunk))
    assert requeue_unscored() == 3


def test_chunk_that_kills_workers_is_taken_apart_and_the_item_alone_is_given_up(
    broker: redis.Redis, scored_project: Project, tiny: Checkpoint, make_items: MakeItems
) -> None:
    numbers = [item.pk for item in make_items(3)]
    delivered = [begin_chunk(project_id=scored_project.pk, chunk="chunk", item_ids=numbers) for _ in range(4)]
    assert delivered == [True, True, True, False]
    assert [message["item_ids"] for message in messages(broker)] == [[number] for number in numbers]
    delivered = [begin_chunk(project_id=scored_project.pk, chunk="alone", item_ids=numbers[:1]) for _ in range(4)]
    assert delivered == [True, True, True, False]
    assert ScoringFailure.objects.get().reason == "Workers died whenever they scored it"
    assert [item.pk for item in Item.objects.to_score(tiny).order_by("id")] == numbers[1:]


def test_chunk_that_was_scored_leaves_nothing_behind(broker: redis.Redis, scored_project: Project, make_items: MakeItems) -> None:
    from annotator.tasks import score_items

    enqueue_scoring(project_id=scored_project.pk, item_ids=[item.pk for item in make_items(3)])
    [chunk] = broker.smembers(f"scoring:{scored_project.pk}")
    [message] = messages(broker)
    score_items.apply(kwargs=message, task_id=str(chunk))
    assert Detection.objects.count() == 3
    assert broker.keys("scoring:*") == broker.keys("deliveries:*") == []


def test_project_without_a_checkpoint_is_not_swept(broker: redis.Redis, project: Project, make_items: MakeItems) -> None:
    settled(make_items(3))
    assert requeue_unscored() == 0
    assert enqueue_project(project_id=project.pk) == 0


def test_annotated_items_are_not_scored_again_but_scored_once(
    scored_project: Project, tiny: Checkpoint, other: Checkpoint, make_items: MakeItems
) -> None:
    annotated_and_seen, annotated_unseen, pending_seen, pending_unseen = make_items(4)
    Item.objects.filter(pk__in=[annotated_and_seen.pk, annotated_unseen.pk]).update(open_slots=0)
    detect(annotated_and_seen, tiny)
    detect(pending_seen, tiny)
    assert set(Item.objects.to_score(tiny)) == {annotated_unseen, pending_unseen}
    assert set(Item.objects.to_score(other)) == {annotated_unseen, pending_unseen, pending_seen}


def test_item_on_a_desk_is_scored_again_once_it_comes_back(
    scored_project: Project, tiny: Checkpoint, other: Checkpoint, item: Item, alice: User
) -> None:
    from annotator.services.queue import release, take_next

    detect(item, tiny)
    lease = take_next(project=scored_project, user=alice)
    assert isinstance(lease, Lease)
    assert list(Item.objects.to_score(other)) == []
    release(lease=lease)
    assert list(Item.objects.to_score(other)) == [item]


def test_progress_counts_what_needs_no_scoring(
    scored_project: Project, tiny: Checkpoint, other: Checkpoint, make_items: MakeItems
) -> None:
    items = make_items(4)
    assert scoring_progress(scored_project, 4) == (0, 4, 0)
    detect(items[0], tiny)
    ScoringFailure.objects.create(item=items[1], checkpoint=tiny, reason="broken", attempts=3)
    assert scoring_progress(scored_project, 4) == (1, 2, 1)
    scored_project.active_checkpoint = other
    assert scoring_progress(scored_project, 4) == (0, 4, 0)
    Item.objects.filter(pk=items[0].pk).update(open_slots=0)  # nobody gets it any more: the new checkpoint need not score it
    assert scoring_progress(scored_project, 4) == (1, 3, 0)
    scored_project.active_checkpoint = None
    assert scoring_progress(scored_project, 4) == (0, 0, 0)


def test_doubt_follows_the_active_checkpoint_only(
    scored_project: Project, tiny: Checkpoint, other: Checkpoint, make_items: MakeItems
) -> None:
    first, second = make_items(2)
    detect(first, tiny, 0.25)
    detect(first, other, 0.5)
    detect(second, other, 0.5)
    refresh_doubt([first.pk, second.pk])
    assert list(Item.objects.order_by("id").values_list("doubt", flat=True)) == [0.75, None]


@pytest.mark.django_db(transaction=True)
def test_going_back_to_a_checkpoint_restores_its_order_and_enqueues_what_it_never_saw(
    broker: redis.Redis, scored_project: Project, tiny: Checkpoint, other: Checkpoint, make_items: MakeItems
) -> None:
    from annotator.services.checkpoints import promote

    known, unknown = make_items(2)
    detect(known, tiny, 0.25)
    promote(project=scored_project, checkpoint=other, user=None)
    Item.objects.update(doubt=0.5)
    promote(project=scored_project, checkpoint=tiny, user=None)
    assert broker.llen("live") == 2
    assert rescore_project(project_id=scored_project.pk) == 1
    known.refresh_from_db()
    assert known.doubt == 0.75
    assert [message["item_ids"] for message in messages(broker)] == [[unknown.pk]]


@pytest.mark.django_db(transaction=True)
def test_promotion_that_is_rolled_back_sends_nothing(broker: redis.Redis, scored_project: Project, other: Checkpoint) -> None:
    from annotator.services.checkpoints import promote

    with transaction.atomic():
        promote(project=scored_project, checkpoint=other, user=None)
        transaction.set_rollback(True)
    assert broker.llen("live") == 0


def test_annotations_do_not_count_as_detections(scored_project: Project, tiny: Checkpoint, item: Item, alice: User) -> None:
    Annotation.objects.create(item=item, annotator=alice, status=Annotation.Status.SUBMITTED)
    assert list(Item.objects.to_score(tiny)) == [item]
