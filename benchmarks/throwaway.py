"""What benchmarks share: a whole data folder with real servers that lasts as long as one of them, and how figures are kept."""

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from annotator import folders, servers

STATIC_NAMES = "127.0.0.1"


class Site(NamedTuple):
    """A data folder, and the database server on it."""

    folder: Path
    database: psutil.Process


@contextmanager
def site() -> Iterator[Site]:
    """Servers as `manage.py up` starts them, a migrated database, settings as on a server (DEBUG off).

    From here on the process may import models.
    """
    folder = Path(tempfile.mkdtemp(prefix="tldr-bench-"))
    started = []
    try:
        folders.make_rooms(folder)
        for start, name in ((servers.start_postgres, "DATABASE_URL"), (servers.start_valkey, "REDIS_URL")):
            server, os.environ[name] = start(folder)
            started.append(server)
        values = {
            "DATA_FOLDER": str(folder),
            "DEBUG": "0",
            "HTTPS": "0",
            "SECRET_KEY": "benchmark" * 6,
            "ALLOWED_HOSTS": STATIC_NAMES,
        }
        os.environ.update(values, DJANGO_SETTINGS_MODULE="annotator.settings", LOG_LEVEL="ERROR")
        _prepare()
        yield Site(folder, psutil.Process(started[0].process.pid))
    finally:
        for server in reversed(started):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _prepare() -> None:
    import django  # noqa: PLC0415 -- settings read the environment that was just made
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


class PeakMemory:
    """The largest resident memory of this process while it is watched, in MiB, and what it was before."""

    def __enter__(self) -> "PeakMemory":
        self._process = psutil.Process()
        self.before = self.peak = self._now()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _now(self) -> float:
        return float(self._process.memory_info().rss) / 1024**2

    def _watch(self) -> None:
        while not self._is_over.wait(0.05):
            self.peak = max(self.peak, self._now())


def cpu_seconds(process: psutil.Process) -> float:
    """Processor time that a process and those it started have used so far."""
    family = [process, *process.children(recursive=True)]
    return float(sum(sum(member.cpu_times()[:4]) for member in family if member.is_running()))


def publish(report: Mapping[str, object], text: str, folder: Path | None, name: str) -> None:
    """Print the figures for people, and keep them in the folder, where there is one, as NAME.json and NAME.md."""
    print(text)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    return {"cores": os.cpu_count(), "load_before": os.getloadavg()[0], "at": time.strftime("%Y-%m-%d %H:%M", time.gmtime())}
