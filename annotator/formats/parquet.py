"""The columns of an export as Parquet: the same rows as the JSON Lines, typed."""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow.parquet import ParquetWriter

from annotator.formats.native import Words

WORD = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("grounded", pa.float64()), ("state", pa.string())])
SPAN = pa.struct(
    [("start", pa.int32()), ("end", pa.int32()), ("kind", pa.string()), ("quote", pa.string()), ("replacement", pa.string())]
)
INSERTION = pa.struct([("at", pa.int32()), ("text", pa.string()), ("kind", pa.string())])
EVIDENCE = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("box", pa.list_(pa.float64())), ("absent", pa.bool_())])
VERSION = pa.struct([("annotation_id", pa.int64()), ("version", pa.int32())])
CHECKPOINT = pa.struct([("id", pa.int64()), ("name", pa.string()), ("weights_sha256", pa.string())])
# Only what repeats is worth a dictionary: for the rest, looking is half the time of writing, and the file grows by a tenth.
REPEATED = [
    "source",
    "annotator",
    "status",
    "verdict",
    "arm",
    "offset_unit",
    "words.list.element.state",
    "checkpoint.weights_sha256",
]

SCHEMA = pa.schema(
    [
        ("item_id", pa.int64()),
        ("external_id", pa.string()),
        ("image", pa.string()),
        ("image_sha256", pa.string()),
        ("prompt", pa.string()),
        ("response", pa.string()),
        ("text_sha256", pa.string()),
        ("offset_unit", pa.string()),
        ("metadata_json", pa.string()),
        ("source", pa.string()),
        ("annotation_id", pa.int64()),
        ("annotator", pa.string()),
        ("status", pa.string()),
        ("counts", pa.bool_()),
        ("verdict", pa.string()),
        ("words", pa.list_(WORD)),
        ("spans", pa.list_(SPAN)),
        ("insertions", pa.list_(INSERTION)),
        ("evidence", pa.list_(EVIDENCE)),
        ("corrected", pa.string()),
        ("rest_checked", pa.bool_()),
        ("comment", pa.string()),
        ("skip_reason", pa.string()),
        ("arm", pa.string()),
        ("checkpoint", CHECKPOINT),
        ("threshold", pa.float64()),
        ("version", pa.int32()),
        ("started_at", pa.string()),
        ("submitted_at", pa.string()),
        ("seconds", pa.float64()),
        ("made_from", pa.list_(VERSION)),
        ("stale", pa.bool_()),
    ]
)


def writer(path: Path) -> ParquetWriter:
    """A file for tables of SCHEMA; each becomes a row group."""
    return ParquetWriter(path, SCHEMA, compression="zstd", use_dictionary=REPEATED)


def batch(rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    """Rows of an export, their words as `Words`, as columns.

    The words are nine tenths of the values; from objects they would take longer than all the rest of an export.
    """
    place = SCHEMA.get_field_index("words")
    others = pa.RecordBatch.from_pylist(rows, schema=SCHEMA.remove(place))
    return others.add_column(place, SCHEMA.field(place), _column([row["words"] for row in rows]))


def group(batches: Sequence[pa.RecordBatch]) -> pa.Table:
    """Batches together, to be one row group."""
    return pa.Table.from_batches(batches, schema=SCHEMA)


def _column(words: Sequence[Words]) -> pa.ListArray:
    ends = np.cumsum([0, *(len(word.states) for word in words)], dtype=np.int32)
    values = [
        pa.array(list(chain.from_iterable(part)), field.type) for part, field in zip(zip(*words, strict=True), WORD, strict=True)
    ]
    return pa.ListArray.from_arrays(pa.array(ends), pa.StructArray.from_arrays(values, fields=list(WORD)))
