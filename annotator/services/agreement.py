"""How far a project's people agree on the items that several of them judged; bounded, however many there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import F, Func, IntegerField

from annotator.models import Annotation, Project, Review
from annotator.services.folding import judgements_from_json
from rewardmodel.agreement import RIGHT, UNKNOWN, WRONG, Agreement, Opinion, Pair, agreement, pairs
from rewardmodel.taxonomy import KINDS

MOST_ANNOTATIONS = 20_000
MOST_PAIRS = 40_000  # of two judgements of one item, each compared with the other
MOST_WORDS = 2_000_000  # that are held at once, each as often as it was judged
NUMBERS = {kind.value: number for number, kind in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured. `is_sample`: only on the items that were imported last, because there are too many."""

    agreement: Agreement
    pairs: list[Pair]
    annotations: int
    is_sample: bool


class _Said(NamedTuple):
    item: int
    person: int
    judgements: list[dict[str, Any]]
    rest_checked: bool
    words: int


def measure(*, project: Project) -> Measured:
    """Agreement on the items that at least two people judged, the latest first, as many as can be read at once."""
    items, is_sample = _chosen(project)
    opinions = list(_opinions(project, items))
    annotations = sum(len(of_item) for of_item in opinions)
    return Measured(agreement(opinions, kinds=len(KINDS)), pairs(opinions), annotations, is_sample)


def _length_of(field: str) -> Func:
    return Func(F(field), function="jsonb_array_length", output_field=IntegerField())


def _chosen(project: Project) -> tuple[int, bool]:
    """How many of the latest items are taken, and whether there are more."""
    latest = Review.objects.of_data(project).order_by("-item")[: MOST_ANNOTATIONS // 2 + 1]
    annotations = compared = words = taken = 0
    for people, length in latest.values_list(_length_of("compared"), _length_of("item__words")):
        annotations, compared, words = annotations + people, compared + people * (people - 1) // 2, words + people * length
        if annotations > MOST_ANNOTATIONS or compared > MOST_PAIRS or words > MOST_WORDS:
            return taken, True
        taken += 1
    return taken, False


def _opinions(project: Project, items: int) -> Iterator[list[Opinion]]:
    """What people said, item by item."""
    latest = Review.objects.of_data(project).order_by("-item").values("item")[:items]
    counted = Annotation.objects.counted(project).filter(item__in=latest).order_by("item", "annotator")
    columns = counted.values_list("item", "annotator", "judgements", "rest_checked", _length_of("item__words"))
    said = (_Said(*row) for row in columns.iterator(chunk_size=1_000))
    for _, of_item in groupby(said, key=lambda one: one.item):
        opinions = [_opinion(one) for one in of_item]
        if len(opinions) > 1:
            yield opinions


def _opinion(said: _Said) -> Opinion:
    words = [RIGHT if said.rest_checked else UNKNOWN] * said.words
    kinds = [UNKNOWN] * said.words
    spans = []
    for one in judgements_from_json(said.judgements):
        if one.is_insertion:  # it is said of no word
            continue
        span = slice(one.first, one.end)
        words[span] = [WRONG if one.verdict == "wrong" else RIGHT] * (one.end - one.first)
        if one.verdict == "wrong":
            spans.append((one.first, one.end))
            kinds[span] = [NUMBERS[one.kind] if one.kind else UNKNOWN] * (one.end - one.first)
    return Opinion(said.person, words, kinds, spans)
