"""Does a captioner err less with the reward model's adapters merged in part (the paper's Tables 5 and 6)? On drawings.

Two trainings, which go on where they were interrupted and are passed over once they are done: the shipped checkpoint's backbone
learns to write captions; from this captioner a reward model is trained by LoRA, on the loss of its tokens alone (bad ones weigh
`--bad-weight`, 1 is the paper's). Then its adapters are merged at every tau, and what is then written is judged by the shipped
checkpoint and by the truth of the drawings. The tau with the fewest wrong captions is chosen on validation drawings, and measured
on test drawings.
"""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from benchmarks.throwaway import machine
from rewardmodel.__main__ import main as rewardmodel
from rewardmodel.checkpoints import SHIPPED, WEIGHTS, read_card, weights_sha256

VALIDATION = "tau-validation"  # folder of the figures that tau is chosen by
RESULTS = Path(__file__).parent / "results"
TAUS = ("0", "0.05", "0.1", "0.15", "0.25", "0.35", "0.5", "0.75", "1")


def staged(name: str, done: Path, work: Callable[[], None]) -> None:
    """Do the work unless its last file is there."""
    began = time.perf_counter()
    if not done.is_file():
        work()
    print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)


def command(*arguments: object) -> None:
    """One command of the model house; ends the benchmark where it fails."""
    if rewardmodel([str(argument) for argument in arguments]):
        raise SystemExit(1)


def best_tau(measured: Mapping[str, Any]) -> str:
    """The name of the tau with the smallest share of captions that say something false; of equally good ones the first."""
    truth: Mapping[str, Any] = measured["truth"]
    return min(truth, key=lambda name: truth[name]["response"]["rate"])


def read(folder: Path) -> dict[str, Any]:
    """The figures that the command `tau` left in a folder."""
    figures: dict[str, Any] = json.loads((folder / "tau.json").read_text(encoding="utf-8"))
    return figures


def keep(options: argparse.Namespace, reward: Path, chosen: str) -> None:
    """Write the figures into the folder of results with what they were taken on and with, and copy the drawing."""
    names = ("caption_steps", "caption_lr", "reward_steps", "reward_lr", "bad_weight", "rank", "images", "responses", "seed", "n")
    configuration = {
        **{name: getattr(options, name) for name in names},
        "parent": weights_sha256(options.parent), "judge": weights_sha256(SHIPPED), "reward_model": weights_sha256(reward),
        "reward_training": read_card(reward).training,  # as it was, where an earlier training was passed over
    }  # fmt: skip
    out = options.work / "tau"
    validation = {"chosen": chosen, "truth": read(options.work / VALIDATION)["truth"]}
    kept = {"machine": machine(), "configuration": configuration, "validation": validation, **read(out)}
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "tau.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    shutil.copy(out / "tau.svg", options.results / "tau.svg")


def run(options: argparse.Namespace) -> None:
    """All stages."""
    captioner, reward, out = (options.work / name for name in ("captioner", "reward", "tau"))
    shape = (
        "--images-per-step",
        options.images,
        "--responses-per-image",
        options.responses,
        "--save-steps",
        100,
        "--seed",
        options.seed,
    )

    def write() -> None:
        steps = ("--steps", options.caption_steps, "--lr", options.caption_lr, "--warmup-steps", 50)
        command("caption-train", "--parent", options.parent, "--out", captioner, *steps, *shape)

    def judge() -> None:
        own = (
            "--attention",
            "causal",
            "--lora-rank",
            options.rank,
            "--patch-weight",
            0,
            "--cloze-weight",
            0,
            "--referent-weight",
            0,
        )
        steps = (
            "--steps",
            options.reward_steps,
            "--lr",
            options.reward_lr,
            "--warmup-steps",
            50,
            "--bad-weight",
            options.bad_weight,
        )
        command("train", "--backbone", captioner, "--out", reward, *steps, *own, *shape)

    staged("captioner", captioner / "model.safetensors", write)
    staged("reward model", reward / WEIGHTS, judge)
    began = time.perf_counter()
    # the judge is the shipped checkpoint, and not the reward model whose adapters are merged
    where = ("--captioner", captioner, "--checkpoint", reward, "--judge", SHIPPED, "--captions-only", "--n", options.n)
    for split, folder in (("validation", options.work / VALIDATION), ("test", out)):
        command("tau", *where, "--out", folder, "--data", f"picturebook:{split}", "--tau", *options.tau)
    chosen = best_tau(read(options.work / VALIDATION))
    print(f"captions: {time.perf_counter() - began:.0f} s; chosen on validation drawings: {chosen}", flush=True)
    command("evaluate", "--checkpoint", reward, "--n", options.n, "--json", out / "reward.json")
    if options.results:
        keep(options, reward, chosen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for what is trained and written; the same again goes on")
    parser.add_argument("--parent", type=Path, default=SHIPPED, help="checkpoint whose backbone learns to write")
    parser.add_argument("--caption-steps", type=int, default=1_500)
    parser.add_argument("--caption-lr", type=float, default=5e-4)
    parser.add_argument("--reward-steps", type=int, default=1_500)
    parser.add_argument("--reward-lr", type=float, default=3e-4, help="the paper's is 1e-3: captions come apart sooner")
    parser.add_argument("--bad-weight", type=float, default=3.0, help="1 is the paper's")
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--images", type=int, default=8, help="drawings a step")
    parser.add_argument("--responses", type=int, default=5, help="captions a drawing")
    parser.add_argument("--seed", type=int, default=20, help="also which drawings are learned from: others than the parent's")
    parser.add_argument("--n", type=int, default=500, help="drawings of each split that are captioned")
    parser.add_argument("--tau", nargs="+", default=TAUS)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--results", type=Path, help=f"folder to copy the results to, as {RESULTS.name}; default: nowhere")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    run(options)


if __name__ == "__main__":
    main()
