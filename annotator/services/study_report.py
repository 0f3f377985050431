"""What a study has come to: its analysis set, read item by item, and the figures of its page."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Subquery

from annotator.models import Annotation, Arm, Assignment, Review, Study, User
from annotator.models.item import ITEM_OF_DATA
from annotator.services.differences import Opinion
from annotator.services.folding import judgements_from_json
from annotator.services.study_estimates import (
    Judged,
    MoreMissed,
    OfArm,
    Speedup,
    by_arm,
    geometric_seconds,
    missed_errors,
    more_missed,
    speedup,
)

CHUNK = 2_000


class _Row(NamedTuple):
    """A submitted judgement of an item of the study; `assigned` and `place` are None where it was not drawn for them."""

    item_id: int
    annotator_id: int
    arm: str
    assigned: str | None
    place: int | None
    checkpoint_id: int | None
    active_ms: int | None
    judgements: list[dict[str, Any]]
    settled: list[dict[str, Any]] | None  # by a review of the item

    @property
    def wrong_runs(self) -> list[tuple[int, int]]:
        return _wrong_runs(self.judgements)


def _wrong_runs(judgements: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(one.first, one.end) for one in Opinion(judgements_from_json(judgements)).wrong]


@dataclass(frozen=True, slots=True)
class OfPerson:
    """One person's captions and geometric mean of seconds in each arm of the study, None where there is none."""

    person: User
    captions: list[int]
    seconds: list[float | None]

    @property
    def cells(self) -> list[tuple[float | None, int]]:
        """Seconds and captions by arm."""
        return list(zip(self.seconds, self.captions, strict=True))


@dataclass(frozen=True, slots=True)
class StudyReport:
    """The figures of a study, by arm in the study's order; `handed_out` counts the items that were given to somebody in each."""

    arms: list[OfArm]
    handed_out: list[int]
    people: list[OfPerson]
    speedups: list[Speedup]
    more_missed: list[MoreMissed]

    @property
    def captions(self) -> int:
        """How many judgements all of it rests on."""
        return sum(arm.captions for arm in self.arms)


def analysis_set(study: Study) -> Iterator[Judged]:
    """The submitted judgements of the study, in the order of items and people; memory does not grow with their number.

    Left out is whose item had no detection when it was handed out, in whatever arm: else one arm would hold other sorts of items.
    So is what was judged with other help than was drawn, as after a lease that was lost.
    Errors are what a reviewer settled, or else what anybody else found in the same item, in the study or outside of it.
    """
    for _, group in groupby(_rows(study), key=attrgetter("item_id")):
        rows = list(group)
        for row in rows:
            if row.place is None or row.arm != row.assigned or row.checkpoint_id is None:
                continue
            own = row.wrong_runs
            others = [other.wrong_runs for other in rows if other is not row]
            errors, missed = missed_errors(own, others if row.settled is None else [_wrong_runs(row.settled)])
            seconds = None if row.active_ms is None else row.active_ms / 1000
            wrong = sum(end - first for first, end in own)
            yield Judged(row.item_id, row.annotator_id, row.arm, row.place, seconds, wrong, errors, missed)


def _rows(study: Study) -> Iterator[_Row]:
    assigned = Assignment.objects.filter(study=study, item=OuterRef("item"))
    mine = assigned.filter(annotator=OuterRef("annotator"))
    of_study = Annotation.objects.filter(Exists(assigned), ITEM_OF_DATA, item__project=study.project_id)
    submitted = of_study.filter(status=Annotation.Status.SUBMITTED)
    settled = Review.objects.holding().filter(item=OuterRef("item")).values("judgements")
    drawn = submitted.annotate(
        assigned=Subquery(mine.values("arm")), place=Subquery(mine.values("place")), settled=Subquery(settled)
    )  # fmt: skip
    rows = drawn.order_by("item_id", "annotator_id").values_list(*_Row._fields)
    return (_Row(*row) for row in rows.iterator(chunk_size=CHUNK))


def report_of(study: Study) -> StudyReport:
    """All figures of the page."""
    judged = list(analysis_set(study))
    arms: list[str] = [arm for arm in Arm.values if arm in study.arms]  # from the least help to the most
    pairs = [(arm, than) for number, than in enumerate(arms) for arm in arms[number + 1 :]][::-1]
    counts = Assignment.objects.filter(ITEM_OF_DATA, study=study).values_list("arm").annotate(count=Count("pk"))
    handed_out = dict(counts.order_by("arm"))
    return StudyReport(
        arms=by_arm(judged, arms),
        handed_out=[handed_out.get(arm, 0) for arm in arms],
        people=_people(judged, arms),
        speedups=[found for pair in pairs if (found := speedup(judged, *pair))],
        more_missed=[more for pair in pairs if (more := more_missed(judged, *pair))],
    )


def _people(judged: list[Judged], arms: list[str]) -> list[OfPerson]:
    captions = Counter((one.annotator, one.arm) for one in judged)
    seconds = geometric_seconds(judged)
    people = User.objects.filter(pk__in={person for person, _ in captions}).order_by("name", "email")
    return [
        OfPerson(person, [captions[person.pk, arm] for arm in arms], [seconds.get((person.pk, arm)) for arm in arms])
        for person in people
    ]
