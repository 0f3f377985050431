"""Runs tell how far they are, stop when they are cancelled, and outlive the process that worked on them."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import redis
from django.utils import timezone

from annotator.models import Project, Run, User
from annotator.services.runs import (
    Kind,
    Outcome,
    Progress,
    RunCancelled,
    Status,
    cancel_run,
    carry_out,
    confirm_import,
    is_abandoned,
    process_name,
    recover_dead,
    start_run,
    take,
)


@pytest.fixture
def run(project: Project) -> Run:
    """A waiting run that nobody was told of."""
    return start_run(project=project, kind=Kind.EXPORT, here=True)


def taken(run: Run) -> Run:
    mine = take(run_id=run.pk)
    assert mine is not None
    return mine


def dead_process() -> str:
    """The name of a process of this machine that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process_name().replace(str(os.getpid()), str(process.pid))


def kill_worker_of(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(worker=dead_process())
    run.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_start_sends_the_run_to_the_workers(broker: redis.Redis, project: Project) -> None:
    start_run(project=project, kind=Kind.EXPORT)
    start_run(project=project, kind=Kind.EXPORT, here=True)
    assert broker.llen("runs") == 1


def test_progress_is_written_with_a_heartbeat(run: Run) -> None:
    mine = taken(run)
    Progress(mine)(3, 10, "Writing")
    run.refresh_from_db()
    assert (run.status, run.done, run.total, run.message, run.share) == (Status.RUNNING, 3, 10, "Writing", 0.3)
    assert run.worker == process_name()
    assert run.heartbeat_at is not None


def test_progress_that_comes_often_is_written_seldom(
    run: Run, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    progress = Progress(taken(run))
    with django_assert_num_queries(1):
        for done in range(1_000):
            progress(done, 1_000, "Writing")


def test_progress_is_shown_as_it_is_written(run: Run) -> None:
    shown: list[tuple[int, int, str]] = []
    Progress(taken(run), show=lambda *state: shown.append(state))(1, 2, "Writing")
    assert shown == [(1, 2, "Writing")]


def test_done_run_keeps_its_report(run: Run) -> None:
    over = carry_out(run=taken(run), by=lambda _run, progress: Outcome({"rows": 3}))
    assert (over.status, over.report, over.error) == (Status.DONE, {"rows": 3}, "")
    assert over.finished_at is not None


def test_failed_run_keeps_its_error_and_logs_the_traceback(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_run: Run, _progress: Progress) -> Outcome:
        raise ValueError("The file has no rows")

    with pytest.raises(ValueError, match="The file has no rows"):
        carry_out(run=taken(run), by=fail)
    run.refresh_from_db()
    assert (run.status, run.error) == (Status.FAILED, "The file has no rows")
    assert "Traceback" in caplog.text


def test_cancelled_run_stops_at_its_next_report(run: Run) -> None:
    steps: list[int] = []

    def write(mine: Run, progress: Progress) -> Outcome:
        for step in range(5):
            steps.append(step)
            if step == 2:
                assert cancel_run(run=mine)
            progress(step, 5, f"Step {step}")
        return Outcome()

    over = carry_out(run=taken(run), by=write)
    assert steps == [0, 1, 2]
    assert (over.status, over.message, over.report) == (Status.CANCELLED, "Cancelled", {})


def test_finished_run_cannot_be_cancelled(run: Run) -> None:
    carry_out(run=taken(run), by=lambda *_: Outcome())
    assert not cancel_run(run=run)
    run.refresh_from_db()
    assert run.status == Status.DONE


def test_cancelled_run_is_never_taken(run: Run) -> None:
    cancel_run(run=run)
    assert take(run_id=run.pk) is None


def test_run_in_living_hands_is_not_taken(run: Run) -> None:
    taken(run)
    assert take(run_id=run.pk) is None


def test_run_of_a_dead_process_is_taken_at_once(run: Run) -> None:
    kill_worker_of(taken(run))
    assert taken(run).attempts == 2


def test_run_of_a_silent_machine_is_taken_after_a_minute(run: Run) -> None:
    mine = taken(run)
    Run.objects.filter(pk=run.pk).update(worker="elsewhere/:1", heartbeat_at=timezone.now() - timedelta(seconds=50))
    mine.refresh_from_db()
    assert not is_abandoned(mine)
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=70))
    mine.refresh_from_db()
    assert is_abandoned(mine)


def test_process_that_lost_its_run_to_another_stops_and_changes_nothing(run: Run) -> None:
    def write(mine: Run, progress: Progress) -> Outcome:
        Run.objects.filter(pk=mine.pk).update(worker="elsewhere/:1")
        progress(1, 2, "Writing")
        return Outcome()

    over = carry_out(run=taken(run), by=write)
    assert (over.status, over.worker, over.done) == (Status.RUNNING, "elsewhere/:1", 0)


@pytest.mark.django_db(transaction=True)
def test_sweep_sends_runs_of_dead_workers_again(broker: redis.Redis, run: Run) -> None:
    kill_worker_of(taken(run))
    assert recover_dead() == 1
    assert broker.llen("runs") == 1
    assert taken(run).attempts == 2


@pytest.mark.django_db(transaction=True)
def test_sweep_sends_waiting_runs_again_whose_message_was_lost(broker: redis.Redis, run: Run) -> None:
    assert recover_dead() == 0
    Run.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    assert recover_dead() == 1
    assert recover_dead() == 0
    assert broker.llen("runs") == 1


def test_run_that_saw_three_workers_die_fails(broker: redis.Redis, run: Run) -> None:
    for _ in range(3):
        kill_worker_of(taken(run))
    assert recover_dead() == 1
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "died 3 times" in run.error
    assert recover_dead() == 0


def test_run_that_gets_further_is_taken_up_again_however_often_its_worker_is_stopped(broker: redis.Redis, run: Run) -> None:
    for done in range(1, 6):
        mine = taken(run)
        Progress(mine)(done, 9)
        kill_worker_of(mine)
    recover_dead()
    run.refresh_from_db()
    assert (run.status, run.done) == (Status.RUNNING, 5)
    for done in (2, 4):  # what was there before is no step forward, however far the last one came
        mine = taken(run)
        Progress(mine)(done, 9)
        kill_worker_of(mine)
    recover_dead()
    run.refresh_from_db()
    assert run.status == Status.FAILED


def test_what_the_figures_do_not_show_may_be_a_step_forward(broker: redis.Redis, run: Run) -> None:
    for _ in range(4):
        mine = taken(run)
        Progress(mine).got_further()
        kill_worker_of(mine)
    recover_dead()
    run.refresh_from_db()
    assert run.status == Status.RUNNING


def test_only_one_training_runs_on_a_machine_and_in_a_project(project: Project) -> None:
    boats = Project.objects.create(name="Boats", slug="boats")
    first, second, of_boats = (start_run(project=owner, kind=Kind.TRAIN, here=True) for owner in (project, project, boats))
    taken(first)
    assert take(run_id=second.pk) is None
    assert take(run_id=of_boats.pk) is None
    Run.objects.filter(pk=first.pk).update(worker="elsewhere/:1")
    assert take(run_id=second.pk) is None
    taken(of_boats)
    kill_worker_of(first)
    kill_worker_of(of_boats)
    taken(second)


def test_training_waits_for_no_other_kind_of_run(project: Project, run: Run) -> None:
    taken(run)
    taken(start_run(project=project, kind=Kind.TRAIN, here=True))


def test_import_waits_for_a_yes_and_then_runs_again(project: Project, mary: User) -> None:
    run = start_run(project=project, kind=Kind.IMPORT, here=True)
    with pytest.raises(ValueError, match="Only a checked import can be confirmed; this one is waiting"):
        confirm_import(run=run)
    carry_out(run=taken(run), by=lambda *_: Outcome({"added": 3}, Status.CHECKED))
    run.refresh_from_db()
    assert (run.status, run.finished_at) == (Status.CHECKED, None)
    confirmed = confirm_import(run=run, user=mary)
    assert (confirmed.status, confirmed.parameters) == (Status.WAITING, {"confirmed": True, "confirmed_by": mary.pk})


def test_cancelling_says_so_by_an_exception_that_is_no_error() -> None:
    assert not issubclass(RunCancelled, (ValueError, RuntimeError, OSError))
