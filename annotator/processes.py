"""Child processes that end with the process that started them."""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

LEDGER = "processes.json"
PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None


@dataclass(frozen=True)
class Command:
    """What to run and how to end it.

    `endings` are signals, each with the seconds of patience after it; SIGKILL to the whole group follows by itself.
    `orphaned` is what the kernel sends when the parent dies in whatever way (Linux; elsewhere the next start cleans up).
    """

    name: str
    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str] | None = None
    endings: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 10.0),)
    orphaned: signal.Signals = signal.SIGKILL
    uid: int | None = None  # run as this user, where the parent is root
    gid: int | None = None
    inherit: Sequence[int] = ()  # file descriptors
    log: Path | None = None  # where its output goes; None: into a pipe


def tether(orphaned: signal.Signals = signal.SIGKILL) -> Callable[[], None] | None:
    """A `preexec_fn` after which the child gets the signal when its parent dies, even by SIGKILL. None where unknown.

    Call it in the parent. It must not be used where another thread may hold a lock while the child is forked.
    """
    parent = os.getpid()
    return None if _prctl is None else lambda: end_with_parent(parent, orphaned)


def end_with_parent(parent: int, orphaned: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel for that signal when the parent of this process dies. Does nothing where it can't be asked."""
    if _prctl is None:
        return
    _prctl(PR_SET_PDEATHSIG, int(orphaned), 0, 0, 0)
    if os.getppid() != parent:  # it died in between
        os.kill(os.getpid(), signal.SIGKILL)


class Child:
    """A started command, in a session of its own, so that Ctrl-C reaches the parent only."""

    def __init__(self, command: Command) -> None:
        self.command = command
        log = command.log.open("wb") if command.log else None
        self.process = subprocess.Popen(
            list(command.arguments),
            cwd=command.folder,
            env=dict(command.environment) if command.environment is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=log or subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=tuple(command.inherit),
            user=command.uid,
            group=command.gid,
            extra_groups=None if command.uid is None else [],
            preexec_fn=tether(command.orphaned),  # noqa: PLW1509 -- nothing here starts threads
        )
        if log:
            log.close()
        self.is_asked = False

    @property
    def name(self) -> str:
        return self.command.name

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def ask(self) -> None:
        """Send the first of its endings, once."""
        if not self.is_asked and self.command.endings and self.is_running:
            self.process.send_signal(self.command.endings[0][0])
        self.is_asked = True

    def stop(self, wait: Callable[["Child", float], bool] | None = None) -> None:
        """End it and whatever is left of its group. `wait(child, seconds)` says whether it ended in that time."""
        self.ask()
        for place, (number, patience) in enumerate(self.command.endings):
            if place and self.is_running:
                self.process.send_signal(number)
            if (wait or wait_for)(self, patience):
                break
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS refuses a group of zombies
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def last_words(self) -> str:
        """Why it died, as far as its log says: the last complaint in it, or its last line."""
        if not self.command.log or not self.command.log.exists():
            return ""
        lines = self.command.log.read_text(errors="replace").strip().splitlines()
        complaints = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "ERROR", "rror:"))]
        return (complaints or lines or [""])[-1]


def wait_for(child: Child, seconds: float) -> bool:
    """Whether the child ended in time."""
    deadline = time.monotonic() + seconds
    while child.is_running and time.monotonic() < deadline:
        time.sleep(0.02)
    return not child.is_running


def write_ledger(folder: Path, children: Sequence[Child]) -> None:
    """Note who runs, so that the next start finds them should this process be killed."""
    rows = [
        {"name": child.name, "pid": child.process.pid, "started": psutil.Process(child.process.pid).create_time()}
        for child in children
        if child.is_running
    ]
    draft = folder / f"{LEDGER}.new"
    draft.write_text(json.dumps(rows, indent=1))
    draft.rename(folder / LEDGER)


def stop_leftovers(folder: Path, patience: float = 20.0) -> list[str]:
    """Stop what a killed start left behind; call it only while holding the lock of the folder. Returns their names."""
    file = folder / LEDGER
    rows = json.loads(file.read_text()) if file.exists() else []
    left = {row["name"]: found for row in rows if (found := _left_of(row))}
    for name, (leader, *_) in left.items():
        # PostgreSQL takes SIGINT for "now, but properly"; all else but the servers may be cut off anywhere
        leader.send_signal({"postgres": signal.SIGINT, "valkey": signal.SIGTERM}.get(name, signal.SIGKILL))
    _, alive = psutil.wait_procs([leader for leader, *_ in left.values()], timeout=patience)
    alive += [process for _, *others in left.values() for process in others if process.is_running()]
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
    file.unlink(missing_ok=True)
    return list(left)


def _left_of(row: Mapping[str, float]) -> list[psutil.Process]:
    """What still runs in the session of a noted process, the oldest first; nothing if another got its number since."""
    if psutil.boot_time() > row["started"]:
        return []
    members = [process for process in psutil.process_iter() if _session(process) == row["pid"]]
    leader = next((process for process in members if process.pid == row["pid"]), None)
    if leader and abs(leader.create_time() - row["started"]) > 2:
        return []
    return sorted(members, key=lambda process: (process.pid != row["pid"], process.pid))


def _session(process: psutil.Process) -> int | None:
    """The session that a process is in; None for a dead one."""
    with contextlib.suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):
        return None if process.status() == psutil.STATUS_ZOMBIE else os.getsid(process.pid)
    return None
