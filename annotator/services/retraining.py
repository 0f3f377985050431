"""Retraining: labels to a snapshot, a training in a process of its own, parent and child measured on the same items, the gate.

Nothing here loads torch: the reward model's own commands do the work, so that a launcher (torchrun) can spread the training.
A run that is taken up again goes on with the same parent, the same snapshot and the trainer's newest saved state.
"""

import json
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from signal import SIGKILL
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from annotator.models import Checkpoint, Project, Run, Snapshot, User
from annotator.processes import Child, Command
from annotator.services import checkpoints, snapshots
from annotator.services.runs import Kind, Outcome, Progress, Status, start_run

POLL_SECONDS = 0.5
PICTUREBOOK_SCENES = 400  # on which parent and child show what was forgotten
IMAGES_PER_STEP, REPLAY = 24, 0.5
PASSES, LEAST_STEPS, MOST_STEPS = 12, 150, 2_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a checkpoint is trained further."""

    steps: int
    images_per_step: int = IMAGES_PER_STEP
    replay: float = REPLAY
    lr: float = 3e-4

    @classmethod
    def for_images(cls, images: int, **wishes: Any) -> "Recipe":
        """So many steps that each labelled image comes a dozen times, within limits; `wishes` set other fields."""
        steps = round(PASSES * images / (IMAGES_PER_STEP * (1 - REPLAY)))
        return cls(**{"steps": min(MOST_STEPS, max(LEAST_STEPS, steps)), **wishes})

    @property
    def flags(self) -> list[str]:
        """The same for the command line."""
        values = asdict(self) | {"warmup_steps": min(20, self.steps // 2), "save_steps": max(1, min(25, self.steps // 4))}
        return [text for name, value in values.items() for text in (f"--{name.replace('_', '-')}", str(value))]


MEASURING = {  # by the name of the result
    "parent": gettext_noop("Measuring the parent on held-out items"),
    "parent_picturebook": gettext_noop("Measuring the parent on the picture book"),
    "child": gettext_noop("Measuring the child on held-out items"),
    "child_picturebook": gettext_noop("Measuring the child on the picture book"),
    "checkpoint": gettext_noop("Measuring the checkpoint on held-out items"),
    "checkpoint_picturebook": gettext_noop("Measuring the checkpoint on the picture book"),
    "active": gettext_noop("Measuring the active checkpoint on held-out items"),
    "active_picturebook": gettext_noop("Measuring the active checkpoint on the picture book"),
}


class TrainingError(RuntimeError):
    """A command of the reward model failed; the message ends with its last words."""


@transaction.atomic
def request_retraining(
    *, project: Project, user: User | None = None, force: bool = False, recipe: dict[str, Any] | None = None, here: bool = False
) -> Run:
    """The run that will retrain the project. Where one waits already, that one: it takes the newer labels and wishes too.

    With `force` the candidate becomes active whatever the gate says; `recipe` sets fields of the Recipe.
    Raises TooFewLabelsError, or ValueError where nothing is active.
    """
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if project.active_checkpoint is None:
        raise ValueError(_("%(project)s has no active checkpoint to train from") % {"project": project})
    snapshots.require_enough(project)
    waiting = Run.objects.select_for_update().filter(project=project, kind=Kind.TRAIN, status=Status.WAITING).first()
    if waiting is None:
        wishes = {"force": force, "recipe": recipe or {}}
        return start_run(project=project, kind=Kind.TRAIN, user=user, parameters=wishes, here=here)
    known = waiting.parameters
    recipe = known.get("recipe", {}) | (recipe or {})
    waiting.parameters = known | {"force": known.get("force", False) or force, "recipe": recipe}
    waiting.save(update_fields=["parameters"])
    return waiting


def retrain(run: Run, progress: Progress) -> Outcome:
    """Train, measure, register and, by the gate or by force, promote. Pending items are then scored again."""
    candidate = Checkpoint.objects.filter(run=run).first() or _make_candidate(run, progress)
    report = _decide(run, candidate)
    _tidy(run)
    return Outcome({**report, "parent": candidate.parent_id, "child": candidate.pk, "metrics": candidate.metrics})


def _make_candidate(run: Run, progress: Progress) -> Checkpoint:
    progress.say(_("Freezing the labels"))
    snapshot = _begin(run)
    parent = Checkpoint.objects.get(pk=run.parameters["parent"])
    work = _work_folder(run)
    for split in (snapshots.TRAIN, snapshots.TEST):
        snapshots.write_records(snapshot=snapshot, split=split, path=work / f"{split}.jsonl")
    child = _train(run, progress, parent, work)
    metrics = _measure(progress, {"parent": checkpoints.folder_of(parent), "child": child}, work)
    lineage = checkpoints.Lineage(run, parent, snapshot, metrics)
    return checkpoints.register(folder=child, name=f"{run.project.slug} {run.pk}", project=run.project, lineage=lineage)


def _begin(run: Run) -> Snapshot:
    """The labels of the run; they and `parent`, the checkpoint that is active, are chosen when it first begins."""
    if "snapshot" not in run.parameters:
        snapshot = snapshots.freeze(project=run.project)
        run.parameters |= {"snapshot": snapshot.pk, "parent": run.project.active_checkpoint_id}
        run.save(update_fields=["parameters"])
    return Snapshot.objects.get(pk=run.parameters["snapshot"])


def _child_folder(run: Run) -> Path:
    folder: Path = settings.DATA_FOLDER / "checkpoints" / f"run-{run.pk}"
    return folder


def _work_folder(run: Run) -> Path:
    folder = _child_folder(run).with_suffix(".work")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _train(run: Run, progress: Progress, parent: Checkpoint, work: Path) -> Path:
    child = _child_folder(run)
    images = len({json.loads(line)["image"] for line in (work / "train.jsonl").open(encoding="utf-8")})
    recipe = Recipe.for_images(images, **run.parameters.get("recipe", {}))
    progress(0, recipe.steps, _("Training"))
    arguments = ["train", "--parent", checkpoints.folder_of(parent), "--data", work / "train.jsonl", "--out", child]
    trainer = Child(_command("train", [*arguments, "--progress", work / "progress.jsonl", *recipe.flags], work))
    _wait(trainer, progress, reported=work / "progress.jsonl", steps=recipe.steps)
    progress(recipe.steps, recipe.steps)
    return child


def _measure(progress: Progress, folders: dict[str, Path], work: Path) -> dict[str, Any]:
    """Metrics of parent and child on the held-out items (`parent`, `child`) and on the picture book (`…_picturebook`)."""
    metrics: dict[str, Any] = {}
    for who, folder in folders.items():
        for suffix, data, most in (("", work / "test.jsonl", None), ("_picturebook", "picturebook:test", PICTUREBOOK_SCENES)):
            result = work / f"{who}{suffix}.json"
            progress.say(_(MEASURING[f"{who}{suffix}"]))
            if not result.exists():
                count = ["--n", most] if most else []
                arguments = ["evaluate", "--checkpoint", folder, "--data", data, "--json", result, *count]
                _wait(Child(_command("evaluate", arguments, work)), progress)
                progress.got_further()
            metrics[f"{who}{suffix}"] = json.loads(result.read_text(encoding="utf-8"))
    return metrics


def measure_now(run: Run, progress: Progress, checkpoint: Checkpoint) -> dict[str, Any]:
    """Metrics of a checkpoint, on held-out labels and on the picture book, and of the active one if it is another.

    Names as in `MEASURING`. Labels and the active checkpoint are those of when the run first began. Raises TooFewLabelsError.
    """
    work = _work_folder(run)
    progress.say(_("Freezing the labels"))
    snapshots.write_records(snapshot=_begin(run), split=snapshots.TEST, path=work / "test.jsonl")
    active = Checkpoint.objects.filter(pk=run.parameters["parent"]).first()
    folders = {"checkpoint": checkpoints.folder_of(checkpoint)}
    if active is not None and active != checkpoint:
        folders["active"] = checkpoints.folder_of(active)
    metrics = _measure(progress, folders, work)
    shutil.rmtree(work)
    return metrics


def _command(name: str, arguments: Sequence[object], work: Path) -> Command:
    """A command of the reward model at low priority; it dies with this process, so that whoever resumes the run is alone."""
    launcher = shlex.split(settings.TRAIN_LAUNCHER) if name == "train" and settings.TRAIN_LAUNCHER else [sys.executable]
    return Command(
        name=name, arguments=["nice", "-n", "10", *launcher, "-m", "rewardmodel", *map(str, arguments)], folder=settings.BASE_DIR,
        orphaned=SIGKILL, log=work / f"{name}.log",
    )  # fmt: skip


def _wait(child: Child, progress: Progress, *, reported: Path | None = None, steps: int = 0) -> None:
    """Wait for a command, passing on what it reports. It ends when the run is taken away. Raises TrainingError if it fails."""
    try:
        while child.is_running:
            time.sleep(POLL_SECONDS)
            newest = _newest_report(reported)
            if newest:
                text = _("Training: step %(step)s of %(steps)s") % {"step": newest["done"], "steps": steps}
                if "loss" in newest:
                    text += _(", loss %(loss)s") % {"loss": number_format(f"{newest['loss']:.3f}")}
                progress(newest["done"], steps, text)
            progress.beat()
    finally:
        child.stop()
    if child.process.returncode:
        raise TrainingError(f"`rewardmodel {child.name}` ended with status {child.process.returncode}: {child.last_words()}")


def _newest_report(path: Path | None) -> dict[str, Any] | None:
    if path is None or not path.exists():
        return None
    whole = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
    report: dict[str, Any] | None = json.loads(whole[-1]) if whole else None
    return report


@transaction.atomic
def _decide(run: Run, candidate: Checkpoint) -> dict[str, Any]:
    """Promote the candidate, reject it, or leave it to people because they chose another checkpoint meanwhile; and say why."""
    is_better = checkpoints.choose_gate(candidate.metrics["parent"], candidate.metrics["child"])
    is_forced = bool(run.parameters.get("force"))
    project = Project.objects.select_for_update(no_key=True).get(pk=run.project_id)
    is_outdated = project.active_checkpoint_id not in {candidate.parent_id, candidate.pk}
    is_wanted = is_better or is_forced
    if is_wanted and not is_outdated:
        checkpoints.promote(project=project, checkpoint=candidate, user=run.started_by)
    elif not is_wanted:
        Checkpoint.objects.filter(pk=candidate.pk).update(status=Checkpoint.Status.REJECTED)
    return {
        "better": is_better, "forced": is_forced, "outdated": is_outdated, "promoted": is_wanted and not is_outdated,
        "snapshot": candidate.snapshot.sha256 if candidate.snapshot else "",
    }  # fmt: skip


def _tidy(run: Run) -> None:
    """Drop what only an interrupted run needs; what the training told stays with the checkpoint."""
    child, work = _child_folder(run), _work_folder(run)
    shutil.rmtree(child / "state", ignore_errors=True)
    for name in ("train.log", "progress.jsonl"):
        if (work / name).exists():
            (work / name).replace(child / name)
    shutil.rmtree(work)
