"""Is the true word among what is suggested, and how long does that take? `python benchmarks/suggestions.py [--errors 200]`.

Errors of all eight kinds in picture-book captions of the test split. The first wrong passage of each (neighbouring wrong words
are one passage) is asked about, as a person at the desk would. Right is a suggestion that gives the true caption, or, where the
caption is wrong in another place as well, the caption with this sentence or this passage put right; "a dog" and "one dog" count
as the same. There is often more than one truth ("next to the tree", "on the grass"): a suggestion is true where every claim of
its sentence is true of the scene.
"""

import argparse
import json
import re
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import machine, publish
from rewardmodel.checkpoints import SHIPPED, weights_sha256
from rewardmodel.perturbations.alternatives import agreed, applied
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.scenes import PICTURE_BOOK, Caption, Perturbed, Scene, describe, draw, perturb
from rewardmodel.scenes.reading import read
from rewardmodel.scenes.samples import PROMPT, scene_of
from rewardmodel.scoring import Request, Scorer
from rewardmodel.suggestions import CANDIDATES, candidates, suggest
from rewardmodel.taxonomy import KINDS, Kind

RESULTS = Path(__file__).parent / "results"
ONE = re.compile(r"\b(?:an?|one)\b")
SENTENCE = re.compile(r"[^.]+(?:\.\s*|$)")  # scenes have no other stops
TIMED = 20  # passages with the full number of candidates, each timed once


def same(text: str) -> str:
    """A text that is equal for captions that say the same."""
    return ONE.sub("one", text.lower())


def asked(wrong: Perturbed) -> tuple[int, int]:
    """The first wrong passage: wrong words with nothing but a space between them."""
    start, end = wrong.spans[0].start, wrong.spans[0].end
    for span in wrong.spans[1:]:
        if span.start == end + 1:
            end = span.end
    return start, end


def right(before: Caption, wrong: Perturbed, passage: tuple[int, int]) -> set[str]:
    """The captions, made equal, that a right suggestion gives."""
    after = wrong.caption
    touched = [number for number, word in enumerate(after.words) if word.start < passage[1] and passage[0] < word.end]
    first, last = touched[0], touched[-1]
    true = before.text[before.words[first].start : before.words[last].end]
    edit = agreed(after.text, Edit(after.words[first].start, after.words[last].end, true))
    return {same(before.text), same(applied(after.text, edit)), same(sentence_put_right(before.text, after.text, passage[0]))}


def sentence_put_right(before: str, after: str, place: int) -> str:
    """A wrong caption with the sentence around a place as it was before."""
    true, wrong = (SENTENCE.findall(text) for text in (before, after))
    number = len(SENTENCE.findall(after[: place + 1])) - 1
    return "".join([*wrong[:number], true[number], *wrong[number + 1 :]])


def measure(scorer: Scorer, kind: Kind, errors: int) -> dict[str, Any]:
    """Of so many errors of a kind the share whose true word comes first or among three, and whose first is true."""
    places: list[int] = []
    true = number = 0
    while len(places) < errors:
        scene = scene_of("test", number, PICTURE_BOOK)
        before = describe(scene, number)
        wrong = perturb(scene, before, kind, number)
        number += 1
        if wrong is None:
            continue
        passage = asked(wrong)
        truth = right(before, wrong, passage)
        found = suggest(scorer, Request(draw(scene), PROMPT, wrong.text), passage, k=CANDIDATES)
        true += bool(found) and is_true(scene, found[0].text, found[0].start)
        places.append(next((place for place, one in enumerate(found) if same(one.text) in truth), CANDIDATES))
    shares = {"first": 1, "first_three": 3, "candidates": CANDIDATES}
    row = {name: round(sum(place < count for place in places) / errors, 3) for name, count in shares.items()}
    row["first_is_true"] = round(true / errors, 3)
    print(kind.value, json.dumps(row), flush=True)
    return {"n": errors} | row


def is_true(scene: Scene, text: str, place: int) -> bool:
    """Whether the sentence at a place of a text is read, and true of the scene."""
    statement = next((one for one in read(text) if place <= one.end), None)
    return statement is not None and statement.error_count(scene) == 0


def measure_time(scorer: Scorer) -> dict[str, float]:
    """Median milliseconds, on one thread, of a suggestion with all candidates, after the image was read and with reading it."""
    times: dict[str, list[float]] = {"cpu_ms": [], "wall_ms": [], "read_ms": []}
    number = 0
    while len(times["cpu_ms"]) < TIMED:
        scene, number = scene_of("test", number, PICTURE_BOOK), number + 1
        request = Request(draw(scene), PROMPT, describe(scene, number).text)
        began = time.process_time()
        block = scorer.read(request.image, request.prompt)
        read = time.process_time() - began
        noun = re.search(r"\b(?:red|blue|green|yellow|orange|purple|pink|white|black|brown|grey)\b", request.response)
        if noun is None or len(candidates(scorer, block, request.response, noun.span())) < CANDIDATES:
            continue
        began, wall = time.process_time(), time.perf_counter()
        suggest(scorer, request, noun.span(), block=block)
        times["cpu_ms"].append(1000 * (time.process_time() - began))
        times["wall_ms"].append(1000 * (time.perf_counter() - wall))
        times["read_ms"].append(1000 * read)
    return {name: round(statistics.median(some), 1) for name, some in times.items()}


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    timed = report["time"]
    lines = [
        "| kind | n | first | among the first three | among all candidates | the first is true |",
        "|---|---|---|---|---|---|",
        *(
            f"| {kind} | {row['n']} | "
            + " | ".join(f"{row[name]:.3f}" for name in ("first", "first_three", "candidates", "first_is_true"))
            + " |"
            for kind, row in report["kinds"].items()
        ),
        "",
        (
            f"{report['candidates']} candidates on one thread, median of {TIMED}: {timed['cpu_ms']:.0f} ms of processor time "
            f"({timed['wall_ms']:.0f} ms on the clock), and {timed['read_ms']:.0f} ms for an image that was not read before."
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", type=int, default=200, help="of each kind")
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--quick", action="store_true", help="a smoke test: two errors of each kind")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for suggestions.json and suggestions.md")
    options = parser.parse_args()
    torch.set_num_threads(1)
    scorer = Scorer.load(options.checkpoint, "cpu")
    report: dict[str, Any] = {
        "machine": machine(), "weights_sha256": weights_sha256(options.checkpoint), "candidates": CANDIDATES,
        "time": measure_time(scorer),
        "kinds": {kind.value: measure(scorer, kind, 2 if options.quick else options.errors) for kind in KINDS},
    }  # fmt: skip
    publish(report, table(report), options.results, "suggestions")


if __name__ == "__main__":
    main()
