"""Exports: one row for each annotation and each review, read batch by batch, so that memory stays the same for any number.

A batch is a query of its own over the next items. No transaction is held open meanwhile, so a long export neither keeps the
database from cleaning up nor hides its own progress; what is annotated while it runs is in it or not, but never in halves.
"""

import gc
import hashlib
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import uuid4

import orjson
from django.db import connection

from annotator.formats.native import Words
from annotator.models import Item, Project
from annotator.services.folding import evidence_of, insertions_of, judgements_from_json, word_states

BATCH_ITEMS = 5_000
STREAM_ROWS = 20  # that are read at once; the database only runs so far ahead as fits between it and the reader
CHUNK_ROWS = 500  # that are turned into columns at once
CHUNKS_OF_A_GROUP = 8  # of a Parquet file

INCLUDE = ("annotated", "all")  # submitted annotations, or all of them and also the items that nobody annotated

OnProgress = Callable[[int, int], None]  # items done, items in all

# All that belongs to an item is looked up item by item (OFFSET 0 keeps it so), so that rows come in the order of the items and
# need no sorting: the first is there at once, and the database goes on while rows are made of what it sent.
BATCH = """
SELECT item.id, item.external_id, image.path, image.sha256, item.prompt, item.response, item.metadata, item.words,
    said.source, said.id, person.email, said.status, said.counts, said.judgements, said.spans,
    said.corrected, said.rest_checked, said.comment, said.skip_reason, said.arm,
    checkpoint.id, checkpoint.name, checkpoint.weights_sha256, said.threshold, said.version,
    to_json(said.started_at) #>> '{}', to_json(said.submitted_at) #>> '{}',
    extract(epoch FROM said.submitted_at - said.started_at)::float8, to_json(detection.grounded)::text,
    said.made_from, said.is_stale
FROM annotator_item AS item
CROSS JOIN LATERAL (SELECT path, sha256 FROM annotator_image WHERE id = item.image_id OFFSET 0) AS image
LEFT JOIN LATERAL (
    SELECT 'annotation' AS source, id, annotator_id AS person_id, status, counts, judgements, spans, corrected, rest_checked,
        comment, skip_reason, arm, checkpoint_id, threshold, version, started_at, submitted_at, NULL::jsonb AS made_from,
        NULL::bool AS is_stale
    FROM annotator_annotation WHERE item_id = item.id AND (%(all)s OR status = 'submitted')
    UNION ALL
    SELECT 'review', NULL, reviewer_id, 'submitted', true, judgements, spans, corrected, rest_checked,
        comment, '', NULL, NULL, NULL, NULL, NULL, settled_at, made_from, state = 'stale'
    FROM annotator_review WHERE item_id = item.id AND state IN ('settled', 'stale')
    OFFSET 0
) AS said ON true
LEFT JOIN annotator_user AS person ON person.id = said.person_id
LEFT JOIN annotator_checkpoint AS checkpoint ON checkpoint.id = coalesce(said.checkpoint_id, %(active)s)
LEFT JOIN LATERAL (
    SELECT grounded FROM annotator_detection WHERE item_id = item.id AND checkpoint_id = checkpoint.id OFFSET 0
) AS detection ON true
WHERE item.project_id = %(project)s AND NOT item.is_check AND NOT item.is_withdrawn
    AND item.id BETWEEN %(first)s AND %(last)s
    AND (%(all)s OR said.source IS NOT NULL)
ORDER BY item.id, said.id
"""


class _Stored(NamedTuple):
    """One row of BATCH; what is JSON in the database comes as text. From `source` on all may be missing."""

    item_id: int
    external_id: str | None
    image: str
    image_sha256: str
    prompt: str
    response: str
    metadata: str
    words: str
    source: str | None
    annotation_id: int | None
    annotator: str | None
    status: str | None
    counts: bool | None
    judgements: str | None
    spans: str | None
    corrected: str | None
    rest_checked: bool | None
    comment: str | None
    skip_reason: str | None
    arm: str | None
    checkpoint_id: int | None
    checkpoint_name: str | None
    weights_sha256: str | None
    threshold: float | None
    version: int | None
    started_at: str | None
    submitted_at: str | None
    seconds: float | None
    grounded: str | None
    made_from: str | None
    is_stale: bool | None


def export_rows(
    *, project: Project, include: str = "annotated", on_progress: OnProgress | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of an export, in the order of the items: see docs/formats.md for the fields."""
    for row in _rows(project, include, on_progress):
        yield {**row, "words": row["words"].rows()}


def _rows(project: Project, include: str, on_progress: OnProgress | None) -> Generator[dict[str, Any], None, None]:
    """The rows, their words as `Words`: what they become costs most, and only the format knows."""
    if include not in INCLUDE:
        raise ValueError(f"include must be one of {', '.join(INCLUDE)}, got {include!r}")
    constants: dict[str, Any] = {"project": project.pk, "all": include == "all", "active": project.active_checkpoint_id}
    items = Item.objects.data_of(project).order_by("id").values_list("id", flat=True)
    total, done, last = items.count(), 0, 0
    while item_ids := list(items.filter(id__gt=last)[:BATCH_ITEMS]):
        with connection.cursor() as cursor:
            stored = cursor.stream(BATCH, {**constants, "first": item_ids[0], "last": item_ids[-1]}, size=STREAM_ROWS)
            yield from (_row(_Stored(*columns)) for columns in stored)
        done, last = done + len(item_ids), item_ids[-1]
        if on_progress:
            on_progress(done, max(done, total))


def _row(stored: _Stored) -> dict[str, Any]:
    judgements = judgements_from_json(orjson.loads(stored.judgements or "[]"))
    edges = _numbers(stored.words)
    places = list(zip(edges[::2], edges[1::2], strict=True)) if judgements else []
    states = word_states(len(edges) // 2, judgements, rest_checked=bool(stored.rest_checked))
    grounded = orjson.loads(stored.grounded or "null") or [None] * len(states)
    spans = orjson.loads(stored.spans or "[]")
    insertions = insertions_of(places, judgements)
    return {
        "item_id": stored.item_id,
        "external_id": stored.external_id,
        "image": stored.image,
        "image_sha256": stored.image_sha256,
        "prompt": stored.prompt,
        "response": stored.response,
        "text_sha256": hashlib.sha256(stored.response.encode()).hexdigest(),
        "offset_unit": "codepoint",
        "metadata_json": stored.metadata,
        "source": stored.source,
        "annotation_id": stored.annotation_id,
        "annotator": stored.annotator,
        "status": stored.status,
        "counts": stored.counts,
        "verdict": _verdict(stored.status, spans or insertions, states),
        "words": Words(edges[::2], edges[1::2], grounded, states),
        "spans": spans,
        "insertions": insertions,
        "evidence": evidence_of(places, judgements),
        "corrected": stored.corrected,
        "rest_checked": stored.rest_checked,
        "comment": stored.comment,
        "skip_reason": stored.skip_reason,
        "arm": stored.arm,
        "checkpoint": _checkpoint(stored),
        "threshold": stored.threshold,
        "version": stored.version,
        "started_at": stored.started_at,
        "submitted_at": stored.submitted_at,
        "seconds": stored.seconds,
        "made_from": _versions(stored.made_from),
        "stale": stored.is_stale,
    }


def _versions(made_from: str | None) -> list[dict[str, int]] | None:
    if made_from is None:
        return None
    return [{"annotation_id": annotation, "version": version} for annotation, version in orjson.loads(made_from)]


def _numbers(nested: str) -> list[int]:
    """The numbers of nested lists in one: a list for every word would be what the collector mostly looks at."""
    return cast("list[int]", orjson.loads(f"[{nested.replace('[', '').replace(']', '')}]"))


def _verdict(status: str | None, wrong: list[dict[str, Any]], states: list[str]) -> str | None:
    """Of the whole response: None while somebody has not said something about every word of it."""
    if status != "submitted":
        return None
    if wrong:
        return "wrong"
    return None if "untouched" in states else "right"


def _checkpoint(stored: _Stored) -> dict[str, Any] | None:
    if stored.checkpoint_id is None:
        return None
    return {"id": stored.checkpoint_id, "name": stored.checkpoint_name, "weights_sha256": stored.weights_sha256}


def write_jsonl(*, project: Project, path: Path, include: str = "annotated", on_progress: OnProgress | None = None) -> int:
    """Write the rows as JSON Lines. The file appears when it is whole. Returns the number of rows."""
    count = 0
    with (
        _whole(path) as part,
        part.open("wb", buffering=1024**2) as file,
        _reading(_rows(project, include, on_progress)) as rows,
    ):
        for row in rows:
            file.write(orjson.dumps(row, default=Words.rows, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return count


def write_parquet(*, project: Project, path: Path, include: str = "annotated", on_progress: OnProgress | None = None) -> int:
    """Write the rows as Parquet. The file appears when it is whole. Returns the number of rows.

    A group of rows is compressed and written by another thread while the next one is read.
    """
    from annotator.formats import parquet  # noqa: PLC0415 -- pyarrow takes half a second, and only this function needs it

    count = 0
    with (
        _whole(path) as part,
        parquet.writer(part) as writer,
        ThreadPoolExecutor(1) as other,
        _reading(_rows(project, include, on_progress)) as rows,
    ):
        written: Future[None] | None = None
        batches = (parquet.batch(chunk) for chunk in iter(lambda: list(islice(rows, CHUNK_ROWS)), []))
        while group := list(islice(batches, CHUNKS_OF_A_GROUP)):
            if written:
                written.result()
            written = other.submit(writer.write_table, parquet.group(group))
            count += sum(batch.num_rows for batch in group)
        if written:
            written.result()
    return count


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A place to write a file that takes its name when it is done; a broken one leaves nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _reading(rows: Generator[dict[str, Any], None, None]) -> Iterator[Generator[dict[str, Any], None, None]]:
    """Rows that end with the block: a stream that an error left open would refuse the connection to whoever tells of the error.

    They come and go by the thousand: meanwhile the collector need not look at the whole program each time.
    """
    gc.freeze()
    try:
        yield rows
    finally:
        gc.unfreeze()
        rows.close()
