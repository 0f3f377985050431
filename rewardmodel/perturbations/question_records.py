"""A file of answered questions in; wrong answers, and captions made of the right ones, out: `perturb --writer --questions`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from rewardmodel.answer_cache import AnswerCache
from rewardmodel.asking import ask_all
from rewardmodel.endpoint import Endpoint
from rewardmodel.perturbations.perturbed import Perturbed
from rewardmodel.perturbations.question_prompts import Answered, answers
from rewardmodel.perturbations.questions import Asked, QuestionWriter
from rewardmodel.perturbations.writer import Reason, tally
from rewardmodel.perturbations.writer_records import ANSWERS, RECORDS, YIELD, Row, row_of, told, write_whole
from rewardmodel.records import Picture, Record, read_records, spans_to_json

CAPTIONS = "captions.jsonl"
Pairs = tuple[Answered, ...]
Outcome = TypeVar("Outcome")


def write_questions(data: Path, out: Path, endpoint: Endpoint, *, count: int | None = None) -> dict[str, dict[str, int]]:
    """Write into `out` the answered questions of a file, each followed by a wrong answer, and a caption of each picture.

    A record's prompt is the question, its response the answer; several may be about one picture. Records without a prompt or with
    spans are passed over. `count` is how many records of the file are looked at; default: all. The captions are a file of their
    own, so that `perturb` may make those wrong by kind.

    Returns the yield of both and writes it too. A run that was killed goes on where it was. Raises EndpointError as `ask_all`
    does, and ValueError for a file without a question.
    """
    asked = [record for record in islice(read_records(data), count) if record.prompt.strip() and not record.spans]
    if not asked:
        raise ValueError(f"{data} has no record with a prompt and without spans: there is no question to answer wrongly")
    pictures: dict[Picture, list[Answered]] = {}
    for record in asked:
        pictures.setdefault(record.image, []).append((record.prompt, record.response))
    pairs_of = {image: tuple(dict.fromkeys(pairs)) for image, pairs in pictures.items()}
    with AnswerCache(out / ANSWERS) as cache:
        writer = QuestionWriter(endpoint, cache)
        several = list(dict.fromkeys(pairs_of.values()))
        captions: dict[Pairs, str | Reason] = {
            pairs: _known(one) for pairs, one in told(ask_all(endpoint, writer.paragraph, several), len(several))
        }
        questions = [_asked(record, pairs_of[record.image], captions) for record in asked]
        each = list(dict.fromkeys(questions))
        wrong: dict[Asked, Perturbed | Reason] = {
            one: _known(outcome) for one, outcome in told(ask_all(endpoint, writer.wrong_answer, each), len(each))
        }
    _write(out / CAPTIONS, _caption_rows(pairs_of, captions, out))
    _write(out / RECORDS, _question_rows(asked, [wrong[one] for one in questions], out))
    table = {"captions": tally(list(captions.values())), "answers": tally(list(wrong.values()))}
    write_whole(out / YIELD, json.dumps(table, indent=1) + "\n")
    return table


def _known(outcome: Outcome | None) -> Outcome | Reason:
    return Reason.FAILED if outcome is None else outcome


def _asked(record: Record, pairs: Pairs, captions: Mapping[Pairs, str | Reason]) -> Asked:
    """A question, with the caption of its picture, or with all answers where there is none."""
    caption = captions[pairs]
    return Asked(record.prompt, record.response, answers(pairs) if isinstance(caption, Reason) else caption)


def _caption_rows(pairs_of: Mapping[Picture, Pairs], captions: Mapping[Pairs, str | Reason], out: Path) -> Iterator[Row]:
    for image, pairs in pairs_of.items():
        caption = captions[pairs]
        if not isinstance(caption, Reason):
            yield row_of(Record(image, "", caption), out)


def _question_rows(asked: Sequence[Record], wrong: Sequence[Perturbed | Reason], out: Path) -> Iterator[Row]:
    for record, outcome in zip(asked, wrong, strict=True):
        row = row_of(record, out)
        yield row
        if isinstance(outcome, Perturbed):
            yield row | {"response": outcome.text, "spans": spans_to_json(outcome.spans)}


def _write(file: Path, rows: Iterator[Row]) -> None:
    write_whole(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
