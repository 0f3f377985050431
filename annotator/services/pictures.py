"""Where an import finds its pictures: a folder or a zip file, opened so that nothing outside it can be reached."""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, Self

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _

from annotator.services.images import BYTES_LIMIT, PictureError, too_large

ENTRIES_LIMIT = 1_000_000
RATIO_LIMIT = 100  # pictures hardly shrink; what shrinks so much is made to explode
SMALL_BYTES = 100 * 1024**2  # unpacked; below this nothing can explode
CHUNK_BYTES = 1024**2


class Source(Protocol):
    """Something with files in it."""

    def open(self, name: str) -> IO[bytes]:
        """A file by its relative path. Raises PictureError if it isn't there or must not be opened."""

    def close(self) -> None: ...


class Pictures:
    """The pictures of one import, by the relative paths that its rows name."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @classmethod
    def of(cls, path: Path) -> Self:
        """Pictures of a folder or a zip file.

        Raises ValueError for anything else, and for a zip file that is broken or made to explode.
        """
        if path.is_dir():
            return cls(_Folder(path))
        if path.is_file() and zipfile.is_zipfile(path):
            return cls(_Zip(path))
        raise ValueError(_("%(path)s is neither a folder nor a zip file") % {"path": path})

    def sha256(self, name: str) -> str:
        """Hash of a picture's bytes. Raises PictureError as `read` does."""
        digest = hashlib.sha256()
        with self._opened(name) as file:
            for chunk in _chunks(file):
                digest.update(chunk)
        return digest.hexdigest()

    def read(self, name: str) -> bytes:
        """A picture's bytes.

        Raises PictureError for a path that leads outside or through a link, for what is not there, and for what is too large.
        """
        with self._opened(name) as file:
            return b"".join(_chunks(file))

    def close(self) -> None:
        """Let go of the zip file."""
        self._source.close()

    @contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        path = PurePosixPath(name)
        if "://" in name:
            raise PictureError(_("is an address; pictures are never fetched, bring them as files"))
        if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name:
            raise PictureError(_("is not a relative path inside the pictures"))
        try:
            with self._source.open(str(path)) as file:
                yield file
        except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
            raise PictureError(_("can't be read: %(reason)s") % {"reason": error}) from error


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file; refused as soon as there are too many, whatever its header said."""
    total = 0
    while chunk := file.read(CHUNK_BYTES):
        total += len(chunk)
        if total > BYTES_LIMIT:
            raise PictureError(_("has more than %(most)s bytes") % {"most": intcomma(BYTES_LIMIT)})
        yield chunk


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def open(self, name: str) -> IO[bytes]:
        path = self._root / name
        if not path.exists():
            raise PictureError(_("is not there"))
        if path.resolve() != path:
            raise PictureError(_("leads through a link"))
        if not path.is_file():
            raise PictureError(_("is not a file"))
        return path.open("rb")

    def close(self) -> None:
        pass


class _Zip:
    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise ValueError(
                _("%(name)s is not a zip file that can be read: %(reason)s") % {"name": path.name, "reason": error}
            ) from error
        entries = self._zip.infolist()
        if len(entries) > ENTRIES_LIMIT:
            raise ValueError(
                _("%(name)s holds %(count)s files; at most %(most)s are taken")
                % {"name": path.name, "count": intcomma(len(entries)), "most": intcomma(ENTRIES_LIMIT)}
            )
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > max(SMALL_BYTES, RATIO_LIMIT * path.stat().st_size):
            raise ValueError(
                f"{path.name} would unpack to {unpacked:,} bytes from {path.stat().st_size:,}: it is made to explode"
            )

    def open(self, name: str) -> IO[bytes]:
        try:
            entry = self._zip.getinfo(name)
        except KeyError as error:
            raise PictureError(_("is not there")) from error
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise PictureError(_("is a link"))
        if entry.flag_bits & 1:
            raise PictureError(_("is encrypted"))
        if entry.file_size > BYTES_LIMIT:
            raise PictureError(too_large(entry.file_size))
        return self._zip.open(entry)

    def close(self) -> None:
        self._zip.close()
