"""Where an import finds its pictures: a folder or a zip file, opened so that nothing outside it can be reached."""

import hashlib
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, Self

from annotator.services.images import BYTES_LIMIT, PictureError

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
        raise ValueError(f"{path} is neither a folder nor a zip file")

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
            raise PictureError("is an address; pictures are never fetched, bring them as files")
        if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name:
            raise PictureError("is not a relative path inside the pictures")
        try:
            with self._source.open(str(path)) as file:
                yield file
        except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
            raise PictureError(f"can't be read: {error}") from error


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file; refused as soon as there are too many, whatever its header said."""
    total = 0
    while chunk := file.read(CHUNK_BYTES):
        total += len(chunk)
        if total > BYTES_LIMIT:
            raise PictureError(f"has more than {BYTES_LIMIT:,} bytes")
        yield chunk


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def open(self, name: str) -> IO[bytes]:
        path = self._root / name
        if not path.exists():
            raise PictureError("is not there")
        if path.resolve() != path:
            raise PictureError("leads through a link")
        if not path.is_file():
            raise PictureError("is not a file")
        return path.open("rb")

    def close(self) -> None:
        pass


class _Zip:
    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except zipfile.BadZipFile as error:
            raise ValueError(f"{path.name} is not a zip file that can be read: {error}") from error
        entries = self._zip.infolist()
        if len(entries) > ENTRIES_LIMIT:
            raise ValueError(f"{path.name} holds {len(entries):,} files; at most {ENTRIES_LIMIT:,} are taken")
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > max(SMALL_BYTES, RATIO_LIMIT * path.stat().st_size):
            raise ValueError(
                f"{path.name} would unpack to {unpacked:,} bytes from {path.stat().st_size:,}: it is made to explode"
            )

    def open(self, name: str) -> IO[bytes]:
        try:
            entry = self._zip.getinfo(name)
        except KeyError as error:
            raise PictureError("is not there") from error
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise PictureError("is a link")
        if entry.flag_bits & 1:
            raise PictureError("is encrypted")
        if entry.file_size > BYTES_LIMIT:
            raise PictureError(f"has {entry.file_size:,} bytes; at most {BYTES_LIMIT:,} are taken")
        return self._zip.open(entry)

    def close(self) -> None:
        self._zip.close()
