"""What the commands share: a progress bar for runs that are carried out at a terminal, and the project by its slug."""

import shutil
import time
from types import TracebackType
from typing import Self

from django.core.management.base import CommandError, OutputWrapper

from annotator.models import Project

WIDTH = 30


class ProgressBar:
    """A line that moves at a terminal; elsewhere one line for every new message. Called with done, total and message."""

    def __init__(self, stream: OutputWrapper) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._message = ""
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._is_terminal and self._message:
            self._stream.write("")

    def __call__(self, done: int, total: int, message: str) -> None:
        """Show how far it is."""
        what = message.partition(":")[0]
        if self._is_terminal:
            room = shutil.get_terminal_size().columns - WIDTH - 30
            self._stream.write(
                f"\r\033[K{_bar(done, total)} {time.monotonic() - self._started:5.0f} s  {message[:room]}", ending=""
            )
            self._stream.flush()
        elif what != self._message:
            self._stream.write(f"{message} ({done} of {total})" if total else message)
        self._message = what


def _bar(done: int, total: int) -> str:
    filled = round(WIDTH * done / total) if total else 0
    return f"{'█' * filled}{'░' * (WIDTH - filled)} {done}/{total or '?'}"


def project_named(slug: str) -> Project:
    """The project with the slug. Raises CommandError, with the slugs there are."""
    project = Project.objects.filter(slug=slug).select_related("active_checkpoint").first()
    if project is None:
        known = ", ".join(Project.objects.values_list("slug", flat=True)[:20]) or "none yet"
        raise CommandError(f"There is no project {slug!r} (there are: {known})")
    return project
