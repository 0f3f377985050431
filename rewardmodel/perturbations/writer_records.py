"""A file of records in, records with written perturbations out: the work behind `perturb --writer`."""

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from rewardmodel.answer_cache import AnswerCache
from rewardmodel.endpoint import Endpoint
from rewardmodel.perturbations.perturbed import Perturbed
from rewardmodel.perturbations.writer import Outcome, Pair, perturb_all, yields
from rewardmodel.records import Record, read_records, spans_to_json
from rewardmodel.taxonomy import KINDS, Kind

logger = logging.getLogger(__name__)

ANSWERS, RECORDS, YIELD = "answers.jsonl", "records.jsonl", "yield.json"
TOLD_EVERY = 100  # pairs of caption and kind

Row = Mapping[str, Any]
Done = TypeVar("Done")


def write_perturbed(
    data: Path, out: Path, endpoint: Endpoint, kinds: Sequence[Kind] = KINDS, *, count: int | None = None
) -> dict[str, dict[str, int]]:
    """Write into `out` the clean records of a file, each followed by one perturbed record for each kind that succeeded.

    `count` is how many records of the file are looked at; default: all.

    Returns the yield by kind and writes it too. What the endpoint answers is kept in `out` at once, so that a run that was killed
    goes on where it was. Records that have spans are passed over. Raises EndpointError as `perturb_all` does.
    """
    clean = [record for record in islice(read_records(data), count) if not record.spans]
    if not clean:
        raise ValueError(f"{data} has no record without spans: there is nothing to perturb")
    kinds = tuple(dict.fromkeys(kinds))
    pairs = list(dict.fromkeys((record.response, kind) for record in clean for kind in kinds))
    with AnswerCache(out / ANSWERS) as cache:
        outcomes = dict(told(perturb_all(endpoint, cache, pairs), len(pairs)))
    write_whole(out / RECORDS, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _rows(clean, kinds, outcomes, out)))
    table = yields(outcomes)
    write_whole(out / YIELD, json.dumps(table, indent=1) + "\n")
    return table


def told(outcomes: Iterable[Done], count: int) -> Iterator[Done]:
    """The outcomes as they come; a log says now and then how many there are."""
    for number, outcome in enumerate(outcomes, start=1):
        if number % TOLD_EVERY == 0:
            logger.info("%s of %s", number, count)
        yield outcome


def _rows(records: Iterable[Record], kinds: Sequence[Kind], outcomes: Mapping[Pair, Outcome], out: Path) -> Iterator[Row]:
    for record in records:
        row = row_of(record, out)
        yield row
        for kind in kinds:
            outcome = outcomes[record.response, kind]
            if isinstance(outcome, Perturbed):
                yield row | {"response": outcome.text, "spans": spans_to_json(outcome.spans)}


def row_of(record: Record, out: Path) -> dict[str, Any]:
    """A clean record in its JSON form, with the way to its picture from a folder."""
    image = Path(os.path.relpath(str(record.image), out)).as_posix()
    return {"image": image, "prompt": record.prompt, "response": record.response, "spans": []}


def write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever sees half of it."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
