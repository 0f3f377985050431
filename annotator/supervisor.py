"""Runs the servers, the web process and the workers as one: one log, one end.

Single-threaded on purpose: children are tied to the thread that starts them, and signals only set a flag.
"""

import os
import selectors
import signal
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

from annotator.processes import LEDGER, Child, Command, write_ledger

COLOURS = {"up": 0, "web": 36, "scorer": 35, "helper": 34, "runs": 33, "setup": 32}
WIDTH = max(len(name) for name in COLOURS)
MOST_RESTARTS = 3
RESTART_WINDOW = 300.0  # seconds
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy of the machine has no part in this


class SupervisorError(Exception):
    """Going on makes no sense; the message is one clear line."""


class StopRequestedError(Exception):
    """Somebody asked for the end; the message says how."""


class Log:
    """One readable stream out of many: every line carries the time and the name of whoever said it."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream = stream
        self.has_colours = stream.isatty() and not os.environ.get("NO_COLOR")
        self.is_open = True

    def say(self, name: str, text: str) -> None:
        prefix = f"{time.strftime('%H:%M:%S')} {name:<{WIDTH}} |"
        if self.has_colours:
            prefix = f"\033[{COLOURS.get(name, 0)}m{prefix}\033[0m"
        try:
            self.stream.write(f"{prefix} {text}\n")
            self.stream.flush()
        except OSError:  # the terminal is gone; the children still have to be ended
            self.is_open = False
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())


class Supervisor:
    """Starts children, passes on what they say, and ends them in the opposite order."""

    def __init__(self, folder: Path, log: Log, *, parent: int | None = None) -> None:
        """With a `parent`, the end of that process is the end of everything."""
        self.folder = folder
        self.parent = parent
        self.log = log
        self.children: list[Child] = []
        self.restarts: dict[str, deque[float]] = {}
        self.request = ""  # how the end was asked for
        self.in_hurry = False  # it was asked for twice
        self._selector = selectors.DefaultSelector()
        self._halves: dict[Child, bytes] = {}
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup
            signal.signal(signal.SIGHUP, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self.in_hurry = bool(self.request)
        self.request = "Ctrl-C" if number == signal.SIGINT else signal.Signals(number).name

    @property
    def is_unwanted(self) -> bool:
        """Whether somebody asked for the end, or those who could are gone."""
        if not self.log.is_open:
            self.request = self.request or "nobody reads the log"
        if self.parent and os.getppid() != self.parent:
            self.request = self.request or "the command that started this is gone"
        return bool(self.request)

    def adopt(self, child: Child) -> Child:
        """Take a started child under control: its output, its end, its place in the ledger."""
        self.children.append(child)
        if child.process.stdout:
            os.set_blocking(child.process.stdout.fileno(), False)
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)
            self._halves[child] = b""
        write_ledger(self.folder, self.children)
        return child

    def start(self, command: Command) -> Child:
        return self.adopt(Child(command))

    def do(self, command: Command) -> None:
        """Run something that ends by itself, and refuse to go on if it failed."""
        child = self.start(command)
        while child.is_running:
            self.listen(0.1)
            self.check(jobs=(command.name,))
        self._forget(child)
        if child.process.returncode:
            raise SupervisorError(f"{child.name} failed ({_cause(child)}); its last lines say why")

    def wait_for_page(self, url: str, limit: float = 60.0) -> None:
        """Wait until the web process answers."""
        deadline = time.monotonic() + limit
        while not _answers(url):
            self.listen(0.1)
            self.check()
            if time.monotonic() > deadline:
                raise SupervisorError(f"{url} did not answer within {limit:.0f} s")

    def watch(self, restartable: Sequence[str]) -> NoReturn:
        """Pass on the children's words until the end is asked for or one of them dies for good."""
        while True:
            self.listen(0.5)
            self.check(restartable)

    def check(self, restartable: Sequence[str] = (), jobs: Sequence[str] = ()) -> None:
        """Raise if the end was asked for or a child died; start those again that may be."""
        if self.is_unwanted:
            raise StopRequestedError(self.request)
        for child in [child for child in self.children if not child.is_running and child.name not in jobs]:
            self._forget(child)
            cause = _cause(child)
            if child.name not in restartable or not self._may_restart(child.name):
                raise SupervisorError(f"{child.name} died ({cause}); stopping the others")
            self.log.say("up", f"{child.name} died ({cause}); starting it again")
            self.start(child.command)

    def _may_restart(self, name: str) -> bool:
        """A worker may die of one picture too large without taking the desk away from people, but not again and again."""
        times, now = self.restarts.setdefault(name, deque()), time.monotonic()
        while times and now - times[0] > RESTART_WINDOW:
            times.popleft()
        times.append(now)
        return len(times) <= MOST_RESTARTS

    def listen(self, seconds: float) -> None:
        """Pass on whatever the children say within that time."""
        for key, _ in self._selector.select(seconds):
            child: Child = key.data
            data = os.read(key.fd, 65536)
            if not data:
                self._selector.unregister(key.fileobj)
            *lines, self._halves[child] = (self._halves[child] + data).split(b"\n")
            for line in lines:
                self._pass_on(child, line)

    def _pass_on(self, child: Child, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if text:
            self.log.say(child.name, text)

    def _forget(self, child: Child) -> None:
        """Its last words, and out of the books."""
        child.stop(self._wait_quietly)
        if pipe := child.process.stdout:
            self.listen(0)
            if (rest := self._halves.pop(child)) and not rest.isspace():
                self._pass_on(child, rest)
            if pipe in [key.fileobj for key in self._selector.get_map().values()]:
                self._selector.unregister(pipe)
            pipe.close()
        self.children.remove(child)

    def stop(self) -> None:
        """End all children, those that use the servers first, and leave nothing behind."""
        for child in self.children:
            if not child.command.log:  # the servers are the ones that write their own logs
                child.ask()
        for child in reversed(self.children[:]):
            self._forget(child)
        (self.folder / LEDGER).unlink(missing_ok=True)

    def _wait_quietly(self, child: Child, seconds: float) -> bool:
        """Whether the child ended in time; who is asked twice does not wait."""
        deadline = time.monotonic() + seconds
        while child.is_running and time.monotonic() < deadline and not self.in_hurry:
            self.listen(0.05)
        return not child.is_running


def _cause(child: Child) -> str:
    code = child.process.returncode
    cause = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
    return f"{cause}: {words}" if (words := child.last_words()) else cause


def _answers(url: str) -> bool:
    """Whether a page comes, whatever it is; an error of the server is none."""
    try:
        with DIRECT.open(url, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return error.code < 500
    except OSError:
        return False


def python(*arguments: str) -> list[str]:
    """A command line for this very Python, its output unbuffered."""
    return [sys.executable, "-u", *arguments]
