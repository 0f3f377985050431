"""`python -m rewardmodel correct`: self-correction through any OpenAI-compatible vision endpoint."""

import argparse
import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rewardmodel.answer_cache import AnswerCache
from rewardmodel.checkpoints import SHIPPED
from rewardmodel.commands import how_many
from rewardmodel.endpoint import KEY_VARIABLE, Endpoint, Patience
from rewardmodel.records import opened, read_records

if TYPE_CHECKING:
    from rewardmodel.corrections.cases import Guidance
    from rewardmodel.corrections.outcomes import Outcome, Sample
    from rewardmodel.scoring import Scorer

ANSWERS, TABLE = "answers.jsonl", "table.json"
DRAWINGS = 200
TOLD_EVERY = 100  # samples

logger = logging.getLogger(__name__)


def add(parser: argparse.ArgumentParser) -> None:
    """The flags."""
    parser.set_defaults(command=run)
    parser.add_argument("--checkpoint", type=Path, default=SHIPPED, help="flags the words and judges the corrections")
    parser.add_argument("--data", required=True, help="captions as records (.jsonl), or picturebook:SPLIT, dusk:SPLIT")
    parser.add_argument("--n", type=how_many, help=f"how many; default: all of a file, or {DRAWINGS} drawings")
    parser.add_argument("--out", type=Path, required=True, help="folder; the same command again goes on where it was")
    parser.add_argument("--guidance", choices=["guided", "naive", "both"], default="both", help="tell what is doubted, or not")
    asked = parser.add_argument_group("endpoint", "The key, where one is needed, is read from ENDPOINT_KEY.")
    asked.add_argument("--endpoint", metavar="BASE_URL", required=True, help="OpenAI-compatible, as in http://localhost:8000/v1")
    asked.add_argument("--model", required=True, help="name of a model there that sees pictures")
    asked.add_argument("--concurrency", type=int, default=8, help="requests under way at the same time")
    asked.add_argument("--per-minute", type=float, default=0, help="requests that may start in a minute; 0: no limit")


def run(args: argparse.Namespace) -> None:
    """Correct, write the outcomes and print the table."""
    from rewardmodel.corrections.cases import Guidance  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.corrections.table import lines  # noqa: PLC0415
    from rewardmodel.scoring import Scorer  # noqa: PLC0415

    guidances = list(Guidance) if args.guidance == "both" else [Guidance(args.guidance)]
    patience = Patience(concurrency=args.concurrency, per_minute=args.per_minute)
    endpoint = Endpoint(args.endpoint, args.model, key=os.environ.get(KEY_VARIABLE, ""), patience=patience)
    summary = write_corrections(
        Scorer.load(args.checkpoint), endpoint, samples_of(args.data, args.n, args.out), args.out, guidances
    )
    for line in lines(summary):
        print(line)
    failed = sum(row["refused"]["failed"] for row in summary["guidance"].values())
    if failed:
        print(f"{args.out}: run the same again to ask for the {failed} that failed")


def write_corrections(
    scorer: "Scorer", endpoint: Endpoint, samples: "Iterable[Sample]", out: Path, guidances: "Sequence[Guidance]"
) -> dict[str, Any]:
    """Correct, and write into `out` the outcomes, the answers as they come, and the table, which is returned.

    What was answered once isn't asked again by the next run. Raises EndpointError as `correct` does.
    """
    from rewardmodel.correct import correct  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.corrections.correctors import EndpointCorrector  # noqa: PLC0415
    from rewardmodel.corrections.table import Table  # noqa: PLC0415

    logger.setLevel(logging.INFO)  # a long run says how far it is
    table = Table(guidances)
    with AnswerCache(out / ANSWERS) as cache:
        outcomes = correct(scorer, EndpointCorrector(endpoint, cache), samples, guidances)
        write_rows(out, table.counted(outcomes), guidances)
    summary = table.summary()
    write_whole(out / TABLE, json.dumps(summary, indent=1) + "\n")
    return summary


def samples_of(data: str, count: int | None, out: Path) -> "Iterator[Sample]":
    """Samples of a file of records, or drawings with their scenes, which are saved below `out` as they are taken."""
    from rewardmodel.corrections.outcomes import Sample  # noqa: PLC0415 -- torch takes seconds, --help should not
    from rewardmodel.scenes import WORLDS  # noqa: PLC0415
    from rewardmodel.scenes.samples import SPLITS, judged_scenes, record_of  # noqa: PLC0415

    name, _, split = data.partition(":")
    if name not in WORLDS:
        for record in islice(read_records(Path(data)), count):
            yield Sample(record, Path(os.path.relpath(str(record.image), out)).as_posix())
        return
    if split not in SPLITS:
        raise ValueError(f"{data}: the splits are {', '.join(SPLITS)}")
    (out / "images").mkdir(parents=True, exist_ok=True)
    for number, (scene, judged) in enumerate(judged_scenes(WORLDS[name], split, DRAWINGS if count is None else count)):
        sample = Sample(record_of(scene, judged), f"images/{number:06}.png", scene)
        opened(sample.record.image).save(out / sample.image)
        yield sample


def write_rows(out: Path, outcomes: "Iterable[Outcome]", guidances: Iterable[str]) -> None:
    """Write a file of rows for each guidance, `guided.jsonl` or `naive.jsonl`; nobody ever sees half of one."""
    with ExitStack() as stack:
        paths = {guidance: out / f"{guidance}.jsonl.part" for guidance in guidances}
        files = {guidance: stack.enter_context(path.open("w", encoding="utf-8")) for guidance, path in paths.items()}
        for number, outcome in enumerate(outcomes, start=1):
            files[outcome.guidance].write(json.dumps(outcome.row(), ensure_ascii=False) + "\n")
            if number % (TOLD_EVERY * len(files)) == 0:
                logger.info("%s samples", number // len(files))
    for path in paths.values():
        path.replace(path.with_suffix(""))


def write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees half of it."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
