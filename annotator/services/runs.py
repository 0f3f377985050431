"""Runs: background work with progress that people can watch, cancel and, after a crash, see resumed.

A run belongs to at most one living process. Whoever takes it writes its name into the row; every progress report goes
through that name and the status, so that a cancelled run, or one that was given to somebody else, stops at its next report.
"""

import logging
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from annotator.models import Project, Run, User
from annotator.services.withdrawals import brought_by
from annotator.services.workers import broker_client
from annotator.tasks import work

logger = logging.getLogger(__name__)

Kind, Status = Run.Kind, Run.Status
SILENT = timedelta(seconds=60)  # a worker that reported nothing for so long is dead
REPORT_EVERY = 1.0  # seconds between two writes of a run's progress
LOST_AFTER = timedelta(seconds=30)  # a waiting run that nobody took for so long has lost its message
MOST_ATTEMPTS = 3
QUEUE = "runs"
TAKING = 0x7A0D18  # any number that no other advisory lock of the project uses

Show = Callable[[int, int, str], None]  # done, total, message


class RunCancelled(Exception):  # noqa: N818 -- no error: somebody asked for it
    """The run was cancelled, or given to another process: stop, and leave its row alone."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished piece of work leaves in its run."""

    report: dict[str, Any] = field(default_factory=dict)
    status: Run.Status = Status.DONE


@transaction.atomic
def start_run(
    *, project: Project, kind: Run.Kind, user: User | None = None, parameters: dict[str, Any] | None = None, here: bool = False
) -> Run:
    """A new waiting run, sent to the workers on commit; with `here`, the caller carries it out itself (see `run_kinds.work`)."""
    run = Run.objects.create(
        project=project, kind=kind, started_by=user, parameters=parameters or {}, language=get_language() or ""
    )
    if not here:
        transaction.on_commit(partial(send, run_id=run.pk))
    return run


def send(*, run_id: int) -> None:
    """Tell the workers about a waiting run. A broker that is away loses nothing: the sweep sends it again."""
    try:
        work.delay(run_id=run_id)
    except OperationalError as error:
        logger.warning("Run %s waits for the broker: %s", run_id, error)


def send_waiting_trainings() -> None:
    """Tell the workers about the trainings that waited behind one that is over. Those that must still wait will."""
    for run in Run.objects.filter(kind=Kind.TRAIN, status=Status.WAITING):
        send(run_id=run.pk)


@transaction.atomic
def confirm_import(*, run: Run, user: User | None = None) -> Run:
    """Say yes to an import that was checked: its second phase stores what the first only read."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    if run.status != Status.CHECKED:
        status = run.get_status_display().lower()
        raise ValueError(_("Only a checked import can be confirmed; this one is %(status)s") % {"status": status})
    run.status, run.done, run.furthest, run.message, run.attempts = Status.WAITING, 0, 0, "", 0
    run.parameters = run.parameters | {"confirmed": True, "confirmed_by": user.pk if user else None}
    run.save(update_fields=["status", "done", "furthest", "message", "attempts", "parameters"])
    transaction.on_commit(partial(send, run_id=run.pk))
    return run


@transaction.atomic
def start_withdrawal(*, of: Run, user: User | None = None, back: bool = False, here: bool = False) -> Run:
    """A run that takes what an import brought out of its project, or brings it back.

    Raises ValueError where there is nothing to move, or where another such run is at it.
    """
    of = Run.objects.select_for_update().get(pk=of.pk)
    brought = brought_by(of)
    if not of.is_over or not (brought.withdrawn if back else brought.standing):
        raise ValueError(_("There is nothing of it to move: only what an import has brought can be withdrawn, or brought back."))
    if (other := withdrawal_of(of)) and not other.is_over:
        raise ValueError(_("Run %(number)s is at it already.") % {"number": other.pk})
    parameters = {"import": of.pk, "back": back}
    return start_run(project=of.project, kind=Kind.WITHDRAW, user=user, parameters=parameters, here=here)


def withdrawal_of(run: Run) -> Run | None:
    """The last withdrawal, or bringing back, of what an import brought."""
    return Run.objects.filter(project=run.project_id, kind=Kind.WITHDRAW, parameters__import=run.pk).first()


def cancel_run(*, run: Run) -> bool:
    """Stop a run that is not over. What works on it notices at its next report. False: it was over already."""
    open_run = Run.objects.filter(pk=run.pk, status__in=[Status.WAITING, Status.RUNNING, Status.CHECKED])
    return bool(open_run.update(status=Status.CANCELLED, finished_at=timezone.now(), message=_("Cancelled")))


@transaction.atomic
def take(*, run_id: int) -> Run | None:
    """Make this process the run's worker. None if it is over, in living hands, or must wait for another training."""
    with connection.cursor() as cursor:  # two trainings that begin together must not both see none
        cursor.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [TAKING])
    run = Run.objects.select_for_update().get(pk=run_id)
    is_free = run.status == Status.WAITING or (run.status == Status.RUNNING and is_abandoned(run))
    if not is_free or _must_wait(run):
        return None
    now = timezone.now()
    run.status, run.worker, run.heartbeat_at, run.attempts = Status.RUNNING, process_name(), now, run.attempts + 1
    run.started_at = run.started_at or now
    run.save(update_fields=["status", "worker", "heartbeat_at", "attempts", "started_at"])
    return run


def _must_wait(run: Run) -> bool:
    """Whether another living training holds this one up: one of its project, or one on this machine."""
    training = Run.objects.filter(kind=Kind.TRAIN, status=Status.RUNNING).exclude(pk=run.pk)
    mine = training.filter(Q(project_id=run.project_id) | Q(worker__startswith=_machine()))
    return run.kind == Kind.TRAIN and any(not is_abandoned(other) for other in mine)


def require_mine(run: Run) -> None:
    """Raise RunCancelled where the run was cancelled or given to another process."""
    if not Run.objects.filter(pk=run.pk, status=Status.RUNNING, worker=process_name()).exists():
        raise RunCancelled


def carry_out(*, run: Run, by: Callable[[Run, "Progress"], Outcome], show: Show | None = None) -> Run:
    """Do the work of a run that this process has taken, and write down how it ended. A failure is logged and raised."""
    try:
        outcome = by(run, Progress(run, show=show))
    except RunCancelled:
        logger.info("Run %s was cancelled or given to another worker", run.pk)
    except Exception as error:  # the one broad handler: whatever it is, people must see it on the run's page
        logger.exception("Run %s failed", run.pk)
        _finish(run, status=Status.FAILED, error=str(error) or type(error).__name__)
        raise
    else:
        _finish(run, status=outcome.status, report=outcome.report, message="")
    run.refresh_from_db()
    return run


def _finish(run: Run, **values: Any) -> None:
    mine = Run.objects.filter(pk=run.pk, status=Status.RUNNING, worker=process_name())
    now = timezone.now()
    mine.update(**values, heartbeat_at=now, finished_at=None if values["status"] == Status.CHECKED else now)


class Progress:
    """Tells people how far a run is; called often, it writes at most once a second.

    Raises RunCancelled when the run was cancelled or given to another process.
    """

    def __init__(self, run: Run, *, show: Show | None = None) -> None:
        self.run = run
        self._show = show
        self._furthest = run.furthest
        self._state = (run.done, run.total, run.message)
        self._written = float("-inf")

    def __call__(self, done: int, total: int = 0, message: str = "") -> None:
        """`done` of `total` (0: unknown), and what is being done, for people; an empty message keeps the last one."""
        new_message = message if message and message != self._state[2] else ""
        self._state = (done, total, message or self._state[2])
        self.beat(now=bool(new_message))

    def say(self, message: str) -> None:
        """Change what is being done, and leave the figures."""
        done, total, _ = self._state
        self(done, total, message)

    def got_further(self) -> None:
        """Say that something is done for good which the figures don't show."""
        mine = Run.objects.filter(pk=self.run.pk, status=Status.RUNNING, worker=process_name())
        mine.update(attempts=1)

    def beat(self, *, now: bool = False) -> None:
        """Say that the worker lives, though nothing moved."""
        if now or time.monotonic() - self._written >= REPORT_EVERY:
            self._write()

    def _write(self) -> None:
        done, total, message = self._state
        mine = Run.objects.filter(pk=self.run.pk, status=Status.RUNNING, worker=process_name())
        moved = {"attempts": 1, "furthest": done} if done > self._furthest else {}  # hopeless is who dies and got nowhere
        if not mine.update(done=done, total=total, message=message[:300], heartbeat_at=timezone.now(), **moved):
            raise RunCancelled
        self._furthest = max(self._furthest, done)
        self._written = time.monotonic()
        if self._show:
            self._show(done, total, message)


def recover_dead() -> int:
    """Send again the runs whose worker died or whose message got lost, and say how many.

    One that three workers died on, none of them getting further than those before, fails.
    """
    dead = [run for run in Run.objects.filter(status=Status.RUNNING) if is_abandoned(run)]
    hopeless = [run for run in dead if run.attempts >= MOST_ATTEMPTS]
    for run in hopeless:
        _give_up(run)
    with broker_client() as client:
        if client.llen(QUEUE):  # their messages may be among these; none is sent twice while nobody takes them
            return len(hopeless)
    lost = Run.objects.filter(status=Status.WAITING, created_at__lt=timezone.now() - LOST_AFTER)
    again = [run for run in [*dead, *lost] if run not in hopeless and not _must_wait(run)]
    for run in again:
        send(run_id=run.pk)
    return len(again) + len(hopeless)


def _give_up(run: Run) -> None:
    logger.error("Run %s failed: its worker died %s times", run.pk, run.attempts)
    Run.objects.filter(pk=run.pk, status=Status.RUNNING, worker=run.worker).update(
        status=Status.FAILED, finished_at=timezone.now(),
        error=f"The process that worked on it died {run.attempts} times; the worker's log says more.",
    )  # fmt: skip


def is_abandoned(run: Run) -> bool:
    """Whether a running run has lost its process: silent for a minute, or known to be gone because it ran on this machine."""
    if run.heartbeat_at is None or timezone.now() - run.heartbeat_at > SILENT:
        return True
    machine, _, pid = run.worker.rpartition(":")
    return machine == _machine() and not _process_lives(int(pid))


def process_name() -> str:
    """`host/pid namespace:pid` of this process; the namespace keeps two containers of one host name apart."""
    return f"{_machine()}:{os.getpid()}"


def _machine() -> str:
    namespace = Path("/proc/self/ns/pid")
    return f"{socket.gethostname()}/{namespace.readlink().name if namespace.exists() else ''}"


def _process_lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
