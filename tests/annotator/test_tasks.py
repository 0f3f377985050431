"""The loop with real workers: whatever dies, every item is scored, and once."""

import os
import signal
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import redis
from django.db import transaction
from django.utils import timezone

from annotator.models import Checkpoint, Detection, Item, Project, Run
from annotator.services import checkpoints, runs
from annotator.services.runs import Kind, Status, start_run
from annotator.services.scoring_queue import enqueue_scoring
from annotator.services.workers import live_workers
from annotator.tasks import sweep
from tests.annotator.conftest import kill, wait_until

MakeItems = Callable[..., list[Item]]
StartWorker = Callable[..., "subprocess.Popen[bytes]"]
LONG = 300  # seconds; a worker needs a few, unless the machine is busy with something else
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def shared_project(scored_project: Project, tiny_folder: Path) -> Project:
    """The project, committed, so that other processes see it."""
    return scored_project


def all_scored(number: int) -> Callable[[], bool]:
    return lambda: Detection.objects.count() == number


def scored_exactly_once(number: int, checkpoint: Checkpoint) -> bool:
    per_item = Detection.objects.filter(checkpoint=checkpoint).values_list("item_id", flat=True)
    return len(per_item) == len(set(per_item)) == number and not Item.objects.filter(doubt=None).exists()


def make_lost(items: list[Item]) -> None:
    Item.objects.filter(pk__in=[item.pk for item in items]).update(created_at=timezone.now() - timedelta(minutes=1))


def test_worker_scores_what_was_enqueued_on_commit(
    start_worker: StartWorker, shared_project: Project, tiny: Checkpoint, make_items: MakeItems
) -> None:
    start_worker()
    with transaction.atomic():
        items = make_items(200)
        transaction.on_commit(lambda: enqueue_scoring(project_id=shared_project.pk, item_ids=[item.pk for item in items]))
    wait_until(all_scored(200), seconds=LONG)
    assert scored_exactly_once(200, tiny)


def test_worker_tells_its_queues_its_process_and_its_device(
    start_worker: StartWorker, shared_project: Project, make_items: MakeItems
) -> None:
    process = start_worker()
    [worker] = live_workers()
    assert (worker.queues, worker.pid, worker.device) == (("live", "score"), process.pid, "")
    enqueue_scoring(project_id=shared_project.pk, item_ids=[item.pk for item in make_items(1)])
    wait_until(lambda: live_workers()[0].device in {"cpu", "cuda"}, seconds=LONG)
    kill(process)
    wait_until(lambda: live_workers() == [], seconds=15)


def test_worker_killed_amid_scoring_loses_and_doubles_nothing(
    start_worker: StartWorker, shared_project: Project, tiny: Checkpoint, make_items: MakeItems
) -> None:
    worker = start_worker()
    enqueue_scoring(project_id=shared_project.pk, item_ids=[item.pk for item in make_items(1_500)])
    wait_until(Detection.objects.exists, seconds=LONG)
    kill(worker)
    assert 0 < Detection.objects.count() < 1_500
    start_worker()
    sweep.delay()
    wait_until(all_scored(1_500), seconds=LONG)
    assert scored_exactly_once(1_500, tiny)


def test_killed_child_of_a_living_worker_loses_and_doubles_nothing(
    start_worker: StartWorker, shared_project: Project, tiny: Checkpoint, make_items: MakeItems
) -> None:
    worker = start_worker()
    enqueue_scoring(project_id=shared_project.pk, item_ids=[item.pk for item in make_items(1_500)])
    wait_until(Detection.objects.exists, seconds=LONG)
    for child in psutil.Process(worker.pid).children():
        os.kill(child.pid, signal.SIGKILL)
    wait_until(all_scored(1_500), seconds=LONG)
    assert scored_exactly_once(1_500, tiny)


def test_worker_and_broker_lost_together_lose_and_double_nothing(
    start_worker: StartWorker, shared_project: Project, tiny: Checkpoint, make_items: MakeItems, broker: redis.Redis
) -> None:
    worker = start_worker()
    items = make_items(1_500)
    enqueue_scoring(project_id=shared_project.pk, item_ids=[item.pk for item in items])
    wait_until(Detection.objects.exists, seconds=LONG)
    kill(worker)
    broker.flushdb()
    make_lost(items)
    start_worker()
    sweep.delay()
    wait_until(all_scored(1_500), seconds=LONG)
    assert scored_exactly_once(1_500, tiny)


def test_promoted_checkpoint_is_used_without_a_restart_and_old_detections_stay(
    start_worker: StartWorker, shared_project: Project, tiny: Checkpoint, other: Checkpoint, make_items: MakeItems
) -> None:
    start_worker()
    pending = make_items(3)
    [annotated] = make_items(1)
    enqueue_scoring(project_id=shared_project.pk, item_ids=[item.pk for item in [*pending, annotated]])
    wait_until(all_scored(4), seconds=LONG)
    Item.objects.filter(pk=annotated.pk).update(open_slots=0)
    before = dict(Item.objects.values_list("id", "doubt"))
    checkpoints.promote(project=shared_project, checkpoint=other, user=None)
    wait_until(all_scored(7), seconds=LONG)
    after = dict(Item.objects.values_list("id", "doubt"))
    assert Detection.objects.filter(checkpoint=tiny).count() == 4
    assert set(Detection.objects.filter(checkpoint=other).values_list("item_id", flat=True)) == {item.pk for item in pending}
    assert all(before[item.pk] != after[item.pk] for item in pending)
    assert before[annotated.pk] == after[annotated.pk]


def test_worker_carries_out_a_run(start_worker: StartWorker, shared_project: Project, make_items: MakeItems) -> None:
    start_worker("runs")
    make_items(5)
    run = start_run(project=shared_project, kind=Kind.SCORE)
    wait_until(lambda: Run.objects.get(pk=run.pk).status == Status.DONE, seconds=LONG)
    run.refresh_from_db()
    assert (run.done, run.total, run.report, run.attempts) == (5, 5, {"scored": 5, "not_scored": 0}, 1)


def test_run_of_a_killed_worker_is_picked_up_by_another(
    start_worker: StartWorker, shared_project: Project, tiny: Checkpoint, make_items: MakeItems
) -> None:
    worker = start_worker("runs")
    make_items(2_000)
    run = start_run(project=shared_project, kind=Kind.SCORE)
    wait_until(Detection.objects.exists, seconds=LONG)
    kill(worker)
    wait_until(lambda: runs.is_abandoned(Run.objects.get(pk=run.pk)), seconds=LONG)  # its child dies a moment after it
    killed = Run.objects.get(pk=run.pk).worker
    start_worker("live,runs")
    sweep.delay()
    wait_until(lambda: Run.objects.get(pk=run.pk).status == Status.DONE, seconds=LONG)
    assert Run.objects.get(pk=run.pk).worker not in {"", killed}
    assert scored_exactly_once(2_000, tiny)


def test_failing_run_shows_its_error_on_its_page(start_worker: StartWorker, shared_project: Project) -> None:
    start_worker("runs")
    run = start_run(project=shared_project, kind=Kind.IMPORT, parameters={"path": "/nowhere.jsonl", "pictures": "/nowhere"})
    wait_until(lambda: Run.objects.get(pk=run.pk).is_over, seconds=LONG)
    run.refresh_from_db()
    assert (run.status, run.error) == (Status.FAILED, "/nowhere is neither a folder nor a zip file")
