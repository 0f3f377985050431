"""Everything with one command: servers, database, demo project, web process and workers; Ctrl-C ends all of it."""

import json
import os
import secrets
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from annotator import environment, preflight, processes, servers
from annotator.addresses import FILE_NAME, Addresses, write_addresses
from annotator.processes import Command as Process
from annotator.supervisor import Log, StopRequestedError, Supervisor, SupervisorError, python

WORKERS = {"scorer": ["-Q", "live,score"], "helper": ["-Q", "help"], "runs": ["-Q", "runs", "-B", "-c", "2"]}
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
PROBLEMS = (preflight.PreflightError, servers.ServerError, SupervisorError, OSError)  # the last: a full disk, mostly


@dataclass(frozen=True)
class Site:
    """Where it runs and with what."""

    host: str
    port: int
    folder: Path

    @property
    def url(self) -> str:
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, f"[{self.host}]" if ":" in self.host else self.host)  # noqa: S104
        return f"http://{host}:{self.port}/"


class Command(BaseCommand):
    help = "Start everything and show one log. HOST, PORT and the other variables of docs/operating.md change how."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=environment.text("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=environment.number("PORT", 8000, least=1, most=65535))
        parser.add_argument("--parent", type=int, metavar="PID", help="the process that starts this; its end ends everything")

    def handle(self, *_: Any, **options: Any) -> None:
        log = Log(sys.stdout)
        site = Site(options["host"], options["port"], settings.DATA_FOLDER)
        try:
            code = run(site, log, parent=options["parent"])
        except PROBLEMS as problem:
            log.say("up", one_line(problem))
            code = 1
        sys.exit(code)


def run(site: Site, log: Log, *, parent: int | None) -> int:
    """Everything, from the first check to the last child's end. Returns the exit status."""
    preflight.open_folder(site.folder)
    with preflight.lock_folder(site.folder, site.url):
        for name in processes.stop_leftovers(site.folder):
            log.say("up", f"stopped {name}, left over from a start that was killed")
        supervisor = Supervisor(site.folder, log, parent=parent)
        try:
            start(supervisor, site)
            supervisor.watch(restartable=list(WORKERS))
        except StopRequestedError as request:
            log.say("up", f"stopping: {request}")
            return 0
        except PROBLEMS as problem:
            log.say("up", (supervisor.request and f"stopping: {supervisor.request}") or one_line(problem))
            return 0 if supervisor.request else 1
        finally:
            supervisor.stop()
            (site.folder / FILE_NAME).unlink(missing_ok=True)
            log.say("up", "stopped")


def one_line(problem: Exception) -> str:
    """What a person needs to know about it."""
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.strerror}: {problem.filename or 'while starting'}"
    return str(problem).partition("\n")[0][:500]


def start(supervisor: Supervisor, site: Site) -> None:
    """Bring up one thing after the other; each needs the ones before."""
    began = time.monotonic()
    with preflight.open_port(site.host, site.port) as listener:
        surroundings = start_servers(supervisor, site)
        supervisor.do(Process("setup", python("manage.py", "prepare_site"), settings.BASE_DIR, surroundings))
        supervisor.start(web(surroundings, listener.fileno()))
    for name, arguments in WORKERS.items():
        supervisor.start(worker(name, arguments, site, surroundings))
    supervisor.wait_for_page(site.url)
    for line in welcome(site, time.monotonic() - began):
        supervisor.log.say("up", line)


def start_servers(supervisor: Supervisor, site: Site) -> dict[str, str]:
    """Start the servers that the environment doesn't name. Returns the environment of everything that uses them."""
    surroundings = {**os.environ, "DATA_FOLDER": str(site.folder), "PYTHONUNBUFFERED": "1"}
    embedded: dict[str, str] = {}
    for variable, start_server in (("DATABASE_URL", servers.start_postgres), ("REDIS_URL", servers.start_valkey)):
        if not environment.text(variable):
            server, embedded[variable] = start_server(site.folder, is_unwanted=lambda: supervisor.is_unwanted)
            supervisor.adopt(server)
            supervisor.check()
    write_addresses(site.folder, Addresses(os.getpid(), embedded.get("DATABASE_URL"), embedded.get("REDIS_URL")))
    if settings.DEBUG and not settings.SECRET_KEY_FILE.exists():
        settings.SECRET_KEY_FILE.touch(mode=0o600)
        settings.SECRET_KEY_FILE.write_text(secrets.token_urlsafe(50))
    return surroundings | embedded


def web(surroundings: Mapping[str, str], listener: int) -> Process:
    processes_and_threads = [f"--workers={settings.WEB_WORKERS}", f"--threads={settings.WEB_THREADS}"]
    quiet = ["--preload", "--log-level=warning", "--no-control-socket", "--graceful-timeout=5", "--timeout=60"]
    return Process(
        name="web",
        arguments=python(
            "-m", "gunicorn", "annotator.wsgi", f"--bind=fd://{listener}", "-k=gthread", *processes_and_threads, *quiet
        ),
        folder=settings.BASE_DIR,
        environment=surroundings,
        endings=((signal.SIGTERM, 8.0), (signal.SIGQUIT, 2.0)),
        inherit=(listener,),
    )


def worker(name: str, arguments: list[str], site: Site, surroundings: Mapping[str, str]) -> Process:
    options = ["-n", f"{name}@%h", "-c", "1", "--loglevel=INFO", "--without-gossip", "--without-mingle", *arguments]
    if "-B" in arguments:
        options += ["-s", str(site.folder / "beat")]
    return Process(
        name=name,
        arguments=python("-m", "celery", "-q", "-A", "annotator", "worker", *options),
        folder=settings.BASE_DIR,
        environment={**surroundings, "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms"},  # about being root
        endings=((signal.SIGTERM, 6.0), (signal.SIGQUIT, 6.0)),  # first let it finish its chunk; what it can't is delivered again
    )


def welcome(site: Site, seconds: float) -> list[str]:
    """What a newcomer needs to know."""
    lines = [f"Ready after {seconds:.1f} s: {site.url}"]
    if site.host not in LOOPBACK and settings.DEBUG:
        lines.append("DEBUG is on: before others use this, set DEBUG=0, SECRET_KEY and ALLOWED_HOSTS (docs/operating.md)")
    if settings.LOGINS_FILE.exists():
        logins = json.loads(settings.LOGINS_FILE.read_text())
        lines += [f"  sign in as {email:<26} password {password}" for email, password in logins.items()]
    return [*lines, f"Data: {site.folder}   Stop: Ctrl-C"]
