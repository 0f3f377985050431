"""`python -m rewardmodel average`: the weighted mean of checkpoints that came of one another, which often beats each of them."""

import argparse
import dataclasses
import math
from pathlib import Path


def add(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.set_defaults(command=run)
    parser.add_argument("checkpoints", type=Path, nargs="+", metavar="CHECKPOINT", help="the card of the last one is kept")
    parser.add_argument("--shares", type=float, nargs="+", help="of the checkpoints, in their order; default: equal ones")
    parser.add_argument("--out", type=Path, required=True, help="folder of the mean; calibrate it next, and choose its threshold")


def run(args: argparse.Namespace) -> None:
    """Write the mean of all weights, each as it was learned; raises ValueError for checkpoints that are not alike."""
    from rewardmodel import checkpoints  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.calibration import uncalibrated  # noqa: PLC0415
    from rewardmodel.checkpoints import weights_sha256  # noqa: PLC0415

    shares = args.shares or [1.0] * len(args.checkpoints)
    if len(shares) != len(args.checkpoints) or not all(0 <= share < math.inf for share in shares) or not sum(shares):
        raise ValueError(f"There must be a share of at least 0 for each of the {len(args.checkpoints)} checkpoints, got {shares}")
    *others, last = (checkpoints.load(folder) for folder in args.checkpoints)
    card, *_ = (uncalibrated(one.model, one.card) for one in (last, *others))
    mean = {name: weights * (shares[-1] / sum(shares)) for name, weights in last.model.state_dict().items()}
    for folder, other, share in zip(args.checkpoints, others, shares, strict=False):
        state = other.model.state_dict()
        is_alike = {name: weights.shape for name, weights in state.items()} == {name: mean[name].shape for name in mean}
        if not is_alike or other.processor.tokenizer.get_vocab() != last.processor.tokenizer.get_vocab():
            raise ValueError(f"{folder} and {args.checkpoints[-1]} are no checkpoints of one model")
        for name, weights in state.items():
            mean[name] += weights * (share / sum(shares))
    last.model.load_state_dict(mean)
    parts = [[weights_sha256(folder), share / sum(shares)] for folder, share in zip(args.checkpoints, shares, strict=True)]
    card = dataclasses.replace(card, training=card.training | {"averaged": parts}, metrics={})
    checkpoints.save(args.out, last.model, last.processor, card)
    print(f"{args.out}: the mean of {len(parts)} checkpoints")
