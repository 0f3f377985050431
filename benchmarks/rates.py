"""Do hallucination rates tell good captioners from bad ones (the paper's Table 3 and equation 8)? On drawings, with their truth.

Captioners of different quality: the shipped checkpoint's backbone after ever more steps of learning to write. Each captions the
same test drawings; the shipped checkpoint judges, as `python -m rewardmodel rates` does, and the drawings say what is false. The
paper sets -log H_T beside benchmarks of the language models; here it stands beside -log of the share of claims that are false. A
captioner that has been trained is not trained again.
"""

import argparse
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.throwaway import machine, publish
from rewardmodel.__main__ import main as rewardmodel
from rewardmodel.captioner import load
from rewardmodel.checkpoints import SHIPPED, WEIGHTS, weights_sha256
from rewardmodel.intervals import interval, resampled
from rewardmodel.plots import intervals_svg
from rewardmodel.rates import panels, rates
from rewardmodel.records import Record
from rewardmodel.scenes import PICTURE_BOOK
from rewardmodel.scenes.samples import judged_scenes, record_of
from rewardmodel.scoring import Scorer
from rewardmodel.tau import Checked, all_checked, captioned

RESULTS = Path(__file__).parent / "results"
TITLE = "Hallucination rates of one captioner after ever more steps"
STEPS = (40, 80, 160, 320, 640)


def train(folder: Path, steps: int, options: argparse.Namespace) -> None:
    """Teach the shipped backbone to write, unless that is done."""
    if (folder / WEIGHTS).is_file():
        return
    shape = ("--images-per-step", options.images, "--lr", options.lr, "--warmup-steps", steps // 10, "--seed", options.seed)
    arguments = ("caption-train", "--parent", SHIPPED, "--out", folder, "--steps", steps, "--save-steps", 100, *shape)
    if rewardmodel([str(argument) for argument in arguments]):
        raise SystemExit(1)


def rate_of(found: Sequence[Checked]) -> dict[str, Any]:
    """The mean share of a caption's claims that is false, as H_T is one of tokens, and the share of captions with one."""
    shares_N2 = np.array([one.shares()[::2] for one in found])  # of claims, and of the response, among MEASURES
    samples_R2 = resampled(len(found), lambda weights_N: weights_N @ shares_N2 / len(found))
    return {
        "claim": {"rate": float(shares_N2[:, 0].mean()), "interval": interval(samples_R2[:, 0])},
        "caption": {"rate": float(shares_N2[:, 1].mean()), "interval": interval(samples_R2[:, 1])},
        "claims_per_caption": sum(one.claims for one in found) / len(found),
    }


def correlation(judged: Sequence[float], true: Sequence[float]) -> float:
    """Pearson's r of -log of what the judge flags and -log of what is false, over captioners."""
    return float(np.corrcoef([-math.log(rate) for rate in judged], [-math.log(rate) for rate in true])[0, 1])


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Train what is missing, caption, judge and compare."""
    found = list(judged_scenes(PICTURE_BOOK, "test", options.n))
    scenes, drawn = [scene for scene, _ in found], [record_of(*pair) for pair in found]
    written: dict[str, list[Record]] = {}
    for steps in options.steps:
        folder = options.work / f"captioner-{steps}"
        train(folder, steps, options)
        written[f"{steps} steps"] = captioned(load(str(folder)), drawn)
    measured = rates(Scorer.load(SHIPPED), written)
    true = {name: rate_of(all_checked(scenes, records)) for name, records in written.items()}
    models = measured["models"]
    pairs = [(models[name]["token"]["rate"], row["claim"]["rate"]) for name, row in true.items()]
    is_comparable = all(rate > 0 for pair in pairs for rate in pair)
    return {
        "machine": machine(), "judge": weights_sha256(SHIPPED), "n": options.n, "seed": options.seed, "images": options.images,
        "models": models, "truth": true,
        "correlation": correlation(*zip(*pairs, strict=True)) if is_comparable and len(pairs) > 2 else None,
    }  # fmt: skip


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [
        f"{report['n']} drawings of `picturebook:test`, captioned by one backbone after ever more steps of learning to write.",
        "",
        "| captioner | H_T | H_S | H_R | -log H_T | claims false | captions with one | claims a caption |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in report["models"].items():
        true = report["truth"][name]
        cells = [_percent(row[level]) for level in ("token", "sentence", "response")]
        logarithm = row["minus_log_token"]["value"]
        cells.append("" if logarithm is None else f"{logarithm:.2f}")
        cells += [_percent(true["claim"]), _percent(true["caption"]), f"{true['claims_per_caption']:.2f}"]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    if report["correlation"] is not None:
        lines += ["", f"Pearson's r of -log H_T and -log of the share of false claims: {report['correlation']:.3f}."]
    return "\n".join(lines) + "\n"


def _percent(row: dict[str, Any]) -> str:
    low, high = row["interval"]
    return f"{row['rate']:.2%} [{low:.2%}, {high:.2%}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the captioners; the same again goes on")
    parser.add_argument("--steps", type=int, nargs="+", default=list(STEPS), help="of each captioner")
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--images", type=int, default=8, help="drawings a step")
    parser.add_argument("--seed", type=int, default=40, help="also which drawings are learned from: others than the parent's")
    parser.add_argument("--n", type=int, default=500, help="test drawings that are captioned")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, help=f"folder for rates.json, .md and .svg, as {RESULTS.name}; default: nowhere")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    report = measure(options)
    publish(report, table(report), options.results, "rates")
    if options.results:
        drawing = intervals_svg(list(report["models"]), panels(report["models"]), title=TITLE)
        (options.results / "rates.svg").write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    main()
