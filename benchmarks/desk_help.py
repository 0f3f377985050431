"""How long does a person wait for help while the scorer is busy? `python benchmarks/desk_help.py [--quick]`.

Drawings with captions are imported and scored by a worker, as after any import; meanwhile one person edits captions, and a helper
answers. What is measured is the request of the page; the page itself waits 300 ms after a key before it asks, which stands in the
figures as well. The same is measured again once the scorer has nothing left to do.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


from benchmarks.desk_load import Annotator, make_people, percentiles, start_web
from benchmarks.throwaway import machine, site
from rewardmodel.scenes import PICTURE_BOOK
from rewardmodel.scenes.samples import picturebook_records

if TYPE_CHECKING:
    from annotator.models import Project

PAUSE_MS = 300  # of the page after a key
CLONE = Path(__file__).resolve().parent.parent


@contextmanager
def worker(queues: str) -> Iterator[None]:
    """A worker process as `manage.py up` starts it."""
    command = [sys.executable, "-m", "celery", "-q", "-A", "annotator", "worker", "-n", f"{queues}@bench", "-Q", queues]
    quiet = ["-c", "1", "--loglevel=ERROR", "--without-gossip", "--without-mingle"]
    process = subprocess.Popen([*command, *quiet], cwd=CLONE, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def make_project(folder: Path, items: int) -> "Project":
    """A project of drawings with captions, half of them wrong; captions on one drawing share it."""
    from annotator.models import Project  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.checkpoints import ensure_shipped  # noqa: PLC0415
    from annotator.services.imports import import_file  # noqa: PLC0415
    from annotator.services.pictures import Pictures  # noqa: PLC0415

    uploads = folder / "uploads"
    with (uploads / "items.jsonl").open("w", encoding="utf-8") as lines:
        for number, record in enumerate(picturebook_records(PICTURE_BOOK, "test", items, 256)):
            record.image.save(uploads / f"{number}.png")  # type: ignore[union-attr]  # drawn, so no path
            row = {"id": str(number), "image": f"{number}.png", "prompt": record.prompt, "response": record.response}
            lines.write(json.dumps(row) + "\n")
    project = Project.objects.create(name="Help", slug="help", active_checkpoint=ensure_shipped())
    import_file(project=project, path=uploads / "items.jsonl", pictures=Pictures.of(uploads))
    return project


def unscored(project: "Project") -> int:
    """Items that still wait for the scorer."""
    from annotator.models import Item  # noqa: PLC0415 -- settings had to be made first

    assert project.active_checkpoint is not None
    return Item.objects.filter(project=project).without_detection(project.active_checkpoint).count()


def ask(annotator: Annotator, project: "Project", item_id: int, kind: str, **question: Any) -> tuple[float, bool]:
    """One question, as the page asks it. Milliseconds, and whether it was answered."""
    began = time.perf_counter()
    body = json.dumps({"kind": kind, "edits": [], **question}).encode()
    response, answer = annotator.ask("POST", f"/projects/{project.slug}/desk/{item_id}/help/", body)
    return 1000 * (time.perf_counter() - began), response.status == 200 and json.loads(answer)["answer"] is not None


def measure(annotator: Annotator, project: "Project", items: Sequence[int], questions: int) -> dict[str, Any]:
    """New values after edits, and suggestions for words, on items in turn."""
    rng = Random(0)
    waited: dict[str, list[float]] = {"values": [], "suggestions": []}
    unanswered = 0
    for number in range(questions):
        item_id, first = items[number % len(items)], rng.randrange(4)
        edits = [[first, first + 1, rng.choice(["red", "two", "dog", "left"])]]
        for kind, asked in (("values", {"edits": edits}), ("suggestions", {"first": first, "end": first + 1})):
            took, is_answered = ask(annotator, project, item_id, kind, **asked)
            waited[kind].append(took)
            unanswered += not is_answered
    keys = percentiles([took + PAUSE_MS for took in waited["values"]])
    return {
        "questions": 2 * questions, "unanswered": unanswered, "values_ms": percentiles(waited["values"]),
        "key_to_values_ms": keys, "suggestions_ms": percentiles(waited["suggestions"]),
    }  # fmt: skip


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    names = {"values_ms": "values", "key_to_values_ms": "key to values", "suggestions_ms": "suggestions"}
    lines = [f"| while | {' | '.join(f'{name} p50 / p95' for name in names.values())} | unanswered |", "|---|---|---|---|---|"]
    for name, row in report["results"].items():
        cells = [f"{row[key]['p50']:.0f} / {row[key]['p95']:.0f} ms" for key in names]
        lines.append(f"| {name} | {' | '.join(cells)} | {row['unanswered']} of {row['questions']} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=5_000, help="that are being scored")
    parser.add_argument("--questions", type=int, default=60, help="of each kind")
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--quick", action="store_true", help="a smoke test: 200 items, 5 questions")
    options = parser.parse_args()
    if options.quick:
        options.items, options.questions = 200, 5
    with site() as (folder, database), ExitStack() as running:
        project = make_project(folder, options.items)
        web = start_web(database, 2, 3)
        running.callback(web.process.wait)
        running.callback(web.process.terminate)
        [person] = make_people(project, 1)
        annotator = Annotator(web.address, person, project.slug)
        running.enter_context(worker("help"))
        running.enter_context(worker("live,score"))
        report = {"machine": machine(), "items": options.items, "results": run(annotator, project, options.questions)}
    print(table(report))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


def run(annotator: Annotator, project: "Project", questions: int) -> dict[str, Any]:
    """Both measures, on items that the person holds with highlights."""
    from annotator.models import Item, User  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.queue import take_item  # noqa: PLC0415

    while Item.objects.filter(project=project, detections__isnull=False).count() < 20:
        time.sleep(0.2)
    user = User.objects.get(pk=annotator.user)
    scored = Item.objects.filter(project=project, detections__isnull=False).select_related("project").order_by("id")[:20]
    items = [lease.item_id for item in scored if (lease := take_item(item=item, user=user))]
    while not ask(annotator, project, items[0], "values")[1]:
        time.sleep(0.2)  # the helper is still loading
    waiting = unscored(project)
    busy = measure(annotator, project, items, questions)
    left = unscored(project)
    results = {f"items are scored ({waiting:,} to {left:,} left)": busy}
    while unscored(project):
        time.sleep(1)
    return results | {"nothing else is done": measure(annotator, project, items, questions)}


if __name__ == "__main__":
    main()
