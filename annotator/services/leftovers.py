"""What ended runs leave on the disk: uploads that were read, or never will be, and trainings that came to nothing."""

import logging
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from annotator.models import Checkpoint, Run

logger = logging.getLogger(__name__)

KEPT_HOURS = 24  # so that whoever looks into a failure finds what it left
OVER = (Run.Status.DONE, Run.Status.FAILED, Run.Status.CANCELLED)


def clear_leftovers() -> int:
    """Delete what no open run and no checkpoint needs and nobody has touched for a day; how many files and folders that were."""
    cleared = 0
    for path in [*_uploads(), *_trainings()]:
        if time.time() - path.stat().st_mtime > KEPT_HOURS * 3600:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
            cleared += 1
            logger.info("Deleted %s: no run needs it", path)
    return cleared


def _uploads() -> Iterator[Path]:
    """Uploads, whole or broken off, that are not those of an open import."""
    room: Path = settings.DATA_FOLDER / "uploads"
    imports = Run.objects.filter(kind=Run.Kind.IMPORT).exclude(status__in=OVER)
    needed = {Path(path).parent for path in imports.values_list("parameters__path", flat=True) if path}
    yield from (path for path in _inside(room) if path not in needed)


def _trainings() -> Iterator[Path]:
    """Folders of trainings that are over, but for those of checkpoints."""
    room: Path = settings.DATA_FOLDER / "checkpoints"
    ours = {path: int(match[1]) for path in _inside(room) if (match := re.fullmatch(r"run-(\d+)(\.work)?", path.name))}
    over = set(Run.objects.filter(pk__in=ours.values(), status__in=OVER).values_list("pk", flat=True))
    kept = set(Checkpoint.objects.values_list("path", flat=True))
    yield from (path for path, number in ours.items() if number in over and f"checkpoints/{path.name}" not in kept)


def _inside(room: Path) -> list[Path]:
    return sorted(room.iterdir()) if room.is_dir() else []
