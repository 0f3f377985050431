"""`python -m rewardmodel tau`: captioners with the reward model's adapters merged in part, and how often each errs."""

import argparse
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardmodel.checkpoints import SHIPPED
from rewardmodel.commands import how_many
from rewardmodel.records import Picture, Record, read_records

if TYPE_CHECKING:
    from rewardmodel.scenes import Scene

DRAWINGS = 300
TAUS = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
TABLE, PLOT = "tau.json", "tau.svg"


def add(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.set_defaults(command=run)
    parser.add_argument("--captioner", required=True, help="model of any family with its LM head, by hub name or folder")
    parser.add_argument(
        "--checkpoint", type=Path, required=True, help="what `train --backbone CAPTIONER --attention causal --lora-rank R` wrote"
    )
    parser.add_argument(
        "--tau",
        type=float,
        nargs="+",
        default=TAUS,
        metavar="TAU",
        help=f"0: captioner, 1: reward model; default: {_listed(TAUS)}",
    )
    parser.add_argument("--judge", type=Path, default=SHIPPED, help="checkpoint that judges what they write")
    parser.add_argument(
        "--data", default="picturebook:test", help="what to caption: picturebook:SPLIT, dusk:SPLIT or records (.jsonl)"
    )
    parser.add_argument("--n", type=how_many, help=f"how many; default: all of a file, or {DRAWINGS} drawings")
    parser.add_argument("--most-tokens", type=int, default=96, metavar="96", help="behind which a caption is cut off")
    parser.add_argument("--out", type=Path, required=True, help="folder for a model folder and captions a tau, and the rates")
    parser.add_argument("--captions-only", action="store_true", help="leave out the model folders")


def run(args: argparse.Namespace) -> None:
    """Merge, caption, judge; write and print the rates."""
    from rewardmodel import captioner, tau  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.backbones.lora import check_tau  # noqa: PLC0415
    from rewardmodel.plots import intervals_svg  # noqa: PLC0415
    from rewardmodel.scoring import Scorer  # noqa: PLC0415

    for value in args.tau:  # before anything is captioned
        check_tau(value)
    records, scenes = _pictures(args.data, args.n)
    args.out.mkdir(parents=True, exist_ok=True)
    written = {}
    for value in dict.fromkeys(args.tau):
        made = tau.captioner_at(args.captioner, args.checkpoint, value)
        if not args.captions_only:
            captioner.save(args.out / tau.name_of(value), made)
        written[value] = tau.captioned(made, records, most_tokens=args.most_tokens)
        rows = (json.dumps(_row(record, args.out), ensure_ascii=False) + "\n" for record in written[value])
        (args.out / f"{tau.name_of(value)}.jsonl").write_text("".join(rows), encoding="utf-8")
    measured = tau.over_tau(Scorer.load(args.judge), written, scenes)
    (args.out / TABLE).write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    names, title = list(measured["judge"]["models"]), "Captions over tau: what is wrong in them, with 95 % intervals"
    (args.out / PLOT).write_text(intervals_svg(names, tau.panels(measured), title=title), encoding="utf-8")
    for line in tau.lines(measured):
        print(line)


def _listed(values: Iterable[float]) -> str:
    return " ".join(f"{value:g}" for value in values)


def _row(record: Record, out: Path) -> dict[str, Any]:
    """A caption in its JSON form, as `rates` reads it where the picture is a file; a drawing has none."""
    if not isinstance(record.image, Path):
        return {"response": record.response}
    return {"image": Path(os.path.relpath(record.image, out)).as_posix(), "prompt": record.prompt, "response": record.response}


def _pictures(data: str, count: int | None) -> "tuple[list[Record], list[Scene] | None]":
    """One record of each image to be captioned, and the scenes of drawings. Raises ValueError where there are none."""
    from rewardmodel.scenes import WORLDS  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.scenes.samples import SPLITS, judged_scenes, record_of  # noqa: PLC0415

    name, _, split = data.partition(":")
    if name not in WORLDS:
        first: dict[Picture, Record] = {}
        for record in read_records(Path(data)):
            first.setdefault(record.image, record)
        if not first:
            raise ValueError(f"{data}: there is no picture to caption")
        return list(first.values())[:count], None
    if split not in SPLITS:
        raise ValueError(f"{data}: the splits are {', '.join(SPLITS)}")
    found = list(judged_scenes(WORLDS[name], split, DRAWINGS if count is None else count))
    return [record_of(*pair) for pair in found], [scene for scene, _ in found]
