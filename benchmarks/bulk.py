"""How fast do items come in and annotations go out, and does memory stay flat? `python benchmarks/bulk.py [--quick]`."""

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import PeakMemory, machine, site

if TYPE_CHECKING:
    from annotator.models import Project

NOUNS = ["dog", "kite", "house", "boat", "child", "tree", "car", "bench", "cup", "sign", "bicycle", "umbrella"]
COLOURS = ["red", "blue", "white", "yellow", "green", "black"]
PLACES = ["on the grass", "beside the road", "in front of the house", "near the water", "under the old bridge"]
PICTURES = 200


def captions(number: int) -> str:
    """One or two sentences, ten to thirty words, another one for every number."""
    chance = random.Random(number)
    sentence = "A {} {} and a {} {} stand {}, and somebody has counted {} of them."
    parts = [
        sentence.format(*(chance.choice(words) for words in (COLOURS, NOUNS, COLOURS, NOUNS, PLACES)), number + place)
        for place in range(chance.randint(1, 2))
    ]
    return " ".join(parts)


def write_input(folder: Path, items: int) -> Path:
    """Pictures and one line for each item."""
    import PIL.Image  # noqa: PLC0415

    for number in range(PICTURES):
        picture = PIL.Image.effect_noise((384, 288), 40).convert("RGB")
        picture.putpixel((0, 0), (number, 0, 0))
        picture.save(folder / f"{number}.jpg", quality=85)
    path = folder / f"{items}.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for number in range(items):
            row = {
                "id": f"item-{number}",
                "image": f"{number % PICTURES}.jpg",
                "response": captions(number),
                "metadata": {"split": "train"},
            }
            lines.write(json.dumps(row) + "\n")
    return path


def measured(name: str, number: int, act: Callable[[], Any]) -> dict[str, Any]:
    """Run something, print and return its rate and its memory."""
    with PeakMemory() as memory:
        began = time.perf_counter()
        act()
        seconds = time.perf_counter() - began
    result = {
        "what": name, "number": number, "seconds": round(seconds, 2), "per_second": round(number / seconds),
        "MiB_before": round(memory.before), "MiB_peak": round(memory.peak),
    }  # fmt: skip
    rate, memory_text = f"{number / seconds:>9,.0f}/s", f"{memory.before:>5.0f} -> {memory.peak:>5.0f} MiB"
    print(f"{name:<28} {number:>9,} {seconds:>8.2f} s {rate}   {memory_text}", flush=True)
    return result


def annotate_all(project: "Project") -> None:
    """A detection and a submitted annotation for every item, made in the database."""
    from django.db import connection  # noqa: PLC0415

    from annotator.models import Checkpoint, User  # noqa: PLC0415

    person = User.objects.create_user(f"{project.slug}@example.org")
    checkpoint = Checkpoint.objects.create(name="none", path="none", weights_sha256="0" * 64)
    with connection.cursor() as cursor:
        cursor.execute(DETECT, {"project": project.pk, "checkpoint": checkpoint.pk})
        cursor.execute(ANNOTATE, {"project": project.pk, "person": person.pk, "checkpoint": checkpoint.pk})
        cursor.execute("ANALYZE")


DETECT = """
INSERT INTO annotator_detection (item_id, checkpoint_id, grounded, created_at)
SELECT id, %(checkpoint)s, ARRAY(SELECT random() FROM generate_series(1, jsonb_array_length(words))), now()
FROM annotator_item WHERE project_id = %(project)s
"""

ANNOTATE = """
INSERT INTO annotator_annotation (item_id, annotator_id, checkpoint_id, status, counts, judgements, spans, corrected, comment,
    skip_reason, rest_checked, arm, threshold, version, started_at, created_at, updated_at, submitted_at)
SELECT id, %(person)s, %(checkpoint)s, 'submitted', true,
    '[{"first": 1, "end": 2, "verdict": "wrong", "kind": "attribute", "text": "pink", "source": "flag"}]',
    jsonb_build_array(jsonb_build_object(
        'start', words->1->0, 'end', words->1->1, 'kind', 'attribute', 'replacement', 'pink',
        'quote', substring(response FROM (words->1->>0)::int + 1 FOR (words->1->>1)::int - (words->1->>0)::int))),
    response, '', '', true, 'highlights', 0.5, 3, now() - interval '9 seconds', now(), now(), now()
FROM annotator_item WHERE project_id = %(project)s
"""


def run(folder: Path, items: int) -> list[dict[str, Any]]:
    """In, in again, out as JSON Lines, out as Parquet."""
    from annotator.models import Project  # noqa: PLC0415
    from annotator.services.exports import write_jsonl, write_parquet  # noqa: PLC0415
    from annotator.services.imports import check_file, import_file  # noqa: PLC0415
    from annotator.services.pictures import Pictures  # noqa: PLC0415

    path = write_input(folder / "uploads", items)
    project = Project.objects.create(name=f"{items} items", slug=f"items-{items}")
    given: dict[str, Any] = {"project": project, "path": path, "pictures": Pictures.of(path.parent)}
    results = [
        measured("check", items, lambda: check_file(**given)),
        measured("import", items, lambda: import_file(**given)),
        measured("import again, all known", items, lambda: import_file(**given)),
    ]
    annotate_all(project)
    return [
        *results,
        measured("export JSON Lines", items, lambda: write_jsonl(project=project, path=folder / "exports" / "a.jsonl")),
        measured("export Parquet", items, lambda: write_parquet(project=project, path=folder / "exports" / "a.parquet")),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, nargs="+", default=[20_000, 200_000], help="sizes of the projects, small one first")
    parser.add_argument("--json", type=Path, help="file for the results")
    parser.add_argument("--quick", action="store_true", help="a smoke test: 500 and 2,000 items")
    options = parser.parse_args()
    report: dict[str, Any] = {"machine": machine(), "pictures": PICTURES, "results": []}
    with site() as (folder, _):
        for items in [500, 2_000] if options.quick else options.items:
            report["results"] += run(folder, items)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
