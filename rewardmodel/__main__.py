"""The command line of the model house: `python -m rewardmodel COMMAND`."""

import argparse
import dataclasses
import json
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from rewardmodel import checkpoints
from rewardmodel.checkpoints import SHIPPED
from rewardmodel.commands import DATA_HELP, average, calibrate, caption_train, correct, desk, how_many, tau, train
from rewardmodel.presets import read_preset
from rewardmodel.records import Record, opened, read_records, spans_to_json, words
from rewardmodel.taxonomy import KINDS, Kind

DRAWINGS = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    args = _parser({}).parse_args(arguments)
    try:
        if getattr(args, "preset", None):  # its values stand where no flag is given
            args = _parser(read_preset(args.preset)).parse_args(arguments)
        args.command(args)
    except (ValueError, OSError) as error:
        print(f"{args.name}: {error}", file=sys.stderr)
        return 1
    return 0


def _parser(preset: dict[str, Any]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rewardmodel", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="name", metavar="COMMAND")
    train.add(commands.add_parser("train", help="train a checkpoint from scratch, from a backbone or from a parent"), preset)
    _add_evaluate(commands.add_parser("evaluate", help="the paper's metrics of a checkpoint on records"))
    average.add(commands.add_parser("average", help="the weighted mean of checkpoints that came of one another"))
    calibrate.add(commands.add_parser("calibrate", help="make a checkpoint's values shares of good tokens"))
    _add_rates(commands.add_parser("rates", help="hallucination rates of the captions that any models wrote"))
    correct.add(commands.add_parser("correct", help="have a vision model correct what the checkpoint doubts"))
    caption_train.add(commands.add_parser("caption-train", help="train a small model to caption drawings"))
    tau.add(commands.add_parser("tau", help="merge a reward model's adapters into its captioner in part, and see what that does"))
    _add_score(commands.add_parser("score", help="the grounded value of every word of a response"))
    _add_lines(
        commands.add_parser("suggest", help="what to put in the place of doubtful words"),
        desk.add_suggest, desk.suggest,
    )  # fmt: skip
    _add_lines(
        commands.add_parser("evidence", help="which part of the picture spoke for or against a word"),
        desk.add_evidence, desk.evidence,
    )  # fmt: skip
    _add_perturb(
        commands.add_parser("perturb", help="write records, half of them perturbed: of the picture book, or of captions")
    )
    return parser


def _add_lines(
    parser: argparse.ArgumentParser,
    add_flags: Callable[[argparse.ArgumentParser], None],
    lines: Callable[[argparse.Namespace], Iterator[str]],
) -> None:
    """A command that gives lines to be printed."""
    add_flags(parser)
    parser.set_defaults(command=lambda args: [print(line) for line in lines(args)])


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=evaluate)
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--data", default="picturebook:test", help=DATA_HELP)
    parser.add_argument("--n", type=how_many, help="how many records; default: 2000 scenes, or all records of a file")
    parser.add_argument("--threshold", type=float, help="default: the checkpoint's own")
    parser.add_argument("--blind", action="store_true", help="grey pictures: what the text alone gives away")
    parser.add_argument("--json", type=Path, help="file to write the metrics to")
    parser.add_argument("--plot", type=Path, help="SVG file to draw the reliability diagram to")
    parser.add_argument(
        "--keep", action="store_true",
        help="write the metrics into the checkpoint's card, where pages show them; not with --blind or --threshold",
    )  # fmt: skip


def _add_rates(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=rates)
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED, help="the judge, at its own threshold")
    parser.add_argument(
        "--captions", type=_named_file, nargs="+", required=True, metavar="NAME=FILE",
        help="a model's name and its captions as records in JSON Lines; spans are ignored, several models are compared",
    )  # fmt: skip
    parser.add_argument("--n", type=how_many, help="how many captions of each file; default: all")
    parser.add_argument("--json", type=Path, help="file to write the rates to")
    parser.add_argument("--plot", type=Path, help="SVG file to draw the rates to")


def _named_file(text: str) -> tuple[str, Path]:
    name, _, file = text.partition("=")
    if not name or not file:
        raise argparse.ArgumentTypeError(f"give a name and a file as in llava=captions.jsonl, not {text!r}")
    return name, Path(file)


def _add_score(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=score)
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED)
    parser.add_argument("--image", type=Path, required=True)
    parser.add_argument("--prompt", default="")
    parser.add_argument("--response", required=True)
    parser.add_argument("--json", action="store_true", help="for programs")


def _add_perturb(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(command=perturb)
    parser.add_argument(
        "--data",
        default="picturebook:train",
        help="picturebook:SPLIT, dusk:SPLIT, or records (.jsonl) whose clean ones are taken",
    )
    parser.add_argument("--n", type=how_many, help="how many records; default: 100 drawings, or all records of a file")
    parser.add_argument("--out", type=Path, required=True, help="folder for records.jsonl and, of drawings, images/")
    parser.add_argument("--size", type=int, default=256, help="pixels of a side")
    parser.add_argument(
        "--kinds",
        nargs="+",
        choices=[*map(str, KINDS)],
        default=KINDS,
        metavar="KIND",
        help=f"of captions; default: {' '.join(KINDS)}",
    )
    parser.add_argument(
        "--exchange", action="store_true",
        help="only exchange words of captions, and so that the text doesn't tell; captions of which none is taken are left out",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=how_many, default=0, help="of the rules: another one makes other errors of the same captions"
    )
    writer = parser.add_argument_group(
        "perturbations by a language model", "The key, where one is needed, is read from ENDPOINT_KEY."
    )
    writer.add_argument("--writer", metavar="BASE_URL", help="OpenAI-compatible endpoint, as in http://localhost:8000/v1")
    writer.add_argument("--model", help="name of the model there")
    writer.add_argument(
        "--questions", action="store_true",
        help="prompts are questions, responses their answers: write wrong answers, and captions.jsonl, a caption of each picture "
        "made of the right ones",
    )  # fmt: skip
    writer.add_argument("--concurrency", type=int, default=8, help="requests under way at the same time")
    writer.add_argument("--per-minute", type=float, default=0, help="requests that may start in a minute; 0: no limit")


def evaluate(args: argparse.Namespace) -> None:
    """Print the metrics as a table; write them as JSON, and draw how well the values are calibrated, where asked."""
    from rewardmodel.calibration import Bin  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.data import records_of  # noqa: PLC0415
    from rewardmodel.evaluate import evaluate as run  # noqa: PLC0415
    from rewardmodel.plots import reliability_svg  # noqa: PLC0415
    from rewardmodel.report import lines  # noqa: PLC0415
    from rewardmodel.scoring import Scorer  # noqa: PLC0415

    if args.keep and (args.blind or args.threshold is not None):
        raise ValueError("--keep is for the checkpoint as it is: leave out --blind and --threshold")
    if args.threshold is not None and not 0.0 <= args.threshold <= 1.0:
        raise ValueError(f"--threshold is a grounded value in [0, 1], got {args.threshold}")
    scorer = Scorer.load(args.checkpoint)
    scorer.is_blind = args.blind
    name = Path(args.data).name
    metrics = run(scorer, records_of(args.data, args.n), args.threshold)
    kept = {"data": name, "blind": args.blind, **metrics}
    if args.json:
        _write(args.json, json.dumps(kept, indent=1) + "\n")
    if args.plot:
        title = f"Calibration error {metrics['calibration_error']:.3f}"
        note = f"{metrics['n']} responses of {name}"
        _write(args.plot, reliability_svg([Bin(**row) for row in metrics["reliability"]], title=title, note=note))
    if args.keep:
        checkpoints.write_card(args.checkpoint, dataclasses.replace(scorer.card, metrics=kept))
    for line in lines(metrics):
        print(line)
    _tell_what_it_knows(scorer.card)


def rates(args: argparse.Namespace) -> None:
    """Print the rates as a table with notes; write them as JSON, and draw them, where asked."""
    from rewardmodel.plots import intervals_svg  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.rates import lines, panels  # noqa: PLC0415
    from rewardmodel.rates import rates as run  # noqa: PLC0415
    from rewardmodel.scoring import Scorer  # noqa: PLC0415

    files = dict(args.captions)
    if len(files) < len(args.captions):
        raise ValueError("--captions: two models have the same name")
    captions = {name: list(islice(read_records(file), args.n)) for name, file in files.items()}
    measured = run(Scorer.load(args.checkpoint), captions)
    if args.json:
        _write(args.json, json.dumps(measured, indent=1) + "\n")
    if args.plot:
        models, title = measured["models"], "Hallucination rates with 95 % intervals"
        note = f"Flagged by a checkpoint that knows {measured['knows']}" if measured["knows"] else ""
        _write(args.plot, intervals_svg(list(models), panels(models), title=title, note=note))
    for line in lines(measured):
        print(line)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def score(args: argparse.Namespace) -> None:
    """Print every word of the response with its grounded value."""
    from rewardmodel.scoring import Request, Scorer  # noqa: PLC0415 -- torch takes seconds, --help should not

    scorer = Scorer.load(args.checkpoint)
    [values] = scorer.score([Request(args.image, args.prompt, args.response)])
    rows = [
        {
            "start": start,
            "end": end,
            "word": args.response[start:end],
            "grounded": round(value, 4),
            "flagged": value < scorer.threshold,
        }
        for (start, end), value in zip(words(args.response), values, strict=True)
    ]
    if args.json:
        print(json.dumps({"threshold": scorer.threshold, "words": rows}, ensure_ascii=False))
        return
    for row in rows:
        print(f"{row['grounded']:.3f}  {'doubtful' if row['flagged'] else '        '}  {row['word']}")
    _tell_what_it_knows(scorer.card)


def _tell_what_it_knows(card: "checkpoints.Card") -> None:
    if card.knows:
        print(f"This checkpoint knows {card.knows}; on other pictures its values mean nothing.", file=sys.stderr)


def perturb_by_writer(args: argparse.Namespace) -> None:
    """Write the clean records of a file and what a language model makes wrong of them, and print the yield."""
    from rewardmodel.endpoint import KEY_VARIABLE, Endpoint, Patience  # noqa: PLC0415 -- only this command asks
    from rewardmodel.perturbations.question_records import write_questions  # noqa: PLC0415
    from rewardmodel.perturbations.writer import yield_lines  # noqa: PLC0415
    from rewardmodel.perturbations.writer_records import RECORDS, write_perturbed  # noqa: PLC0415

    if not args.model:
        raise ValueError("--writer needs --model, the name of the model there")
    logging.getLogger("rewardmodel.perturbations").setLevel(logging.INFO)  # a long run says how far it is
    patience = Patience(concurrency=args.concurrency, per_minute=args.per_minute)
    endpoint = Endpoint(args.writer, args.model, key=os.environ.get(KEY_VARIABLE, ""), patience=patience)
    if args.questions:
        table = write_questions(Path(args.data), args.out, endpoint, count=args.n)
    else:
        table = write_perturbed(Path(args.data), args.out, endpoint, [*map(Kind, args.kinds)], count=args.n)
    for line in yield_lines(table):
        print(line)
    failed = sum(row["failed"] for row in table.values())
    print(f"{args.out / RECORDS}" + (f": run the same again to ask for the {failed} that failed" if failed else ""))


def perturb(args: argparse.Namespace) -> None:
    """Write records, half of them perturbed, as `--data FILE` takes them; of drawings their pictures as well."""
    if args.questions and not args.writer:
        raise ValueError("--questions needs --writer: rules don't answer")
    if args.exchange and (args.writer or not args.data.endswith(".jsonl")):
        raise ValueError("--exchange is for the captions of a file (--data FILE.jsonl), and without --writer")
    if args.writer:
        perturb_by_writer(args)
        return
    rows = _captions(args) if args.data.endswith(".jsonl") else _drawings(args)
    counts = dict.fromkeys(["clean", *map(str, KINDS)], 0)
    args.out.mkdir(parents=True, exist_ok=True)
    with (args.out / "records.jsonl").open("w", encoding="utf-8") as lines:
        for path, record in rows:
            row = {"image": path, "prompt": record.prompt, "response": record.response, "spans": spans_to_json(record.spans)}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            counts[str(record.spans[0].kind) if record.spans else "clean"] += 1
    print(f"{args.out / 'records.jsonl'}: " + ", ".join(f"{count} {name}" for name, count in counts.items()))


def _captions(args: argparse.Namespace) -> Iterable[tuple[str, Record]]:
    """The clean records of a file and their perturbed twins, with the way from the new file to each picture."""
    from rewardmodel.perturbations.batches import with_exchanged, with_perturbed  # noqa: PLC0415 -- no other command needs the rules
    from rewardmodel.perturbations.usage import Usage  # noqa: PLC0415

    records = list(islice(read_records(Path(args.data)), args.n))  # all, as the new file may be written over the old one
    kinds = [*map(Kind, args.kinds)]
    if args.exchange:
        usage = Usage(record.response for record in records if not record.spans)
        made = with_exchanged(records, usage, seed=args.seed, kinds=kinds)
    else:
        made = with_perturbed(records, seed=args.seed, kinds=kinds)
    return ((Path(os.path.relpath(str(record.image), args.out)).as_posix(), record) for record in made)


def _drawings(args: argparse.Namespace) -> Iterable[tuple[str, Record]]:
    """Drawings with the paths of their pictures, each saved as it is taken."""
    from rewardmodel.scenes import WORLDS  # noqa: PLC0415 -- drawing needs Pillow and numpy only
    from rewardmodel.scenes.samples import SPLITS, picturebook_records  # noqa: PLC0415

    name, _, split = args.data.partition(":")
    if name not in WORLDS or split not in SPLITS:
        raise ValueError(f"{args.data}: give one of {', '.join(WORLDS)} and one of {', '.join(SPLITS)}, as in picturebook:train")
    records = picturebook_records(WORLDS[name], split, DRAWINGS if args.n is None else args.n, args.size)
    return ((_saved(record, args.out, f"images/{number:06}.png"), record) for number, record in enumerate(records))


def _saved(record: Record, folder: Path, path: str) -> str:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    opened(record.image).save(folder / path)
    return path


if __name__ == "__main__":
    sys.exit(main())
