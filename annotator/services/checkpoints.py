"""Checkpoints in the database: registering folders, choosing the active one of a project, and the rule that lets a new one in."""

import logging
import os
import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from annotator.models import Checkpoint, Project, Run, Snapshot, User
from annotator.services import audit
from annotator.tasks import rescore_project
from rewardmodel.checkpoints import SHIPPED, read_card, weights_sha256

logger = logging.getLogger(__name__)

MAP_NEG, RESPONSE_ACCURACY = "map_neg", "response_accuracy"
MOST_ACCURACY_LOST = 0.01


def folder_of(checkpoint: Checkpoint) -> Path:
    """Where its files are."""
    folder: Path = settings.DATA_FOLDER / checkpoint.path
    return folder


def first_folder() -> Path:
    """The folder of the checkpoint that new projects begin with: the one TLDR_CHECKPOINT names, else the shipped one."""
    return Path(settings.TLDR_CHECKPOINT).expanduser().resolve() if settings.TLDR_CHECKPOINT else SHIPPED


def ensure_shipped() -> Checkpoint:
    """The checkpoint that new projects begin with. Registered on first use.

    The shipped one is copied into the data folder: an upgrade of the software replaces its folder, and
    detections must stay traceable to the weights that made them.
    """
    if settings.TLDR_CHECKPOINT:
        return register(folder=first_folder(), name=first_folder().name)
    sha256 = weights_sha256(SHIPPED)
    kept: Path = settings.DATA_FOLDER / "checkpoints" / f"picturebook-{sha256[:12]}"
    if not kept.exists():
        _copy_whole(SHIPPED, kept)
    return register(folder=kept, name="picture book")


def _copy_whole(source: Path, target: Path) -> None:
    """Copy a folder so that the target is there completely or not at all."""
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, draft)
    try:
        draft.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(draft)


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a checkpoint that was trained here comes from."""

    run: Run
    parent: Checkpoint
    snapshot: Snapshot
    metrics: dict[str, Any]


@transaction.atomic
def register(*, folder: Path, name: str, project: Project | None = None, lineage: Lineage | None = None) -> Checkpoint:
    """The row of a checkpoint folder; the same weights in the same project, from the same run, are one row.

    Raises ValueError for a folder that holds no checkpoint.
    """
    card, sha256 = read_card(folder), weights_sha256(folder)
    values = {"name": name, "path": _kept_path(folder), "threshold": card.threshold}
    if lineage:
        values |= {"parent": lineage.parent, "snapshot": lineage.snapshot, "metrics": lineage.metrics}
        values |= {"status": Checkpoint.Status.CANDIDATE}
    else:
        values |= {"metrics": {"child": card.metrics}, "status": Checkpoint.Status.ACCEPTED}
    same = {"project": project, "weights_sha256": sha256, "run": lineage.run if lineage else None}
    checkpoint, is_new = Checkpoint.objects.get_or_create(**same, defaults=values)
    if is_new:
        logger.info("Registered checkpoint %s: %s", checkpoint.pk, folder)
    return checkpoint


def lineage_of(checkpoint: Checkpoint) -> list[Checkpoint]:
    """The checkpoint and those that it comes from, itself first; as many queries for a hundred trainings as for one."""
    usable = Checkpoint.objects.filter(Q(project=None) | Q(project=checkpoint.project_id)).defer("metrics")
    known = {one.pk: one for one in usable.select_related("snapshot")} if checkpoint.parent_id else {}
    lineage = [checkpoint]
    while (parent := known.get(lineage[-1].parent_id or 0)) is not None:
        lineage.append(parent)
    return lineage


def _kept_path(folder: Path) -> str:
    within: Path = settings.DATA_FOLDER
    return str(folder.relative_to(within) if folder.is_relative_to(within) else folder)


def choose_gate(parent_metrics: dict[str, Any], child_metrics: dict[str, Any]) -> bool:
    """Whether a candidate may replace its parent, both measured on the same held-out items of the project.

    It must find the wrong words better (mAP(neg) strictly higher) and must not pay for it with verdicts on whole
    responses: response accuracy may fall by one point in a hundred at most. What it forgot of the picture book is
    reported beside it and decides nothing: a project may move to another world on purpose.
    """
    finds_more = child_metrics[MAP_NEG] > parent_metrics[MAP_NEG]
    lost = parent_metrics[RESPONSE_ACCURACY] - child_metrics[RESPONSE_ACCURACY]
    return bool(finds_more and lost <= MOST_ACCURACY_LOST)


@transaction.atomic
def promote(*, project: Project, checkpoint: Checkpoint, user: User | None) -> None:
    """Make a checkpoint the project's active one. Old detections stay; items that people may still get are scored again.

    Going back to an earlier one is the same act. Raises ValueError for another project's checkpoint.
    """
    if checkpoint.project_id not in {None, project.pk}:
        raise ValueError(f"{checkpoint} belongs to another project")
    before = project.active_checkpoint_id
    project.active_checkpoint = checkpoint
    project.save(update_fields=["active_checkpoint"])
    Checkpoint.objects.filter(pk=checkpoint.pk).update(status=Checkpoint.Status.ACCEPTED)
    audit.record(
        actor=user,
        act="promote checkpoint",
        subject=str(checkpoint),
        project=project,
        details={"before": before, "now": checkpoint.pk},
    )
    transaction.on_commit(partial(_send_project, project.pk))


def _send_project(project_id: int) -> None:
    try:
        rescore_project.delay(project_id=project_id)
    except OperationalError as error:
        logger.warning("Project %s waits for the broker: %s", project_id, error)
