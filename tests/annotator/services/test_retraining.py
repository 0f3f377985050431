"""Retraining turns labels into a checkpoint with a traceable past, and goes on where it was killed."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.core.management import CommandError, call_command

from annotator.models import Checkpoint, Project, Run, Snapshot, User
from annotator.processes import Child, Command
from annotator.services import retraining
from annotator.services.checkpoints import promote
from annotator.services.retraining import Recipe, TrainingError, request_retraining
from annotator.services.runs import Kind, Outcome, Progress, RunCancelled, Status, cancel_run, carry_out, start_run, take
from annotator.services.snapshots import TooFewLabelsError
from tests.annotator.conftest import wait_until
from tests.annotator.labelling import drawn_items, judge

RETRAIN = [sys.executable, "manage.py", "retrain", "kites"]
COMPARED = {"parent", "child", "parent_picturebook", "child_picturebook"}


@pytest.fixture
def labelled_project(scored_project: Project, alice: User) -> Project:
    """The project with enough judgements to retrain."""
    for item, spans in drawn_items(scored_project, 72):
        judge(item, alice, spans)
    return scored_project


def taken(project: Project) -> Run:
    run = take(run_id=start_run(project=project, kind=Kind.TRAIN, here=True).pk)
    assert run is not None
    return run


def command(text: str, folder: Path) -> Child:
    """A Python process in the place of one of the reward model's commands."""
    return Child(Command("train", [sys.executable, "-c", text], folder, log=folder / "train.log"))


def test_recipe_gives_few_labels_the_least_and_many_the_most_steps() -> None:
    assert [Recipe.for_images(images).steps for images in (40, 240, 100_000)] == [150, 240, 2_000]


def test_recipe_is_understood_by_the_command_line() -> None:
    flags = "--steps 40 --images-per-step 24 --replay 0.5 --lr 0.0003 --warmup-steps 20 --save-steps 10"
    assert Recipe(40).flags == flags.split()


def test_too_few_labels_start_nothing(scored_project: Project) -> None:
    with pytest.raises(TooFewLabelsError, match="0 fully judged responses of at least 50"):
        request_retraining(project=scored_project)
    with pytest.raises(CommandError, match="Too few labels to retrain"):
        call_command("retrain", "kites")
    assert not Run.objects.exists()


def test_project_without_a_checkpoint_is_refused(project: Project) -> None:
    with pytest.raises(ValueError, match="has no active checkpoint"):
        request_retraining(project=project)


def test_one_training_waits_at_most(broker: redis.Redis, labelled_project: Project, mary: User) -> None:
    first = request_retraining(project=labelled_project, user=mary)
    assert request_retraining(project=labelled_project) == first
    take(run_id=first.pk)
    second = request_retraining(project=labelled_project)
    assert second != first
    assert request_retraining(project=labelled_project, force=True, recipe={"steps": 30}) == second
    assert request_retraining(project=labelled_project, recipe={"lr": 1e-4}) == second
    second.refresh_from_db()
    assert second.parameters == {"force": True, "recipe": {"steps": 30, "lr": 1e-4}}


def test_report_of_a_training_moves_its_run(scored_project: Project, tmp_path: Path) -> None:
    run = taken(scored_project)
    lines = '{"done": 20, "total": 40, "loss": 0.5}\\n{"done": 4'  # the last one is being written just now
    child = command(f"open('progress.jsonl', 'w').write('{lines}'); import time; time.sleep(2)", tmp_path)
    retraining._wait(child, Progress(run), reported=tmp_path / "progress.jsonl", steps=40)
    run.refresh_from_db()
    assert (run.done, run.total, run.message) == (20, 40, "Training: step 20 of 40, loss 0.500")


def test_failing_command_tells_its_last_words(scored_project: Project, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"`rewardmodel train` ended with status 1: .*the disk is full"):
        retraining._wait(command("raise OSError('the disk is full')", tmp_path), Progress(taken(scored_project)))


def test_cancelled_training_ends_its_process(scored_project: Project, tmp_path: Path) -> None:
    run, child = taken(scored_project), command("import time; time.sleep(60)", tmp_path)
    cancel_run(run=run)
    with pytest.raises(RunCancelled):
        retraining._wait(child, Progress(run))
    assert not child.is_running


def child_of(project: Project, child_map: float) -> Checkpoint:
    """A measured candidate whose parent is the project's active checkpoint."""
    metrics = {
        "parent": {"map_neg": 0.5, "response_accuracy": 0.8},
        "child": {"map_neg": child_map, "response_accuracy": 0.8},
    }
    parent = project.active_checkpoint
    return Checkpoint.objects.create(
        project=project, name="child", path="child", weights_sha256="d" * 64, parent=parent, metrics=metrics
    )


@pytest.mark.parametrize(
    ("child_map", "force", "status"),
    [(0.6, False, "accepted"), (0.4, False, "rejected"), (0.4, True, "accepted")],
    ids=["better", "worse", "worse, but wanted"],
)
def test_gate_decides_unless_forced(
    broker: redis.Redis, scored_project: Project, child_map: float, force: bool, status: str
) -> None:
    is_active = status == "accepted"
    child = child_of(scored_project, child_map)
    report = retraining._decide(Run(project=scored_project, parameters={"force": force}), child)
    scored_project.refresh_from_db()
    child.refresh_from_db()
    assert (child.status, scored_project.active_checkpoint == child) == (status, is_active)
    expected = {"better": child_map > 0.5, "forced": force, "promoted": is_active, "outdated": False, "snapshot": ""}
    assert report == expected
    assert retraining._decide(Run(project=scored_project, parameters={"force": force}), child) == expected  # taken up once more


@pytest.mark.parametrize("force", [False, True])
def test_what_a_manager_chose_meanwhile_stays(
    broker: redis.Redis, scored_project: Project, other: Checkpoint, mary: User, force: bool
) -> None:
    child = child_of(scored_project, 0.6)
    promote(project=Project.objects.get(), checkpoint=other, user=mary)
    report = retraining._decide(Run(project=scored_project, parameters={"force": force}), child)
    child.refresh_from_db()
    assert (report["promoted"], report["outdated"], child.status) == (False, True, "candidate")
    assert Project.objects.get().active_checkpoint == other


def test_failed_training_can_be_started_anew(broker: redis.Redis, labelled_project: Project) -> None:
    run = request_retraining(project=labelled_project, here=True)

    def fail(_run: Run, _progress: Progress) -> Outcome:
        raise TrainingError("no memory")

    mine = take(run_id=run.pk)
    assert mine is not None
    with pytest.raises(TrainingError):
        carry_out(run=mine, by=fail)
    assert request_retraining(project=labelled_project) != run


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.django_db(transaction=True)
def test_killed_retraining_goes_on_where_it_was_and_leads_to_a_traceable_checkpoint(
    environment_of_processes: Mapping[str, str], broker: redis.Redis, labelled_project: Project, tiny: Checkpoint
) -> None:
    run = request_retraining(project=labelled_project, force=True, recipe={"steps": 30, "images_per_step": 2}, here=True)
    folder = settings.DATA_FOLDER / "checkpoints" / f"run-{run.pk}"
    start_and_kill(environment_of_processes, once=folder / "state" / "checkpoint-21" / "trainer_state.json")
    wait_until(lambda: not trainers_of(folder), seconds=10)
    run.refresh_from_db()
    assert (run.status, run.attempts) == (Status.RUNNING, 1)
    told = subprocess.run(
        RETRAIN, cwd=settings.BASE_DIR, env=dict(environment_of_processes), capture_output=True, text=True, check=True
    ).stdout
    run.refresh_from_db()
    assert f"Going on with run {run.pk}, whose process ended before it was done" in told
    assert (run.status, run.attempts, Run.objects.count()) == (Status.DONE, 1, 1)  # it has moved on since
    child = Checkpoint.objects.get(run=run)
    labelled_project.refresh_from_db()
    assert labelled_project.active_checkpoint == child
    snapshot = Snapshot.objects.get()
    assert (child.parent, child.snapshot, run.report["snapshot"]) == (tiny, snapshot, snapshot.sha256)
    assert snapshot.train_items + snapshot.test_items == 72
    assert set(child.metrics) == COMPARED
    assert child.weights_sha256 != tiny.weights_sha256
    # told at every save, and every 20 steps; a second start from the beginning would tell them twice
    assert [step for step in steps_told(folder) if step <= 21] == [7, 14, 20, 21]
    assert sorted(path.name for path in folder.parent.glob(f"run-{run.pk}*")) == [f"run-{run.pk}"]
    assert not (folder / "state").exists()
    assert broker.llen("live") == 1


def start_and_kill(environment: Mapping[str, str], *, once: Path) -> None:
    """Retrain until a file is there, then end the process as a power cut would."""
    with subprocess.Popen(
        RETRAIN, cwd=settings.BASE_DIR, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_until(once.exists, seconds=600)
        finally:
            os.kill(process.pid, signal.SIGKILL)


def trainers_of(folder: Path) -> list[int]:
    """Processes that still train into a folder."""
    import psutil

    return [process.pid for process in psutil.process_iter(["cmdline"]) if str(folder) in (process.info["cmdline"] or [])]


def steps_told(folder: Path) -> list[int]:
    """The steps of which the trainer told how it was going."""
    return [json.loads(line)["done"] for line in (folder / "progress.jsonl").read_text().splitlines()]
