"""How many captions can a team get through, as far as the software is concerned? `python benchmarks/desk_load.py [--quick]`.

A closed loop without think time: each of 1, 8 and 32 annotators asks for the next item as the page's script does (ahead, while
they hold the one before), sends two judgements on the one they hold, then submits it, over keep-alive HTTP against a real
gunicorn on real servers. What it may not do is hand an item to two people.
"""

import argparse
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bulk import DETECT, captions
from benchmarks.throwaway import cpu_seconds, machine, site

if TYPE_CHECKING:
    from annotator.models import Project, User

CSRF = "c" * 32
ITEM = re.compile(rb'"item": (\d+)')
BATCH = 5_000


@dataclass
class Tally:
    """What happened to everybody together."""

    next_ms: list[float] = field(default_factory=list)
    save_ms: list[float] = field(default_factory=list)
    submit_ms: list[float] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class Annotator:
    """One person's browser: a connection, a session, and no patience."""

    def __init__(self, address: tuple[str, int], person: tuple[int, str], slug: str) -> None:
        self.user, session = person
        self._address = address
        self._connection = http.client.HTTPConnection(*address, timeout=60)
        self._headers = {
            "Cookie": f"tldr_session={session}; tldr_csrf={CSRF}",
            "X-CSRFToken": CSRF,
            "Content-Type": "application/json",
        }
        self._desk = f"/projects/{slug}/desk/"
        self._item: int | None = None  # at work

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[http.client.HTTPResponse, bytes]:
        """One request; a connection that the server has closed meanwhile is opened again."""
        try:
            self._connection.request(method, path, body, self._headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()
            self._connection.request(method, path, body, self._headers)
            response = self._connection.getresponse()
        return response, response.read()

    def loop(self, tally: Tally, stop_at: float) -> None:
        """Judge items until the time is over or the queue is empty."""
        while time.perf_counter() < stop_at:
            if not self.judge_next(tally):
                return

    def open_desk(self) -> bool:
        """Open the page of the desk, which brings the first item. Whether there is one."""
        response, page = self.ask("GET", self._desk)
        found = ITEM.search(page)
        if response.status != 200:
            raise SystemExit(f"The desk answers {response.status}")
        self._item = int(found[1]) if found else None
        return found is not None

    def judge_next(self, tally: Tally) -> bool:
        """Fetch the item that comes next, judge the one at work. Whether there is a next one."""
        began = time.perf_counter()
        response, ahead = self.ask("GET", f"{self._desk}{self._item}/next/")
        if response.status != 200:
            tally.errors.append(f"next: {response.status}")
            return False
        at_hand = time.perf_counter()
        item_id, self._item = self._item, json.loads(ahead).get("item")
        if item_id is None:
            return False
        saved = self.send(item_id, 0, [("flag", {"first": 1, "end": 2}), ("replace", {"first": 1, "end": 2, "text": "pink"})])
        kept = time.perf_counter()
        submitted = self.send(item_id, 2, [("submit", {"rest_checked": True})])
        done = time.perf_counter()
        statuses = [saved, submitted]
        if statuses != [200] * 2:
            tally.errors.append(f"item {item_id}: {statuses}")
            return False
        tally.taken.append(item_id)
        tally.next_ms.append(1000 * (at_hand - began))
        tally.save_ms.append(1000 * (kept - at_hand))
        tally.submit_ms.append(1000 * (done - kept))
        return self._item is not None

    def send(self, item_id: int, known: int, acts: list[tuple[str, dict[str, Any]]]) -> int:
        """Send acts, as the outbox of the page does. Returns the status."""
        now = datetime.now(UTC).isoformat()
        events = [{"key": str(uuid.uuid4()), "act": act, "payload": payload, "at": now} for act, payload in acts]
        body = {"user": self.user, "known": known, "events": events}
        response, _ = self.ask("POST", f"{self._desk}{item_id}/events/", json.dumps(body).encode())
        return response.status


def make_project(items: int) -> "Project":
    """A project whose items are scored, each by one detection."""
    import PIL.Image  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from annotator.models import Checkpoint, Item, Project  # noqa: PLC0415
    from annotator.services.images import store_image  # noqa: PLC0415
    from annotator.services.imports import fingerprint_of  # noqa: PLC0415
    from rewardmodel.records import words  # noqa: PLC0415

    checkpoint = Checkpoint.objects.create(name="none", path="none", weights_sha256="0" * 64)
    project = Project.objects.create(
        name=f"{items} items", slug=f"load-{items}-{uuid.uuid4().hex[:6]}", active_checkpoint=checkpoint
    )
    drawn = BytesIO()
    PIL.Image.effect_noise((384, 288), 40).save(drawn, "PNG")
    image = store_image(data=drawn.getvalue())
    for start in range(0, items, BATCH):
        texts = [(number, captions(number)) for number in range(start, min(items, start + BATCH))]
        Item.objects.bulk_create(
            Item(
                project=project, image=image, response=text, words=words(text), doubt=number % 997 / 997,
                fingerprint=fingerprint_of(image_sha256=image.sha256, prompt="", response=text, external_id=str(number)),
            )
            for number, text in texts
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(DETECT, {"project": project.pk, "checkpoint": checkpoint.pk})
        cursor.execute("ANALYZE annotator_item, annotator_detection, annotator_image")  # what was filled, as autovacuum does
    return project


def make_people(project: "Project", people: int) -> list[tuple[int, str]]:
    """Members who are signed in: their ids and session keys."""
    from annotator.models import Membership, Role, User  # noqa: PLC0415

    signed_in = []
    for number in range(people):
        user, _ = User.objects.get_or_create(email=f"person{number}@example.org", defaults={"name": f"Person {number}"})
        Membership.objects.create(project=project, user=user, role=Role.ANNOTATOR)
        signed_in.append((user.pk, session_of(user)))
    return signed_in


def session_of(user: "User") -> str:
    """The key of a new session of somebody."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415

    from annotator.sessions import SessionStore  # noqa: PLC0415

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "annotator.accounts.PasswordBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key or ""


class Web(NamedTuple):
    """A running gunicorn and the database behind it."""

    process: subprocess.Popen[bytes]
    address: tuple[str, int]
    database: psutil.Process

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time used so far, by whom."""
        web = cpu_seconds(psutil.Process(self.process.pid))
        return {"web": web, "database": cpu_seconds(self.database), "clients": time.process_time()}


def start_web(database: psutil.Process, workers: int, threads: int) -> Web:
    """A gunicorn with the options of `manage.py up`, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address: tuple[str, int] = probe.getsockname()
    command = [sys.executable, "-m", "gunicorn", "annotator.wsgi", f"--bind={address[0]}:{address[1]}", "-k=gthread"]
    command += [f"--workers={workers}", f"--threads={threads}", "--preload", "--log-level=warning", "--no-control-socket"]
    web = subprocess.Popen([*command, "--keep-alive=30"], cwd=Path(__file__).resolve().parent.parent)
    deadline = time.monotonic() + 60
    while not _answers(address):
        if time.monotonic() > deadline or web.poll() is not None:
            raise SystemExit("gunicorn did not start")
        time.sleep(0.1)
    return Web(web, address, database)


def _answers(address: tuple[str, int]) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address) == 0


def measure(web: Web, project: "Project", people: int, seconds: float) -> dict[str, Any]:
    """One closed loop of so many people."""
    tally = Tally()
    annotators = [Annotator(web.address, person, project.slug) for person in make_people(project, people)]
    for annotator in annotators:
        annotator.open_desk()
        annotator.judge_next(Tally())  # the first request of each thread opens its connection to the database
    used = web.cpu_seconds()
    began = time.perf_counter()
    threads = [threading.Thread(target=annotator.loop, args=[tally, began + seconds]) for annotator in annotators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    cpu = {name: after - used[name] for name, after in web.cpu_seconds().items()}
    doubles = sum(times - 1 for times in Counter(tally.taken).values())
    return {
        "people": people, "loops": len(tally.taken), "loops_per_second": round(len(tally.taken) / took, 1),
        "next_ms": percentiles(tally.next_ms), "save_ms": percentiles(tally.save_ms), "submit_ms": percentiles(tally.submit_ms),
        "cpu_ms_a_loop": {name: round(1000 * spent / max(1, len(tally.taken)), 1) for name, spent in cpu.items()},
        "handed_out_twice": doubles + over_annotated(project), "errors": len(tally.errors),
        "first_errors": tally.errors[:3],
    }  # fmt: skip


def over_annotated(project: "Project") -> int:
    """Items with more counted annotations and leases than they want, by the database."""
    from annotator.models import Annotation, Item, Lease  # noqa: PLC0415

    held = Counter(Annotation.objects.counted(project).values_list("item_id", flat=True))
    held += Counter(Lease.objects.filter(item__project=project).values_list("item_id", flat=True))
    slots = dict(Item.objects.filter(pk__in=held).values_list("id", "open_slots"))
    return sum(number + slots[item_id] > project.annotators_per_item for item_id, number in held.items())


def percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values) or [0.0]
    return {
        name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) for name, share in (("p50", 0.5), ("p95", 0.95))
    }


def show(items: int, result: dict[str, Any]) -> None:
    latencies = [result[name][share] for name in ("next_ms", "save_ms", "submit_ms") for share in ("p50", "p95")]
    figures = [*latencies, *result["cpu_ms_a_loop"].values()]
    row = f"{items:>8,}{result['people']:>7}{result['loops_per_second']:>9.1f}" + "".join(f"{figure:>8.1f}" for figure in figures)
    print(f"{row}{result['handed_out_twice']:>7}{result['errors']:>7}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--people", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each loop")
    parser.add_argument("--workers", type=int, default=2, help="web processes")
    parser.add_argument("--threads", type=int, default=3, help="of each web process")
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--quick", action="store_true", help="a smoke test: 300 items, 1 and 4 people, 2 seconds")
    options = parser.parse_args()
    if options.quick:
        options.items, options.people, options.seconds = [300], [1, 4], 2.0
    report: dict[str, Any] = {"machine": machine(), "workers": options.workers, "threads": options.threads, "results": []}
    print(f"{'':24}{'next ms':>16}{'save ms':>16}{'submit ms':>16}{'cpu ms a loop':>24}  handed")
    print(f"   items people  loops/s{'     p50     p95' * 3}     web      db clients  twice errors")
    with site() as (_, database):
        web = start_web(database, options.workers, options.threads)
        try:
            for items in options.items:
                project = make_project(items)
                for people in options.people:
                    result = measure(web, project, people, options.seconds)
                    show(items, result)
                    report["results"].append({"items": items, **result})
                    from annotator.models import Membership  # noqa: PLC0415

                    Membership.objects.filter(project=project).delete()
        finally:
            web.process.terminate()
            web.process.wait()
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if any(result["handed_out_twice"] or result["errors"] for result in report["results"]):
        raise SystemExit("Something was handed out twice, or failed: see above")


if __name__ == "__main__":
    main()
