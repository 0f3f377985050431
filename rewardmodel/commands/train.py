"""`python -m rewardmodel train`: a checkpoint from scratch, from a pretrained backbone or from a parent."""

import argparse
import dataclasses
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rewardmodel import checkpoints
from rewardmodel.checkpoints import Card, read_card, weights_sha256
from rewardmodel.commands import DATA_HELP
from rewardmodel.config import Attention, Lora, Optimisation, SmallBackbone, Teaching, TrainConfig, settings_of
from rewardmodel.presets import preset_names
from rewardmodel.records import Picture

DRAWN_WINDOW = 64  # captions of drawings have up to 47 tokens; benchmarks/long_responses.py
SMALL = "PaliGemma, small, random weights"
# what kind of model it is: where nobody says otherwise a child is of its parent's
OF_PARENT = ("lora_rank", "lora_alpha", "lora_dropout", "lora_on", "lora_targets", "naive", "bad_weight")
GROUPS: dict[str, type[Any]] = {
    "how the weights move": Optimisation, "which weights move (default: as those of the parent did)": Lora,
    "what is taught": Teaching, "sizes of a small backbone with random weights": SmallBackbone,
}  # fmt: skip
PRETRAINED_RANK = 512  # of a parent on a pretrained backbone whose card does not say how it was trained; the paper's


def add(parser: argparse.ArgumentParser, preset: dict[str, Any]) -> None:
    """The flags; a preset's values are their defaults."""
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--parent", type=Path, help="checkpoint to go on from; default: a small backbone with random weights")
    start.add_argument(
        "--backbone",
        help="pretrained backbone by hub name or folder (docs/model.md lists the families); its head starts at random",
    )
    parser.add_argument(
        "--data", nargs="+", default=["picturebook:train"], help=f"{DATA_HELP}; several files, as clean and perturbed, are mixed"
    )
    parser.add_argument(
        "--shares", type=float, nargs="+", help="of the files, in their order; default: by how many images each has"
    )
    parser.add_argument("--preset", help=f"file of settings (.toml), or one of {', '.join(preset_names())}; flags win over it")
    parser.add_argument("--dry-run", action="store_true", help="print how large the model is and what of it trains, and end")
    parser.add_argument("--out", type=Path, help="folder of the new checkpoint; an interrupted training there goes on")
    parser.add_argument("--progress", type=Path, help="file to which a JSON line is appended as the training goes on")
    parser.add_argument(
        "--attention", type=Attention, choices=list(Attention), help=f"default: the parent's, else {Attention.LOOKAHEAD}"
    )
    for title, config in GROUPS.items():
        group = parser.add_argument_group(title)
        for setting in settings_of(config):
            kind, shown = _flag if setting.kind is bool else setting.kind, setting.usual
            group.add_argument(
                f"--{setting.name.replace('_', '-')}", type=kind, help=setting.help.replace("%", "%%"),
                default=None if setting.name in OF_PARENT else setting.default,
                metavar=f"{shown:g}" if isinstance(shown, int | float) else str(shown) or "REGEX",
                action=_Size if config is SmallBackbone else "store",
            )  # fmt: skip
    published = {"architecture": None, "architecture_of": preset.get("backbone")}
    parser.set_defaults(command=run, sizes_given=(), **published | preset)


class _Size(argparse.Action):
    """Stores a size of the small backbone, and that it was given: a preset's sizes stand in no parent's way, a flag does."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: str | None = None
    ) -> None:
        setattr(namespace, self.dest, values)
        namespace.sizes_given = (*namespace.sizes_given, option_string)


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise argparse.ArgumentTypeError("give 0 or 1")
    return text == "1"


def run(args: argparse.Namespace) -> None:
    """Train as the flags say and print where the checkpoint is; with `--dry-run` only print what would train."""
    config = config_of(args)
    if args.sizes_given and (args.parent or args.backbone):
        raise ValueError(f"{args.parent or args.backbone} has its own sizes: leave out {', '.join(args.sizes_given)}")
    if args.dry_run:
        _plan(args, config)
        return
    if args.out is None:
        raise ValueError("give the folder of the new checkpoint with --out")
    from transformers import set_seed  # noqa: PLC0415

    from rewardmodel.devices import is_main_process  # noqa: PLC0415
    from rewardmodel.identity import contents  # noqa: PLC0415
    from rewardmodel.train import train  # noqa: PLC0415 -- torch takes seconds, --help should not

    set_seed(config.optimisation.seed)  # weights that no parent gives start at random
    start = _start(args)
    lessons, validation = _lessons(args, config, start)
    inputs = {"data": contents(_data(args)), "shares": args.shares}
    if not args.parent and not args.backbone:
        inputs["sizes"] = dataclasses.asdict(_config(SmallBackbone, args))
    card = train(start, lessons, validation, config=config, folder=args.out, progress=args.progress, inputs=inputs)
    if is_main_process():
        print(f"{args.out}: threshold {card.threshold:.3f} after {config.optimisation.steps} steps")


def _plan(args: argparse.Namespace, config: TrainConfig) -> None:
    """Print the sizes of the model that would train."""
    from rewardmodel import backbones, sizes  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.data import corpus  # noqa: PLC0415
    from rewardmodel.devices import processes  # noqa: PLC0415

    is_published = args.architecture and args.backbone == args.architecture_of and not args.parent
    source = args.architecture if is_published else args.parent or args.backbone
    make: Callable[[], Any]
    if source:
        make = partial(sizes.backbone_of, sizes.configuration(source))
    else:
        size = _config(SmallBackbone, args)
        make = partial(backbones.small_backbone, backbones.small_processor(corpus(), size), size)
    planned = sizes.planned_sizes(make, _attention(args), config.lora)
    for line in sizes.size_lines(planned, config.optimisation, processes()):
        print(line)


def config_of(args: argparse.Namespace) -> TrainConfig:
    """The settings as flags and preset say; what kind of model it is as the parent's card says, where they don't."""
    of_parent = _of_parent(args)
    return TrainConfig(_config(Optimisation, args), _config(Teaching, args, of_parent), _config(Lora, args, of_parent))


def _config(kind: type[Any], args: argparse.Namespace, of_parent: Mapping[str, Any] = MappingProxyType({})) -> Any:
    names = [field.name for field in dataclasses.fields(kind)]
    given = {name: getattr(args, name) for name in names if getattr(args, name) is not None}
    return kind(**{name: value for name, value in of_parent.items() if name in names} | given)


def _of_parent(args: argparse.Namespace) -> dict[str, Any]:
    """The settings of OF_PARENT as the card of the parent has them; an alpha only together with its rank."""
    if not args.parent:
        return {}
    card = read_card(args.parent)
    known = {"naive": card.is_naive} | (card.training or {})
    if "lora_rank" not in known and card.backbone not in {"", SMALL}:
        known["lora_rank"] = PRETRAINED_RANK
    usual: dict[str, Any] = dataclasses.asdict(Lora()) | dataclasses.asdict(Teaching())
    taken = {name: type(usual[name])(known[name]) for name in OF_PARENT if name in known}
    return {name: value for name, value in taken.items() if name != "lora_alpha" or args.lora_rank is None}


def _attention(args: argparse.Namespace) -> Attention:
    """As the flag or the preset says, else as the parent reads. Raises ValueError where the two differ."""
    own = read_card(args.parent).attention if args.parent else None
    if own and args.attention not in {None, own}:
        raise ValueError(f"{args.parent} reads with --attention {own}, and goes on so, not with {args.attention}")
    return args.attention or own or Attention.LOOKAHEAD


def _start(args: argparse.Namespace) -> "checkpoints.Loaded":
    """The model, processor and card that the training starts from."""
    from rewardmodel import backbones  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.data import corpus  # noqa: PLC0415
    from rewardmodel.model import TokenRewardModel  # noqa: PLC0415

    attention = _attention(args)
    if args.parent:
        parent = checkpoints.load(args.parent)
        return parent._replace(card=dataclasses.replace(parent.card, parent_sha256=weights_sha256(args.parent), metrics={}))
    if args.backbone:
        backbone, processor = backbones.load_backbone(args.backbone)
        card = Card(attention, backbone=args.backbone)
    else:
        size = _config(SmallBackbone, args)
        processor = backbones.small_processor(corpus(), size)
        backbone = backbones.small_backbone(processor, size)
        card = Card(attention, backbone=SMALL, knows="picture-book drawings", window=DRAWN_WINDOW)
    return checkpoints.Loaded(TokenRewardModel(backbone, attention), processor, card)


def _lessons(args: argparse.Namespace, config: TrainConfig, start: "checkpoints.Loaded") -> tuple[Any, list[Any]]:
    """What to learn from, and the records on which the threshold is chosen: never ones that are learned from."""
    from rewardmodel.data import CLOZES, Mixed, PictureBook, RecordLessons, Replayed, grid_of, held_out, records_of  # noqa: PLC0415
    from rewardmodel.scenes import WORLDS, World  # noqa: PLC0415

    data = _data(args)
    worlds = [one for one in data if one.partition(":")[0] in WORLDS]
    name, _, split = (worlds or data)[0].partition(":")
    optimisation, teaching = config.optimisation, config.teaching
    length = optimisation.steps * optimisation.images_per_step

    def drawings(world: World, clozes: int) -> PictureBook:
        responses, size, seed = teaching.responses_per_image, start.processor.image_size, optimisation.seed
        grid = grid_of(start.processor, start.model.adapter)
        return PictureBook(world, length, responses, size, seed, clozes=clozes, clean=teaching.clean, grid=grid)

    if worlds:
        if split != "train":
            raise ValueError(f"{worlds[0]}: training takes {name}:train, so that evaluation never sees training images")
        if len(data) > 1 or args.shares:
            raise ValueError("Drawings are mixed with files by --replay: give files alone with --data and --shares")
        drawn = drawings(WORLDS[name], CLOZES if teaching.cloze_weight else 0)
        return drawn, list(records_of(f"{name}:validation", teaching.validation_scenes))
    parted = [held_out(list(records_of(file)), Path(file).parent) for file in data]
    validation = [record for _, held in parted for record in held]
    unseen = {_place(record.image) for record in validation}  # no file may teach what another holds out
    parts = [
        RecordLessons([record for record in training if _place(record.image) not in unseen], length, optimisation.seed)
        for training, _ in parted
    ]
    lessons: Any = parts[0]
    if len(parts) > 1 or args.shares:
        lessons = Mixed(parts, args.shares or [len(part.lessons) for part in parts], length, optimisation.seed)
    replay = drawings(WORLDS["picturebook"], CLOZES if teaching.cloze_weight else 0)
    return Replayed(lessons, replay, teaching.replay, optimisation.seed), validation


def _data(args: argparse.Namespace) -> list[str]:
    return [args.data] if isinstance(args.data, str) else args.data  # a preset names one


def _place(picture: Picture) -> Path | int:
    """Where a picture is, however its file is named."""
    return picture.resolve() if isinstance(picture, Path) else id(picture)
