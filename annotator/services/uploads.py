"""Uploaded files on their way into an import: streamed to a folder of their own below the data folder."""

import shutil
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _


class UploadError(ValueError):
    """An upload that can't be kept; the message says why."""


def keep_uploads(*, lines: "UploadedFile[Any]", pictures: "UploadedFile[Any] | None") -> dict[str, str]:
    """Store an import's files under names of our own. Returns the paths as an import run takes them.

    Nothing of the names that the browser sent is used. Raises UploadError, and keeps nothing, where the disk is full.
    """
    folder: Path = settings.DATA_FOLDER / "uploads" / uuid.uuid4().hex
    folder.mkdir(parents=True)
    try:
        paths = {"path": _write(lines, folder / "items.jsonl")}
        if pictures is not None:
            paths["pictures"] = _write(pictures, folder / "pictures.zip")
    except OSError as error:
        shutil.rmtree(folder)
        raise UploadError(
            _("The files could not be stored on the server: %(reason)s") % {"reason": error.strerror or error}
        ) from error
    return paths


def _write(upload: "UploadedFile[Any]", path: Path) -> str:
    with path.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return str(path)
