"""Which way of asking what spoke for a word points at the right thing? `python benchmarks/evidence.py [--words 100]`.

Words of picture-book captions of the test split whose thing can be seen: true ones, and ones that were made wrong (colours,
sizes, swapped attributes, counts) and are about a thing that is there. Every way gives each image patch a figure for the word's
logit. `peak`: the patch with the largest figure, whatever its sign, lies by a quarter or more in the thing's rectangle. `mass`:
the share of all figures, without signs, that lies in the rectangle. `sign`: the figures in the rectangle add up to more than 0
for a true word and to less for a wrong one. Chance is what a random map would get; for `sign` it is a half.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import machine, publish
from rewardmodel.checkpoints import SHIPPED, weights_sha256
from rewardmodel.evidence import contributions, grid, image_features, word_logits
from rewardmodel.scenes import PICTURE_BOOK, Referent, describe, draw, referents
from rewardmodel.scenes.samples import PROMPT, perturbed, scene_of
from rewardmodel.scoring import Request, Scorer
from rewardmodel.taxonomy import Kind

RESULTS = Path(__file__).parent / "results"
WRONG = (Kind.ATTRIBUTE, Kind.COUNTING, Kind.BINDING)
STEPS = 16  # of integrated gradients
COVERED = 0.25  # share of the peak's patch that must lie in the rectangle
Way = Callable[[Scorer, Request, Tensor, tuple[int, int]], Tensor]


class Question(NamedTuple):
    """A word of a response, and the rectangle of its thing as the share of each patch that it covers, (rows, columns)."""

    request: Request
    word: tuple[int, int]
    box: NDArray[np.float64]
    is_true: bool


def gradient(scorer: Scorer, request: Request, features_BPD: Tensor, word: tuple[int, int]) -> Tensor:
    """Gradient x (feature - mean feature)."""
    return _integrated(scorer, request, features_BPD, features_BPD, word)


def integrated(scorer: Scorer, request: Request, features_BPD: Tensor, word: tuple[int, int]) -> Tensor:
    """Integrated gradients along the line from the mean feature everywhere."""
    mean_BPD = features_BPD.mean(dim=1, keepdim=True)
    shares = ((torch.arange(STEPS) + 0.5) / STEPS).view(-1, 1, 1)
    return _integrated(scorer, request, features_BPD, mean_BPD + shares * (features_BPD - mean_BPD), word)


def _integrated(scorer: Scorer, request: Request, features_BPD: Tensor, points_SPD: Tensor, word: tuple[int, int]) -> Tensor:
    points_SPD = points_SPD.detach().requires_grad_()
    [gradient_SPD] = torch.autograd.grad(word_logits(scorer, request, points_SPD, word).sum(), [points_SPD])
    return contributions(gradient_SPD.mean(dim=0, keepdim=True), features_BPD)[0]


def occlusion(scorer: Scorer, request: Request, features_BPD: Tensor, word: tuple[int, int]) -> Tensor:
    """What the logit loses when one patch shows the mean feature."""
    with torch.no_grad():
        patches = features_BPD.shape[1]
        alone_PP1 = torch.eye(patches, dtype=torch.bool).unsqueeze(2)
        hidden_PPD = torch.where(alone_PP1, features_BPD.mean(dim=1, keepdim=True), features_BPD)
        return word_logits(scorer, request, features_BPD, word) - word_logits(scorer, request, hidden_PPD, word)


WAYS: dict[str, Way] = {"gradient": gradient, "integrated gradients": integrated, "occlusion": occlusion}


def questions(count: int, *, is_true: bool) -> Iterator[Question]:
    """`count` of them, one a scene."""
    number = found = 0
    while found < count:
        scene, number = scene_of("test", number, PICTURE_BOOK), number + 1
        rng = Random(number)
        if is_true:
            caption, bad = describe(scene, number), None
        else:
            wrong = perturbed(scene, [WRONG[number % len(WRONG)]], number)
            if wrong is None:
                continue
            caption, bad = wrong.caption, wrong.spans[0]
        asked = [
            one
            for one in referents(scene, caption)
            if one.place and not one.is_other and (bad is None or bad.touches(one.start, one.end))
        ]
        if asked:
            one = rng.choice(asked)
            found += 1
            yield Question(Request(draw(scene), PROMPT, caption.text), (one.start, one.end), covered(one), is_true)


def covered(referent: Referent, side: int = 8) -> NDArray[np.float64]:
    """The share of each patch that lies in a referent's rectangle, (side, side)."""
    assert referent.place is not None
    left, top, right, bottom = (side * edge for edge in referent.place)
    edges = np.arange(side)
    across = np.clip(np.minimum(edges + 1, right) - np.maximum(edges, left), 0, 1)
    down = np.clip(np.minimum(edges + 1, bottom) - np.maximum(edges, top), 0, 1)
    return np.outer(down, across).astype(np.float64)


def measure(scorer: Scorer, asked: list[Question], way: Way) -> dict[str, float]:
    """The shares, and the median milliseconds of processor time of one map."""
    rows: list[tuple[bool, float, bool]] = []
    times: list[float] = []
    for question in asked:
        features_BPD = image_features(scorer, question.request)
        began = time.process_time()
        spoke_P = way(scorer, question.request, features_BPD, question.word)
        times.append(1000 * (time.process_time() - began))
        heat = spoke_P.detach().numpy().reshape(grid(len(spoke_P)))
        size = np.abs(heat)
        peak = question.box.flat[size.argmax()] >= COVERED
        inside = (heat * question.box).sum()
        rows.append(
            (bool(peak), float((size * question.box).sum() / size.sum()), bool((inside > 0) is np.bool_(question.is_true)))
        )
    peaks, masses, signs = zip(*rows, strict=True)
    return {
        "peak": round(statistics.mean(peaks), 3), "mass": round(statistics.mean(masses), 3),
        "sign": round(statistics.mean(signs), 3), "cpu_ms": round(statistics.median(times), 1),
    }  # fmt: skip


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    lines = ["| words | way | peak | mass | sign | processor ms |", "|---|---|---|---|---|---|"]
    for words in ("true", "wrong"):
        chance, rows = report[words]["chance"], report[words]["ways"]
        lines += [
            f"| {words} | {way} | {row['peak']:.3f} | {row['mass']:.3f} | {row['sign']:.3f} | {row['cpu_ms']:.0f} |"
            for way, row in rows.items()
        ]
        lines.append(f"| {words} | chance | {chance['peak']:.3f} | {chance['mass']:.3f} | 0.500 | |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--words", type=int, default=100, help="true ones, and as many wrong ones")
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--quick", action="store_true", help="a smoke test: two words of each")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for evidence.json and evidence.md")
    options = parser.parse_args()
    torch.set_num_threads(1)
    scorer = Scorer.load(options.checkpoint, "cpu")
    report: dict[str, Any] = {"machine": machine(), "weights_sha256": weights_sha256(options.checkpoint)}
    for name, is_true in (("true", True), ("wrong", False)):
        asked = list(questions(2 if options.quick else options.words, is_true=is_true))
        chance = {
            "peak": round(float(np.mean([(one.box >= COVERED).mean() for one in asked])), 3),
            "mass": round(float(np.mean([one.box.mean() for one in asked])), 3),
        }
        report[name] = {"n": len(asked), "chance": chance, "ways": {}}
        for way, function in WAYS.items():
            report[name]["ways"][way] = measure(scorer, asked, function)
            print(name, way, json.dumps(report[name]["ways"][way]), flush=True)
    publish(report, table(report), options.results, "evidence")


if __name__ == "__main__":
    main()
