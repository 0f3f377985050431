"""What ended runs leave on the disk goes after a day; what anything still needs never does."""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from annotator.models import Checkpoint, Project, Run
from annotator.services.leftovers import OVER, clear_leftovers
from annotator.services.runs import Kind, Status

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_FOLDER = tmp_path
    for room in ("uploads", "checkpoints"):
        (tmp_path / room).mkdir()
    return tmp_path


def left(path: Path, *, hours: float = 0) -> Path:
    """A folder with a file that nobody has touched for so long."""
    path.mkdir()
    (path / "items.jsonl").write_text("{}\n")
    os.utime(path, (time.time() - hours * 3600,) * 2)
    return path


def run_of(project: Project, kind: str, status: str, *, hours: float = 25, **parameters: str) -> Run:
    """A run; one that is over has been so for some hours."""
    ended = timezone.now() - timedelta(hours=hours) if status in OVER else None
    return Run.objects.create(project=project, kind=kind, status=status, parameters=parameters, finished_at=ended)


def test_uploads_go_a_day_after_their_import_is_over(project: Project, folder: Path) -> None:
    paths = {status: left(folder / "uploads" / status, hours=900) for status in Status}
    for status, path in paths.items():
        run_of(project, Kind.IMPORT, status, path=str(path / "items.jsonl"))
    just_failed, fresh = left(folder / "uploads" / "just", hours=900), left(folder / "uploads" / "fresh")
    run_of(project, Kind.IMPORT, Status.FAILED, hours=23, path=str(just_failed / "items.jsonl"))
    broken_off = folder / "uploads" / "tmp.upload.zip"
    broken_off.write_bytes(b"half")
    os.utime(broken_off, (0, 0))
    assert clear_leftovers() == 4
    assert {status for status, path in paths.items() if path.exists()} == {Status.WAITING, Status.RUNNING, Status.CHECKED}
    assert just_failed.exists()
    assert fresh.exists()
    assert not broken_off.exists()


def test_trainings_that_came_to_nothing_go_and_checkpoints_stay(project: Project, folder: Path) -> None:
    room = folder / "checkpoints"
    failed, going_on, done = (run_of(project, Kind.TRAIN, status) for status in (Status.FAILED, Status.RUNNING, Status.DONE))
    just_failed = run_of(project, Kind.TRAIN, Status.FAILED, hours=1)
    gone = [left(room / f"run-{failed.pk}"), left(room / f"run-{failed.pk}.work"), left(room / f"run-{done.pk}.work")]
    stay = [left(room / f"run-{going_on.pk}.work", hours=900), left(room / f"run-{done.pk}"), left(room / "picturebook-0123")]
    stay += [left(room / f"run-{just_failed.pk}.work", hours=900)]  # the folder is as old as the training
    stay += [left(room / f"run-{done.pk + 1000}"), left(room / "12")]  # of another database, or somebody's own
    Checkpoint.objects.create(project=project, name="child", path=f"checkpoints/run-{done.pk}", weights_sha256="a" * 64)
    rescued = run_of(project, Kind.TRAIN, Status.FAILED)  # whose weights somebody registered by another way to the folder
    stay += [left(room / f"run-{rescued.pk}")]
    (folder / "link").symlink_to(room)
    Checkpoint.objects.create(project=project, name="rescued", path=f"{folder}/link/run-{rescued.pk}", weights_sha256="b" * 64)
    assert clear_leftovers() == len(gone)
    assert not any(path.exists() for path in gone)
    assert all(path.exists() for path in stay)
    assert clear_leftovers() == 0
