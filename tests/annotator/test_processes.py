"""Child processes: asked first, forced later, and never survived by their own children."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from annotator.processes import Child, Command
from annotator.supervisor import Log, Supervisor, SupervisorError

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(600)"
PARENT = "import subprocess, time; print(subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep(600)"

# forks as a Celery worker does, and is gone before its child has asked to end with it
QUICK_DEATH = """
import os, time
from annotator.celery import end_with_worker
worker = os.getpid()
if pid := os.fork():
    print(pid, flush=True)
    os._exit(0)
while os.getppid() == worker:
    time.sleep(0.01)
end_with_worker()
time.sleep(600)
"""


def child_of(code: str, folder: Path, **options: object) -> Child:
    """A Python child that has said its first line."""
    command = Command("child", [sys.executable, "-c", code], folder, log=folder / "log", **options)  # type: ignore[arg-type]
    child = Child(command)
    while not (folder / "log").read_bytes().endswith(b"\n"):
        time.sleep(0.01)
    return child


def test_stubborn_child_is_forced_after_its_patience(tmp_path: Path) -> None:
    child = child_of(STUBBORN, tmp_path, endings=((signal.SIGTERM, 0.2),))
    began = time.monotonic()
    child.stop()
    assert child.process.returncode == -signal.SIGKILL
    assert 0.2 <= time.monotonic() - began < 5


def test_what_a_child_started_ends_with_it(tmp_path: Path) -> None:
    child = child_of(PARENT, tmp_path)
    grandchild = psutil.Process(int((tmp_path / "log").read_text()))
    child.stop()
    psutil.wait_procs([grandchild], timeout=5)
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE


def test_what_a_worker_forked_ends_although_the_worker_was_killed_at_once() -> None:
    with subprocess.Popen([sys.executable, "-c", QUICK_DEATH], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        pid = int(worker.stdout.readline())
    try:
        forked = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return
    psutil.wait_procs([forked], timeout=10)
    is_left = forked.is_running() and forked.status() != psutil.STATUS_ZOMBIE
    if is_left:
        forked.kill()
    assert not is_left


def test_child_does_not_hear_the_terminal(tmp_path: Path) -> None:
    child = child_of(STUBBORN, tmp_path, endings=((signal.SIGKILL, 1.0),))
    assert os.getsid(child.process.pid) != os.getsid(0)
    child.stop()


def test_last_words_are_the_complaint(tmp_path: Path) -> None:
    child = child_of("print('LOG: fine'); print('FATAL: no room'); print('LOG: bye')", tmp_path)
    child.stop()
    assert child.last_words() == "FATAL: no room"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """One whose log is a file; the signal handlers of the tests' process are put back."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    with (tmp_path / "up.log").open("w") as stream:
        made = Supervisor(tmp_path, Log(stream))
        for number, handler in handlers.items():
            signal.signal(number, handler)
        yield made
        made.stop()


def test_worker_that_dies_again_and_again_is_given_up(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(Command("scorer", [sys.executable, "-c", "print('no memory', end=''); raise SystemExit(3)"], tmp_path))
    with pytest.raises(SupervisorError, match=r"scorer died \(exit status 3\); stopping the others"):
        supervisor.watch(restartable=["scorer"])
    said = (tmp_path / "up.log").read_text()
    assert said.count("scorer died (exit status 3); starting it again") == 3
    assert said.count("scorer | no memory") == 4


def test_log_names_who_said_each_line(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.do(Command("setup", [sys.executable, "-c", r"print('one\ntwo\n\nthree', end='')"], tmp_path))
    assert [line.partition(" ")[2] for line in (tmp_path / "up.log").read_text().splitlines()] == [
        "setup  | one",
        "setup  | two",
        "setup  | three",
    ]


def test_job_that_fails_is_reported(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(SupervisorError, match=r"setup failed \(exit status 7\)"):
        supervisor.do(Command("setup", [sys.executable, "-c", "raise SystemExit(7)"], tmp_path))
