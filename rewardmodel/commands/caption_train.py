"""`python -m rewardmodel caption-train`: a small captioner of drawings, to be made better by `tau`."""

import argparse
from pathlib import Path

from rewardmodel.checkpoints import SHIPPED
from rewardmodel.config import Optimisation, settings_of

FLAGS = ("steps", "images_per_step", "lr", "warmup_steps", "weight_decay", "save_steps", "seed")


def add(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.set_defaults(command=run)
    parser.add_argument("--parent", type=Path, default=SHIPPED, help="checkpoint whose backbone learns to write")
    parser.add_argument("--out", type=Path, required=True, help="folder of the captioner; if interrupted, the same again goes on")
    parser.add_argument("--progress", type=Path, help="file to which a JSON line is appended as the training goes on")
    parser.add_argument("--responses-per-image", type=int, default=5, metavar="5", help="captions of each drawing")
    for name, kind, default, usual, about in settings_of(Optimisation):
        if name in FLAGS:
            parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=default, metavar=str(usual), help=about)


def run(args: argparse.Namespace) -> None:
    """Train, and print where the captioner is."""
    from rewardmodel import checkpoints  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.caption_train import TrueCaptions, train_captioner  # noqa: PLC0415
    from rewardmodel.scenes import WORLDS  # noqa: PLC0415

    optimisation = Optimisation(**{name: getattr(args, name) for name in FLAGS})
    parent = checkpoints.load(args.parent)
    size = parent.processor.image_size
    length = optimisation.steps * optimisation.images_per_step
    lessons = TrueCaptions(WORLDS["picturebook"], length, args.responses_per_image, size, optimisation.seed)
    inputs = {"parent": checkpoints.weights_sha256(args.parent), "responses_per_image": args.responses_per_image}
    train_captioner(
        parent.model.backbone, parent.processor, lessons,
        optimisation=optimisation, folder=args.out, progress=args.progress, inputs=inputs,
    )  # fmt: skip
    print(f"{args.out}: a captioner after {optimisation.steps} steps")
