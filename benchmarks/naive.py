"""Does TLDR lose to a naive verdict on any kind of error? The paper's does on two. `python benchmarks/naive.py --work D`.

The naive model of the ablations has learned next to nothing when their 400 steps end. This one has the best start there is: all
weights of the shipped checkpoint but its head, and so all that dense lessons taught encoder and decoder. It goes on with verdicts
on whole responses alone, read at the last token, until the learning rate is down to 0. Both choose their threshold on validation
scenes and are measured on test scenes, with bootstrap intervals over responses and, for the gap, over the same draws. A training
that was interrupted goes on; what is done is not done again.
"""

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from transformers import set_seed

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ablations import DONE, FIRST, judged_by, lessons_of, measure, row_of, tables
from benchmarks.throwaway import machine, publish
from rewardmodel import checkpoints
from rewardmodel.checkpoints import SHIPPED, Loaded, weights_sha256
from rewardmodel.config import Optimisation, Teaching, TrainConfig
from rewardmodel.data import records_of
from rewardmodel.model import TokenRewardModel
from rewardmodel.scoring import Scorer
from rewardmodel.train import train

RESULTS = Path(__file__).parent / "results"
NAIVE = "naive (verdict at the last token)"


def trained(options: argparse.Namespace) -> Path:
    """The folder of the naive checkpoint; trained where it isn't yet."""
    folder: Path = options.work / "naive"
    if (folder / DONE).is_file():
        return folder
    began = time.perf_counter()
    model, processor, card = checkpoints.load(options.parent)
    set_seed(options.seed)
    start = Loaded(TokenRewardModel(model.backbone, card.attention), processor, replace(card, metrics={}, training={}))
    optimisation = Optimisation(
        steps=options.steps, images_per_step=options.images, lr=options.lr, warmup_steps=options.steps // 20,
        save_steps=options.save_steps, eval_steps=0, seed=options.seed,
    )  # fmt: skip
    teaching = Teaching(
        responses_per_image=options.responses, naive=True, patch_weight=0.0, cloze_weight=0.0, referent_weight=0.0
    )
    train(start, lessons_of(start, optimisation, teaching), [], config=TrainConfig(optimisation, teaching), folder=folder)
    (folder / DONE).write_text(f"{time.perf_counter() - began:.0f} s\n", encoding="utf-8")
    return folder


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Train the naive model and measure both."""
    folders = {FIRST: options.parent, NAIVE: trained(options)}
    validation, test = (list(records_of(f"picturebook:{split}", options.n)) for split in ("validation", "test"))
    rows = {name: row_of(*judged_by(Scorer.load(folder), validation, test)) for name, folder in folders.items()}
    shown = {name: getattr(options, name) for name in ("n", "steps", "images", "responses", "lr", "seed")}
    took = (folders[NAIVE] / DONE).read_text(encoding="utf-8").strip()
    weights = {name: weights_sha256(folder) for name, folder in folders.items()}
    return {"machine": machine(), "weights": weights, **shown, "training": took, "rows": measure(rows)}


def table(report: dict[str, Any]) -> str:
    """The figures for people."""
    head = (
        f"{report['n']} scenes of `picturebook:test`, half of them clean. The naive model: the shipped checkpoint with a new "
        f"head after {report['steps']} steps of {report['images']} drawings, {report['responses']} captions each. "
        f"Each at its own threshold, 95 % intervals; bold: differs from {FIRST} by more than chance.\n"
    )
    return "\n".join([head, *tables(report["rows"])]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for what is trained; the same again goes on")
    parser.add_argument(
        "--parent", type=Path, default=SHIPPED, help="the checkpoint that is compared, and where the other starts"
    )
    parser.add_argument("--steps", type=int, default=3_000)
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--images", type=int, default=16, help="drawings a step")
    parser.add_argument("--responses", type=int, default=4, help="captions a drawing")
    parser.add_argument("--save-steps", type=int, default=100)
    parser.add_argument("--n", type=int, default=8_000, help="scenes of each split: a sixteenth of them is wrong in each kind")
    parser.add_argument("--seed", type=int, default=50)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, help=f"folder for naive.json and .md, as {RESULTS.name}; default: nowhere")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    report = run(options)
    publish(report, table(report), options.results, "naive")


if __name__ == "__main__":
    main()
