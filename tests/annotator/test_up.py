"""`manage.py up` as people use it: a real process with real servers, workers and pages."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from annotator.folders import CLONE

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
CHILDREN = {"postgres", "valkey", "web", "scorer", "helper", "runs"}


class Up:
    """One running `manage.py up` and what it said."""

    def __init__(self, folder: Path, log: Path, port: int, *arguments: str, **variables: str) -> None:
        unset = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PYTEST_XDIST_WORKER"}
        surroundings = {name: value for name, value in os.environ.items() if name not in unset}
        surroundings |= {"DATA_FOLDER": str(folder), "PORT": str(port), "DEMO_ITEMS": "3"} | variables
        command = [sys.executable, "manage.py", "up", *arguments]
        self.folder, self.log, self.port = folder, log, port
        with log.open("wb") as output:
            self.process = psutil.Popen(command, cwd=CLONE, env=surroundings, stdout=output, stderr=subprocess.STDOUT)
        self.tree: list[psutil.Process] = []

    @property
    def said(self) -> str:
        """Its log, each line without the time."""
        return re.sub(r"^\d\d:\d\d:\d\d ", "", self.log.read_text(errors="replace"), flags=re.MULTILINE)

    def wait_until_it_says(self, text: str, seconds: float = 120.0) -> float:
        """Wait for a text in the log. Returns the seconds it took."""
        began = time.monotonic()
        while text not in self.said:
            assert self.process.poll() is None, f"it ended: {self.said}"
            assert time.monotonic() - began < seconds, self.said
            time.sleep(0.05)
        self.tree = self.process.children(recursive=True)
        return time.monotonic() - began

    def page(self, path: str = "") -> str:
        with DIRECT.open(f"http://127.0.0.1:{self.port}/{path}", timeout=20) as answer:
            body: bytes = answer.read()
            return body.decode()

    def pid_of(self, name: str) -> int:
        rows = json.loads((self.folder / "processes.json").read_text())
        pids: dict[str, int] = {row["name"]: row["pid"] for row in rows}
        return pids[name]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask for the end. Returns the exit status."""
        if self.process.is_running():
            self.process.send_signal(number)
        return int(self.process.wait(60))

    def left(self, seconds: float = 0.0) -> list[psutil.Process]:
        """Which of its processes still run after that time. Orphans that ended wait for init to look at them: they are gone."""
        alive = psutil.wait_procs(self.tree, timeout=seconds)[1]
        return [process for process in alive if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


Starter = Callable[..., Up]


@pytest.fixture
def up(reachable_folder: Path, tmp_path: Path, free_port: int) -> Iterator[Starter]:
    """Starts the site, by default always in the same folder and on the same free port."""
    started: list[Up] = []

    def start(*arguments: str, port: int = free_port, folder: Path = reachable_folder, **variables: str) -> Up:
        started.append(Up(folder, tmp_path / f"up{len(started)}.log", port, *arguments, **variables))
        return started[-1]

    yield start
    for one in started:
        one.end()


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.slow
def test_up_shows_a_page_and_logins_keeps_the_data_and_leaves_no_process(up: Starter) -> None:
    first = up()
    first.wait_until_it_says("Ready after")
    assert "Sign in" in first.page()
    logins = json.loads((first.folder / "logins.json").read_text())
    assert set(logins) == {"manager@example.org", "annotator@example.org"}
    assert all(f"{email:<26} password {password}" in first.said for email, password in logins.items())
    assert (first.folder / "logins.json").stat().st_mode & 0o077 == 0
    first.wait_until_it_says("runs@")
    assert {row["name"] for row in json.loads((first.folder / "processes.json").read_text())} == CHILDREN

    again = up(port=first.port + 1)
    assert again.process.wait(30) == 1
    assert again.said == f"up     | It is running already: http://127.0.0.1:{first.port}/\n"

    assert first.end(signal.SIGINT) == 0
    assert first.left() == []
    assert first.said.endswith("up     | stopped\n")

    second = up()
    assert second.wait_until_it_says("Ready after") < 15
    assert json.loads((second.folder / "logins.json").read_text()) == logins
    assert "drawing" not in second.said
    assert second.end() == 0
    assert second.left() == []


@pytest.mark.slow
def test_up_survives_its_own_sigkill_and_that_of_a_worker_but_not_of_the_web(up: Starter) -> None:
    killed = up(DEMO_ITEMS="0")
    killed.wait_until_it_says("scorer@")
    killed.process.kill()
    killed.process.wait(10)
    assert killed.left(60.0) == []

    second = up(DEMO_ITEMS="0")
    second.wait_until_it_says("scorer@")
    os.kill(second.pid_of("scorer"), signal.SIGKILL)
    second.wait_until_it_says("scorer died (signal SIGKILL); starting it again")
    second.wait_until_it_says("Ready after")
    os.kill(second.pid_of("web"), signal.SIGKILL)
    assert second.process.wait(60) == 1
    assert "up     | web died (signal SIGKILL); stopping the others\n" in second.said
    assert second.left() == []


@pytest.mark.slow
def test_up_takes_servers_from_the_environment(up: Starter, environment_of_processes: dict[str, str]) -> None:
    """And with DEBUG off it makes no demo people and collects the static files."""
    servers = {name: environment_of_processes[name] for name in ("DATABASE_URL", "REDIS_URL")}
    site = up(**servers, DEBUG="0", SECRET_KEY="k" * 50, ALLOWED_HOSTS="127.0.0.1")
    site.wait_until_it_says("Ready after")
    assert {row["name"] for row in json.loads((site.folder / "processes.json").read_text())} == CHILDREN - {"postgres", "valkey"}
    assert not (site.folder / "postgres").exists()
    assert not (site.folder / "logins.json").exists()
    assert (site.folder / "static" / "staticfiles.json").exists()
    assert site.end() == 0
    assert site.left() == []


def only_line_of(site: Up) -> str:
    """What it said before it gave up; it has to be one line and an exit status that is not 0."""
    assert site.process.wait(60) == 1
    lines = [line for line in site.said.splitlines() if line != "up     | stopped"]
    assert len(lines) == 1, site.said
    return lines[0].partition("| ")[2]


def test_up_on_a_taken_port_says_so(up: Starter) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = only_line_of(up(port=port))
    assert line == f"Port {port} is taken by another program: choose another one, for instance `PORT={port + 1} make up`"


def test_up_in_a_folder_that_cannot_be_made_says_so(up: Starter, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    line = only_line_of(up(folder=tmp_path / "file" / "data"))
    assert line == f"The data folder {tmp_path}/file/data can't be written: Not a directory. Set DATA_FOLDER to another"


def test_up_without_room_on_the_disk_says_so(up: Starter) -> None:
    line = only_line_of(up(LEAST_FREE_MB=str(10**9)))
    assert line.startswith("The disk of ")
    assert line.endswith("MB are left, 1000000000 MB are needed")


def test_up_with_a_wrong_port_says_so(up: Starter) -> None:
    site = up(PORT="eighty")
    assert site.process.wait(60) != 0
    assert site.said == "PORT must be a whole number, 1 to 65535, not 'eighty'\n"


def test_up_ends_with_the_command_that_started_it(reachable_folder: Path, free_port: int) -> None:
    """Whoever kills `make` outright leaves `up` behind, which notices."""
    code = "import os, subprocess, sys; print(subprocess.Popen([*sys.argv[1:], str(os.getpid())]).pid, flush=True); os.read(0, 1)"
    surroundings = {**os.environ, "DATA_FOLDER": str(reachable_folder), "PORT": str(free_port), "DEMO_ITEMS": "0"}
    command = [sys.executable, "-c", code, sys.executable, "manage.py", "up", "--parent"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with psutil.Popen(command, cwd=CLONE, env=surroundings, **pipes) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        time.sleep(1)
        parent.kill()
        parent.wait()
        assert psutil.wait_procs([child], timeout=60)[1] == []
