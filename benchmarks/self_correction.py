"""Does telling a corrector what the reward model doubts help it? On drawings, where the truth is known, without any endpoint.

The corrector is the small model's own guessing of masked words (`corrections.cloze`): with guidance it guesses the flagged words
anew, without it has to find them itself. How much likelier a guess must then be than what is written is chosen on validation
scenes for the corrector without guidance, so that it is not beaten for a badly set margin. Corrected are captions made wrong by
rules and, with `--captioner` (`benchmarks/tau.py` leaves one in its folder), what a captioner writes itself.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from rewardmodel.captioner import load
from rewardmodel.checkpoints import SHIPPED, weights_sha256
from rewardmodel.correct import correct
from rewardmodel.corrections.cases import Guidance
from rewardmodel.corrections.cloze import ClozeCorrector
from rewardmodel.corrections.outcomes import Sample
from rewardmodel.corrections.table import Table, lines
from rewardmodel.scenes import WORLDS
from rewardmodel.scenes.samples import judged_scenes, record_of
from rewardmodel.scoring import Scorer
from rewardmodel.tau import captioned

RESULTS = Path(__file__).parent / "results"
MARGINS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
Judged = dict[str, Any]


def samples(split: str, count: int) -> list[Sample]:
    """Drawings of a split with their scenes, half of the captions wrong."""
    found = judged_scenes(WORLDS["picturebook"], split, count)
    return [Sample(record_of(scene, judged), f"{split}-{number}", scene) for number, (scene, judged) in enumerate(found)]


def written(captioner: Path, of: list[Sample]) -> list[Sample]:
    """What a captioner writes of the drawings, in the place of their captions."""
    records = captioned(load(str(captioner)), [sample.record for sample in of])
    return [replace(sample, record=record) for sample, record in zip(of, records, strict=True)]


def measured(scorer: Scorer, corrector: ClozeCorrector, of: list[Sample], guidances: list[Guidance]) -> Judged:
    """The table of one corrector."""
    table = Table(guidances)
    for outcome in correct(scorer, corrector, of, guidances):
        table.add(outcome)
    return table.summary()


def best_margin(scorer: Scorer, of: list[Sample]) -> tuple[float, dict[float, float]]:
    """The margin with which the corrector without guidance gains most by the truth, and what each gains."""
    gains = {}
    for margin in MARGINS:
        summary = measured(scorer, ClozeCorrector(scorer, margin), of, [Guidance.NAIVE])
        gains[margin] = summary["guidance"]["naive"]["net"]["truth"]["value"]
        print(f"margin {margin:g}: net {gains[margin]:+.3f} by the truth", flush=True)
    return max(gains, key=lambda margin: gains[margin]), gains


def compared(scorer: Scorer, validation: list[Sample], test: list[Sample]) -> Judged:
    """With guidance and without on the test samples, at the margin that validation ones choose."""
    margin, gains = best_margin(scorer, validation)
    return {"margin": margin, "margins": gains, **measured(scorer, ClozeCorrector(scorer, margin), test, list(Guidance))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--n", type=int, default=800, help="drawings of the test split, half of them with a wrong caption")
    parser.add_argument("--validation", type=int, default=200, help="drawings on which the margin is chosen")
    parser.add_argument("--captioner", type=Path, help="folder of a captioner: what it writes of the drawings is corrected too")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="a smoke test; writes nothing")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for self_correction.json and self_correction.txt")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    scorer, began, quick = Scorer.load(options.checkpoint), time.perf_counter(), 20 if options.quick else None
    drawings = [samples(split, quick or count) for split, count in (("validation", options.validation), ("test", options.n))]
    made = compared(scorer, *drawings)
    own = compared(scorer, *(written(options.captioner, of) for of in drawings)) if options.captioner else None
    report = {
        "checkpoint_sha256": weights_sha256(options.checkpoint),
        "threshold": scorer.threshold,
        **made,
        "captioner": own,
        "seconds": round(time.perf_counter() - began, 1),
    }
    text = "\n".join(lines(made)) + "\n"
    if own:
        text += "\nWhat a captioner wrote itself:\n\n" + "\n".join(lines(own)) + "\n"
    print(text, end="")
    if not options.quick:
        options.results.mkdir(parents=True, exist_ok=True)
        (options.results / "self_correction.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        (options.results / "self_correction.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
