"""Snapshots: the labels of a project frozen into a Parquet file named by its own hash. The same labels give the same file.

Which labels count: submitted annotations that stand, and of which every word is known: judged one by one, or read ("rest
checked"). An untouched word is neither right nor wrong, so a response with one teaches nothing and is left out, and counted.
Where a review holds, what was settled stands for all annotations of its item.

Something that is missing marks its seam: the words on both sides of it are wrong, as in perturbations that take words out.

Where a person replaced every wrong passage, the corrected response is a second record, without spans: the same picture
with the very words it had lacked, written by somebody who looked at it, is the closest contrast there is, and it keeps the
model from learning that these pictures go with wrong captions. It is learned from only, never tested on: the test asks
what people judged, not what they wrote.

Which images test: a fifth, by the hash of the picture. So an image is never in both parts, whatever is labelled later and in
whichever project.
"""

import hashlib
import heapq
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from annotator.models import Annotation, Project, Review, Snapshot
from annotator.services.folding import judgements_from_json, marked_spans, word_states
from annotator.services.images import image_file

TRAIN, TEST = "train", "test"
TEST_SHARE = 5  # one image in so many tests
HUMAN, CORRECTED = "human", "corrected"
LEAST_LABELS, LEAST_WRONG, LEAST_TESTED_WRONG = 50, 10, 3
CHUNK = 1_000  # labels that are read at once
Label = Annotation | Review


class TooFewLabelsError(ValueError):
    """A project has not enough labels to learn from; the message says how many there are and how many it takes."""


@dataclass(slots=True)
class Labels:
    """The rows of a snapshot to be, and how many submitted annotations had words nobody judged."""

    rows: list[dict[str, Any]]
    incomplete: int

    def add(self, label: Label) -> None:
        """Take what somebody judged, if every word of it is known."""
        if is_complete(label):
            self.rows.extend(_rows(label))
        else:
            self.incomplete += 1

    def count(self, split: str | None = None, *, wrong: bool = False) -> int:
        """How many judged responses there are: in one part, or with wrong words, or both."""
        judged = (row for row in self.rows if row["source"] == HUMAN)
        return sum(split in {None, row["split"]} and (not wrong or bool(row["spans"])) for row in judged)

    @property
    def _counts(self) -> tuple[int, int, int]:
        """Judged responses, those with wrong words, and those of them that test."""
        return self.count(), self.count(wrong=True), self.count(TEST, wrong=True)

    @property
    def are_enough(self) -> bool:
        """Whether there is something to learn and something to measure it on."""
        least = (LEAST_LABELS, LEAST_WRONG, LEAST_TESTED_WRONG)
        return all(count >= fewest for count, fewest in zip(self._counts, least, strict=True))

    def check_enough(self) -> None:
        """Raise TooFewLabelsError, with the figures, unless there is something to learn and something to measure it on."""
        if self.are_enough:
            return
        judged, wrong, tested = self._counts
        left_out = _("; %(count)s more were submitted without “rest checked”, so their untouched words are unknown")
        text = _(
            "Too few labels to retrain: %(judged)s fully judged responses of at least %(least)s, %(wrong)s of them with wrong "
            "words (at least %(least_wrong)s), %(tested)s of those on held-out images (at least %(least_tested)s)%(left_out)s."
        )
        counts = {"judged": judged, "wrong": wrong, "tested": tested}
        least = {"least": LEAST_LABELS, "least_wrong": LEAST_WRONG, "least_tested": LEAST_TESTED_WRONG}
        left_out = left_out % {"count": self.incomplete} if self.incomplete else ""
        raise TooFewLabelsError(text % {**counts, **least, "left_out": left_out})


def labels_of(project: Project) -> Labels:
    """What the project's people have judged so far, in an order that depends on nothing else."""
    reviews, annotations = standing(project)
    settled: Iterator[Label] = reviews.order_by("item__image__sha256", "item_id").iterator(chunk_size=CHUNK)
    others: Iterator[Label] = annotations.order_by("item__image__sha256", "item_id", "annotator_id").iterator(chunk_size=CHUNK)
    labels = Labels([], 0)
    for label in heapq.merge(settled, others, key=lambda label: (label.item.image.sha256, label.item_id)):
        labels.add(label)
    return labels


def require_enough(project: Project) -> None:
    """Raise TooFewLabelsError where there is too little to learn from. No more labels are read than it takes to know."""
    reviews, annotations = standing(project)
    labels, found = Labels([], 0), chain[Label](reviews.iterator(chunk_size=CHUNK), annotations.iterator(chunk_size=CHUNK))
    for number, label in enumerate(found, start=1):
        labels.add(label)
        if number % LEAST_LABELS == 0 and labels.are_enough:
            return
    labels.check_enough()


def standing(project: Project) -> tuple[QuerySet[Review], QuerySet[Annotation]]:
    """What holds for the items of a project: what was settled, and of the others all annotations that count."""
    settled = Review.objects.of_data(project).holding().select_related("item__image")
    annotations = Annotation.objects.counted(project).select_related("item__image")
    return settled, annotations.exclude(Exists(Review.objects.holding().filter(item=OuterRef("item"))))


def is_complete(label: Label) -> bool:
    """Whether every word of the response is known to be right or wrong."""
    judgements = judgements_from_json(label.judgements)
    return "untouched" not in word_states(len(label.item.words), judgements, rest_checked=label.rest_checked)


def split_of(image_sha256: str) -> str:
    """The part that an image belongs to, now and in every later snapshot."""
    return TEST if int(image_sha256[:8], 16) % TEST_SHARE == 0 else TRAIN


def _rows(label: Label) -> Iterator[dict[str, Any]]:
    """The row of a judgement, and of its corrected text. A review, one for its item, has no number of an annotation."""
    item = label.item
    split = split_of(item.image.sha256)
    judgements = judgements_from_json(label.judgements)
    row = {
        "split": split, "source": HUMAN, "item_id": item.pk, "annotation_id": label.pk if isinstance(label, Annotation) else None,
        "image": str(image_file(item.image).relative_to(settings.DATA_FOLDER)), "image_sha256": item.image.sha256,
        "prompt": item.prompt, "response": item.response,
        "spans": marked_spans(item.words, judgements),
    }  # fmt: skip
    yield row
    texts = [judgement.text for judgement in judgements if judgement.verdict == "wrong"]
    is_mended = texts and None not in texts
    if split == TRAIN and is_mended and label.corrected.strip():
        yield row | {"source": CORRECTED, "response": label.corrected, "spans": []}


def freeze(*, project: Project) -> Snapshot:
    """The snapshot of the project's labels as they are now. Raises TooFewLabelsError."""
    labels = labels_of(project)
    labels.check_enough()
    folder: Path = settings.DATA_FOLDER / "snapshots"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{project.pk}.{os.getpid()}.part"
    _write_table(labels.rows, draft)
    sha256 = _sha256(draft)
    draft.replace(folder / f"{sha256}.parquet")
    counts = {"train_items": labels.count(TRAIN), "test_items": labels.count(TEST)}
    return Snapshot.objects.get_or_create(
        project=project, sha256=sha256, defaults={"path": f"snapshots/{sha256}.parquet", **counts}
    )[0]


def _write_table(rows: list[dict[str, Any]], path: Path) -> None:
    import pyarrow as pa  # noqa: PLC0415 -- the web, which only counts labels, need not hold it
    import pyarrow.parquet as pq  # noqa: PLC0415

    span = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("kind", pa.string())])
    schema = pa.schema(
        [
            ("split", pa.string()), ("source", pa.string()), ("item_id", pa.int64()), ("annotation_id", pa.int64()),
            ("image", pa.string()), ("image_sha256", pa.string()), ("prompt", pa.string()), ("response", pa.string()),
            ("spans", pa.list_(span)),
        ]
    )  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="zstd")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_records(*, snapshot: Snapshot, split: str, path: Path) -> int:
    """Write one part of a snapshot as a file of records, as the reward model's commands take them. How many."""
    import pyarrow.parquet as pq  # noqa: PLC0415 -- the web need not hold it

    table = pq.read_table(settings.DATA_FOLDER / snapshot.path, filters=[("split", "=", split)])
    with path.open("w", encoding="utf-8") as lines:
        for row in table.to_pylist():
            image = os.path.relpath(settings.DATA_FOLDER / row["image"], path.parent)
            spans = [{name: value for name, value in span.items() if value is not None} for span in row["spans"]]
            lines.write(json.dumps({"image": image, "prompt": row["prompt"], "response": row["response"], "spans": spans}) + "\n")
    return int(table.num_rows)
