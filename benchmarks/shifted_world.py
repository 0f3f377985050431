"""Does retraining on labels help where the shipped checkpoint fails? `python benchmarks/shifted_world.py [--labels 300]`.

The dusk world renders the colour words of the picture book differently: its green is almost the picture book's brown.
Drawings of it are imported; a simulated annotator, who knows the truth and flags exactly the wrong words, takes them from the
queue and submits them; `retrain` does the rest. Everything but the annotator is what people use: database, queue, events,
snapshot, training, gate. Measured on scenes that neither the annotator nor the training saw, of both worlds.
"""

import argparse
import json
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import machine, publish, site
from rewardmodel.records import Span
from rewardmodel.scenes import WORLDS
from rewardmodel.scenes.samples import picturebook_records

if TYPE_CHECKING:
    from annotator.models import Item, Project, Run, User

RESULTS = Path(__file__).parent / "results"
FIGURES = {
    "map_neg": "mAP(neg)",
    "map_pos": "mAP(pos)",
    "response_accuracy": "response accuracy",
    "token_accuracy": "token accuracy",
}
Truth = dict[str, tuple[Span, ...]]  # by external id


def write_scenes(folder: Path, count: int) -> Truth:
    """Drawings of the dusk world with captions, half of them wrong, as an import takes them; and what is wrong in each."""
    truth: Truth = {}
    with (folder / "items.jsonl").open("w", encoding="utf-8") as lines:
        for number, record in enumerate(picturebook_records(WORLDS["dusk"], "train", count, 256)):
            name = f"dusk-{number:04}"
            record.image.save(folder / f"{name}.png")  # type: ignore[union-attr]  # drawn, so no path
            row = {"id": name, "image": f"{name}.png", "prompt": record.prompt, "response": record.response}
            lines.write(json.dumps(row) + "\n")
            truth[name] = record.spans
    return truth


def make_project(folder: Path, checkpoint: Path | None) -> "Project":
    """A project with the items and an active checkpoint."""
    from annotator.models import Project  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.checkpoints import ensure_shipped, register  # noqa: PLC0415
    from annotator.services.imports import import_file  # noqa: PLC0415
    from annotator.services.pictures import Pictures  # noqa: PLC0415

    active = register(folder=checkpoint.resolve(), name=checkpoint.name) if checkpoint else ensure_shipped()
    project = Project.objects.create(name="Dusk", slug="dusk", active_checkpoint=active)
    import_file(project=project, path=folder / "items.jsonl", pictures=Pictures.of(folder))
    return project


def annotate_all(project: "Project", truth: Truth) -> int:
    """Take every item from the queue, flag what is wrong, submit. How many were judged."""
    from annotator.models import User  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.queue import take_next  # noqa: PLC0415

    person = User.objects.create_user("simulated@example.org")
    judged = 0
    while lease := take_next(project=project, user=person):
        judge(lease.item, person, truth[lease.item.external_id or ""])
        judged += 1
    return judged


def judge(item: "Item", person: "User", spans: tuple[Span, ...]) -> None:
    """Flag the words of the spans, read the rest, submit."""
    from django.utils import timezone  # noqa: PLC0415 -- settings had to be made first

    from annotator.services.annotations import save_events  # noqa: PLC0415

    events: list[dict[str, Any]] = []
    for span in spans:
        touched = [number for number, (start, end) in enumerate(item.words) if span.touches(start, end)]
        payload = {"first": touched[0], "end": touched[-1] + 1, "kind": span.kind and span.kind.value}
        events.append({"act": "flag", "payload": payload})
    events.append({"act": "submit", "payload": {"rest_checked": True}})
    save_events(item=item, user=person, events=[{**event, "key": uuid.uuid4(), "at": timezone.now()} for event in events])


def measure(checkpoint: Path, scenes: int, folder: Path) -> dict[str, Any]:
    """Metrics on unseen scenes of both worlds."""
    metrics = {}
    for world in WORLDS:
        result = folder / "metrics.json"
        command = [sys.executable, "-m", "rewardmodel", "evaluate", "--checkpoint", checkpoint, "--data", f"{world}:test"]
        subprocess.run([*map(str, command), "--n", str(scenes), "--json", str(result)], check=True, stdout=subprocess.DEVNULL)
        metrics[world] = json.loads(result.read_text(encoding="utf-8"))
    return metrics


def retrain(project: "Project", recipe: dict[str, Any]) -> "Run":
    """One retraining, in this process."""
    from annotator.services.retraining import request_retraining  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.run_kinds import work  # noqa: PLC0415

    run = work(
        run_id=request_retraining(project=project, recipe=recipe, here=True).pk, show=lambda *state: print(*state, flush=True)
    )
    if run is None:
        raise SystemExit("The run was taken by something else")
    return run


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    head = (
        f"Labels: {report['labels']} dusk scenes by a simulated annotator who knows the truth; "
        f"{report['scenes']} unseen scenes of each world, half of them clean. Training took {report['training_seconds']:.0f} s "
        f"on {report['machine']['cores']} cores; the gate said {'yes' if report['promoted'] else 'no'}."
    )
    lines = [head, "", "| world | measure | before | after |", "|---|---|---|---|"]
    for world in report["before"]:
        for key, name in FIGURES.items():
            before, after = report["before"][world][key], report["after"][world][key]
            lines.append(f"| {world} | {name} | {before:.3f} | {after:.3f} |")
    return "\n".join(lines) + "\n"


def run(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Import, annotate, measure, retrain, measure again."""
    from annotator.models import Checkpoint  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.checkpoints import folder_of  # noqa: PLC0415

    scenes = folder / "uploads"
    truth = write_scenes(scenes, options.labels)
    project = make_project(scenes, options.checkpoint)
    if project.active_checkpoint is None:
        raise SystemExit("The project has no active checkpoint")
    report: dict[str, Any] = {"labels": annotate_all(project, truth), "scenes": options.scenes, "machine": machine()}
    report["before"] = measure(folder_of(project.active_checkpoint), options.scenes, folder)
    began = time.perf_counter()
    over = retrain(project, {"steps": options.steps} if options.steps else {})
    report |= {"training_seconds": round(time.perf_counter() - began, 1), "promoted": over.report["promoted"]}
    report["held_out"] = over.report["metrics"]
    report["after"] = measure(folder_of(Checkpoint.objects.get(pk=over.report["child"])), options.scenes, folder)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labels", type=int, default=300, help="how many dusk scenes are annotated")
    parser.add_argument("--scenes", type=int, default=1_000, help="unseen scenes of each world to measure on")
    parser.add_argument("--steps", type=int, help="of the training; default: what `retrain` takes for so many labels")
    parser.add_argument("--checkpoint", type=Path, help="where to begin; default: the shipped checkpoint")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for shifted_world.json and shifted_world.md")
    options = parser.parse_args()
    with site() as (folder, _):
        report = run(folder, options)
    publish(report, table(report), options.results, "shifted_world")


if __name__ == "__main__":
    main()
