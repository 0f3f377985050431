"""The model against today's labels: what its flags find and cost at any threshold, and whether its values mean what they say.

Only what is stored is compared: the detections of a checkpoint with what people judged, word by word. Words that nobody
judged or read count nowhere. Where the checkpoint, or one that it comes from, was trained on labels of the project, only
images count that no training of the project may learn from.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet

from annotator.models import Checkpoint, Detection, Project, Review
from annotator.services.checkpoints import lineage_of
from annotator.services.folding import judgements_from_json, word_states
from annotator.services.snapshots import TEST, Label, split_of, standing
from rewardmodel.align import BAD, GOOD
from rewardmodel.calibration import Bin, calibration_error, reliability
from rewardmodel.metrics import Judged
from rewardmodel.taxonomy import KINDS

LATEST = 2_000  # judgements, so that the page costs the same for a hundred and for a million
LOOKED_THROUGH = 10_000  # of the latest, for images that were held out
BINS = 10
STEP = 0.02  # between the thresholds of the curve
STATES = {"confirmed": BAD, "corrected": BAD, "seam": BAD, "cleared": GOOD, "checked": GOOD}


class Cost(NamedTuple):
    """What a threshold would do: shares in [0, 1], None where there is nothing to have a share of, and counts a judgement."""

    threshold: float
    precision: float | None  # of the flagged words, how many are wrong
    recall: float | None  # of the wrong words, how many are flagged
    flagged: float  # words a judged response
    mistaken: float  # of them without reason


class OfKind(NamedTuple):
    """How many wrong passages of a kind there are, and how many of them have a flagged word."""

    kind: str
    passages: int
    found: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A checkpoint against the labels. `has_unscored`: others were judged that it hasn't scored; `is_held_out`: see above."""

    judgements: int
    words: int
    wrong: int
    has_unscored: bool
    is_held_out: bool
    now: Cost  # at the project's threshold
    curve: list[Cost]
    bins: list[Bin]
    calibration_error: float
    kinds: list[OfKind]


class _Label(NamedTuple):
    """The known words of one response: values, whether each is wrong, and the wrong passages `(kind, their values)`."""

    values: list[float]
    labels: list[int]
    passages: list[tuple[str, list[float]]]


def figures_of(project: Project, checkpoint: Checkpoint) -> Figures | None:
    """The figures over the latest judgements; None where no judged word has a value of this checkpoint."""
    lessons = (one.snapshot for one in lineage_of(checkpoint))
    is_held_out = any(lesson is not None and lesson.project_id == project.pk for lesson in lessons)
    judged = _latest(project, checkpoint, is_held_out=is_held_out)
    scored = Detection.objects.filter(checkpoint=checkpoint, item__in={one.item_id for one in judged})
    values = dict(scored.values_list("item_id", "grounded"))
    labels = [label for one in judged if (label := _label(one, values[one.item_id])).values]
    if not labels:
        return None
    right, wrong = (
        np.sort([value for one in labels for value, label in zip(one.values, one.labels, strict=True) if label == which])
        for which in (GOOD, BAD)
    )
    threshold = project.flag_threshold
    judged_words = [Judged(one.values, one.labels, [0] * len(one.values)) for one in labels]
    return Figures(
        judgements=len(labels),
        words=len(right) + len(wrong),
        wrong=len(wrong),
        has_unscored=any(rows.exclude(Exists(_scored(checkpoint))).exists() for rows in standing(project)),
        is_held_out=is_held_out,
        now=_cost(threshold, right, wrong, len(labels)),
        curve=[_cost(float(at), right, wrong, len(labels)) for at in np.arange(STEP, 1.0, STEP)],
        bins=reliability(judged_words, BINS),
        calibration_error=calibration_error(judged_words, BINS),
        kinds=_kinds([passage for one in labels for passage in one.passages], threshold),
    )


def _latest(project: Project, checkpoint: Checkpoint, *, is_held_out: bool) -> list[Label]:
    """What holds for the items, among those that the checkpoint has scored, that were judged last."""
    reviews, annotations = standing(project)
    scored = Exists(_scored(checkpoint))
    most = LOOKED_THROUGH if is_held_out else LATEST
    settled: Iterator[Label] = reviews.filter(scored).order_by("-settled_at")[:most].iterator(chunk_size=LATEST)
    others: Iterator[Label] = annotations.filter(scored).order_by("-submitted_at")[:most].iterator(chunk_size=LATEST)
    latest = heapq.merge(settled, others, key=_judged_at, reverse=True)
    return list(islice((one for one in latest if not is_held_out or split_of(one.item.image.sha256) == TEST), LATEST))


def _judged_at(label: Label) -> datetime:
    at = label.settled_at if isinstance(label, Review) else label.submitted_at
    assert at is not None  # noqa: S101 -- what counts or holds was submitted or settled
    return at


def _scored(checkpoint: Checkpoint) -> QuerySet[Detection]:
    return Detection.objects.filter(checkpoint=checkpoint, item=OuterRef("item"))


def _label(one: Label, grounded: Sequence[float]) -> _Label:
    judgements = judgements_from_json(one.judgements)
    states = word_states(len(one.item.words), judgements, rest_checked=one.rest_checked)
    known = [(value, STATES[state]) for value, state in zip(grounded, states, strict=True) if state in STATES]
    passages = [
        (judgement.kind or "", list(grounded[judgement.first : judgement.end]))
        for judgement in judgements
        if judgement.verdict == "wrong" and not judgement.is_insertion
    ]
    return _Label([value for value, _ in known], [label for _, label in known], passages)


def _cost(threshold: float, right: np.ndarray, wrong: np.ndarray, judgements: int) -> Cost:
    """Words below the threshold are flagged; both arrays are sorted."""
    found, mistaken = (int(np.searchsorted(values, threshold, side="left")) for values in (wrong, right))
    return Cost(
        threshold,
        found / (found + mistaken) if found + mistaken else None,
        found / len(wrong) if len(wrong) else None,
        (found + mistaken) / judgements,
        mistaken / judgements,
    )


def _kinds(passages: Sequence[tuple[str, list[float]]], threshold: float) -> list[OfKind]:
    """In the order of the taxonomy, those of an unknown kind last."""
    rows = []
    for kind in [*(kind.value for kind in KINDS), ""]:
        lowest = [min(values) for of_kind, values in passages if of_kind == kind]
        if lowest:
            rows.append(OfKind(kind, len(lowest), sum(value < threshold for value in lowest)))
    return rows
