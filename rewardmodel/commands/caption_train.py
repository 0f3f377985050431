"""`python -m rewardmodel caption-train`: a small captioner of drawings, to be made better by `tau`."""

import argparse
import dataclasses
from pathlib import Path

from rewardmodel.checkpoints import SHIPPED
from rewardmodel.config import TrainConfig

FLAGS = ("steps", "images_per_step", "responses_per_image", "lr", "warmup_steps", "weight_decay", "save_steps", "seed")


def add(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.set_defaults(command=run)
    parser.add_argument("--parent", type=Path, default=SHIPPED, help="checkpoint whose backbone learns to write")
    parser.add_argument("--out", type=Path, required=True, help="folder of the captioner; an interrupted training there goes on")
    parser.add_argument("--progress", type=Path, help="file to which a JSON line is appended as the training goes on")
    for field in dataclasses.fields(TrainConfig):
        if field.name in FLAGS:
            flag = f"--{field.name.replace('_', '-')}"
            parser.add_argument(flag, type=field.type, default=field.default, metavar=str(field.default))


def run(args: argparse.Namespace) -> None:
    """Train, and print where the captioner is."""
    from rewardmodel import checkpoints  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.caption_train import TrueCaptions, train_captioner  # noqa: PLC0415
    from rewardmodel.scenes import WORLDS  # noqa: PLC0415

    config = TrainConfig(**{name: getattr(args, name) for name in FLAGS})
    parent = checkpoints.load(args.parent)
    size = parent.processor.image_processor.size["height"]
    length = config.steps * config.images_per_step
    lessons = TrueCaptions(WORLDS["picturebook"], length, config.responses_per_image, size, config.seed)
    train_captioner(parent.model.backbone, parent.processor, lessons, config=config, folder=args.out, progress=args.progress)
    print(f"{args.out}: a captioner after {config.steps} steps")
