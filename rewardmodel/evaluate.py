"""Evaluates a checkpoint on records: every measure is computed from scores."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from rewardmodel.align import IGNORED, token_labels, word_values
from rewardmodel.metrics import Judged
from rewardmodel.records import Record, sentence_ends, words
from rewardmodel.report import report
from rewardmodel.scoring import Request, Scorer, TokenScores

CHUNK = 256  # records scored together; bounds the memory


def judge(scorer: Scorer, records: Iterable[Record]) -> Iterator[Judged]:
    """Score records and set the values beside their labels."""
    records = iter(records)
    while chunk := list(islice(records, CHUNK)):
        requests = [Request(record.image, record.prompt, record.response) for record in chunk]
        for record, tokens in zip(chunk, scorer.score_tokens(requests), strict=True):
            yield _judged(record, tokens)


def evaluate(scorer: Scorer, records: Iterable[Record], threshold: float | None = None) -> dict[str, Any]:
    """`report.report` of the records, at the checkpoint's own threshold unless one is given."""
    return report(list(judge(scorer, records)), scorer.threshold if threshold is None else threshold)


def _judged(record: Record, tokens: TokenScores) -> Judged:
    labels = token_labels(tokens.offsets, record.spans)
    kept = [number for number, label in enumerate(labels) if label != IGNORED]
    seen = words(record.response)
    ends = sentence_ends(record.response)
    return Judged(
        values=[tokens.values[number] for number in kept],
        labels=[labels[number] for number in kept],
        sentences=[sum(end <= tokens.offsets[number][0] for end in ends) for number in kept],
        kinds=frozenset(span.kind for span in record.spans if span.kind),
        word_values=word_values(seen, tokens.offsets, tokens.values),
        word_labels=token_labels(seen, record.spans),
    )
