"""What ended runs leave on the disk: uploads that were read, or never will be, and trainings that came to nothing."""

import logging
import re
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from annotator.models import Checkpoint, Run

logger = logging.getLogger(__name__)

KEPT = timedelta(days=1)  # so that whoever looks into a failure finds what it left
OVER = (Run.Status.DONE, Run.Status.FAILED, Run.Status.CANCELLED)


def clear_leftovers() -> int:
    """Delete what no open run and no checkpoint has needed for a day; how many files and folders that were."""
    cleared = 0
    for path in [*_uploads(), *_trainings()]:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        cleared += 1
        logger.info("Deleted %s: no run needs it", path)
    return cleared


def _long_over() -> Q:
    return Q(status__in=OVER, finished_at__lt=timezone.now() - KEPT)


def _uploads() -> Iterator[Path]:
    """Uploads of imports that are long over, and those that broke off before there was an import."""
    imports = Run.objects.filter(kind=Run.Kind.IMPORT)
    needed, told = (
        {Path(path).parent for path in runs.values_list("parameters__path", flat=True) if path}
        for runs in (imports.exclude(_long_over()), imports)
    )
    for path in _inside(settings.DATA_FOLDER / "uploads"):
        if path not in needed and (path in told or _is_old(path)):
            yield path


def _trainings() -> Iterator[Path]:
    """Folders of trainings that are long over, but for those of checkpoints."""
    inside = _inside(settings.DATA_FOLDER / "checkpoints")
    ours = {path: int(match[1]) for path in inside if (match := re.fullmatch(r"run-(\d+)(\.work)?", path.name))}
    over = set(Run.objects.filter(_long_over(), pk__in=ours.values()).values_list("pk", flat=True))
    kept = {(settings.DATA_FOLDER / path).resolve() for path in Checkpoint.objects.values_list("path", flat=True)}
    yield from (path for path, number in ours.items() if number in over and path.resolve() not in kept)


def _inside(room: Path) -> list[Path]:
    return sorted(room.iterdir()) if room.is_dir() else []


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > KEPT.total_seconds()
    except FileNotFoundError:  # it has just become something else
        return False
