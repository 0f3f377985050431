"""`python -m rewardmodel calibrate`: a checkpoint whose values are shares of good tokens, by records that are new to it."""

import argparse
import dataclasses
import math
from pathlib import Path

from rewardmodel.commands import DATA_HELP, how_many


def add(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.set_defaults(command=run)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", default="picturebook:validation", help=f"records that are new to it: {DATA_HELP}")
    parser.add_argument("--n", type=how_many, help="how many records; default: 2000 scenes, or all records of a file")
    parser.add_argument("--out", type=Path, required=True, help="folder of the calibrated checkpoint; may be that of the old one")


def run(args: argparse.Namespace) -> None:
    """Fit, write the checkpoint, and print what changed. What is ranked, and what is flagged, stays as it was."""
    from rewardmodel import checkpoints  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.calibration import Line, calibrate, calibration_error, doubtful_error, fitted  # noqa: PLC0415
    from rewardmodel.data import records_of  # noqa: PLC0415
    from rewardmodel.devices import best_device  # noqa: PLC0415
    from rewardmodel.evaluate import judge  # noqa: PLC0415
    from rewardmodel.scoring import Scorer  # noqa: PLC0415
    from rewardmodel.trainer import LEAST_OF_EACH  # noqa: PLC0415

    loaded = checkpoints.load(args.checkpoint)
    if loaded.card.is_naive:
        raise ValueError(f"{args.checkpoint} is naive: it judges responses, and has no values of tokens to calibrate")
    judged = list(judge(Scorer(*loaded, best_device()), records_of(args.data, args.n)))
    line = fitted(judged, least=LEAST_OF_EACH)
    if line is None:
        least = f"{LEAST_OF_EACH} clean and {LEAST_OF_EACH} bad responses"
        raise ValueError(f"{args.data} has too little to learn from: it takes {least} that the model tells apart")
    after = [line.judged(one) for one in judged]
    if calibration_error(after) > calibration_error(judged):
        errors = f"{calibration_error(judged):.4f} -> {calibration_error(after):.4f}"
        raise ValueError(f"{args.checkpoint} would get worse by {args.data} (calibration error {errors}) and stays as it is")
    card = calibrate(loaded.model, loaded.card, line)
    before = Line(*loaded.card.calibration) if loaded.card.calibration else Line(1.0, 0.0)
    whole = (line.slope * before.slope, line.slope * before.shift + line.shift)  # what is in the head now
    checkpoints.save(args.out, loaded.model, loaded.processor, dataclasses.replace(card, calibration=whole, metrics={}))
    moved = f"threshold {loaded.card.threshold:.3f} -> {card.threshold:.3f}"
    print(f"{args.out}: logits times {line.slope:.3f} plus {line.shift:.3f}, {moved}")
    for name, error in (("calibration error", calibration_error), ("of doubtful tokens", doubtful_error)):
        print(f"{name}: {_shown(error(judged))} -> {_shown(error(after))}")


def _shown(error: float) -> str:
    return "none" if math.isnan(error) else f"{error:.4f}"
