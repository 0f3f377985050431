"""The analysis set of a study: whose judgements, what of them, and how many questions that takes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.models import Annotation, Assignment, Checkpoint, Item, Project, Review, Study, User
from annotator.services.studies import start_study
from annotator.services.study_estimates import Judged
from annotator.services.study_report import analysis_set, report_of

MakeItems = Callable[..., list[Item]]


@pytest.fixture
def study(project: Project, mary: User) -> Study:
    return start_study(project=project, arms=["highlights", "none"], user=mary, seed=1)


@pytest.fixture
def checkpoint(project: Project) -> Checkpoint:
    return Checkpoint.objects.create(name="v1", path="x", weights_sha256="0" * 64)


@pytest.fixture
def judge(study: Study, checkpoint: Checkpoint) -> Callable[..., Annotation]:
    """Makes a judgement of the study as the desk would leave it; assigned to None it is outside of it."""

    def made(item: Item, user: User, assigned: str | None, wrong: list[tuple[int, int]] = [], **values: Any) -> Annotation:  # noqa: B006
        if assigned is not None:
            place = Assignment.objects.filter(annotator=user).count()
            Assignment.objects.create(study=study, item=item, annotator=user, place=place, arm=assigned)
        judgements = [{"first": first, "end": end, "verdict": "wrong"} for first, end in wrong]
        judgements.append({"first": 9, "end": 10, "verdict": "right"})
        defaults = {"status": "submitted", "active_ms": 4_000, "checkpoint": checkpoint, "arm": assigned or "highlights"}
        return Annotation.objects.create(item=item, annotator=user, judgements=judgements, **defaults | values)

    return made


@pytest.mark.django_db
def test_a_row_says_what_was_found_and_what_of_others_was_missed(
    judge: Callable[..., Annotation], study: Study, make_items: MakeItems, alice: User, rita: User, mary: User
) -> None:
    first, second = make_items(2)
    judge(first, alice, "none", [(1, 3)], active_ms=12_500)
    judge(first, rita, "highlights", [(2, 3), (5, 6)])
    judge(second, alice, "highlights", active_ms=None)
    judge(second, mary, None, [(0, 1)])  # a reviewer's own, outside of the study: it counts as what others found
    assert list(analysis_set(study)) == [
        Judged(first.pk, alice.pk, "none", 0, 12.5, wrong=2, errors=2, missed=1),
        Judged(first.pk, rita.pk, "highlights", 0, 4.0, wrong=2, errors=1, missed=0),
        Judged(second.pk, alice.pk, "highlights", 1, None, wrong=0, errors=1, missed=1),
    ]


@pytest.mark.django_db
def test_checks_are_handed_out_with_an_arm_and_are_in_no_figure(
    judge: Callable[..., Annotation], study: Study, make_items: MakeItems, alice: User
) -> None:
    check, item = make_items(2)
    judge(check, alice, "none")
    judge(item, alice, "highlights")
    Item.objects.filter(pk=check.pk).update(is_check=True)
    assert [one.item for one in analysis_set(study)] == [item.pk]
    assert report_of(study).handed_out == [0, 1]  # none, highlights


@pytest.mark.django_db
def test_what_a_reviewer_settled_is_what_there_was_to_find(
    judge: Callable[..., Annotation], study: Study, item: Item, alice: User, rita: User
) -> None:
    judge(item, alice, "none", [(1, 3), (4, 4)])  # and something missing between words, which is no word
    judge(item, rita, "highlights", [(5, 6)])
    settled = [{"first": 1, "end": 2, "verdict": "wrong"}, {"first": 5, "end": 6, "verdict": "right"}]
    state = Review.objects.create(
        item=item, project=item.project, state="settled", compared=[], differing=2, disagreement=0.2, judgements=settled
    )
    assert [(one.wrong, one.errors, one.missed) for one in analysis_set(study)] == [(2, 1, 0), (1, 1, 1)]
    Review.objects.filter(pk=state.pk).update(state="open")  # reopened: the others count again
    assert [(one.errors, one.missed) for one in analysis_set(study)] == [(1, 1), (1, 1)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"status": "draft"},
        {"status": "skipped"},
        {"arm": "unavailable"},
        {"arm": "highlights"},  # the study had ended when the item came back
        {"arm": "unavailable", "checkpoint": None},
        {"arm": "none", "checkpoint": None},  # without a detection the other arm could not have had it
    ],
)
def test_what_was_not_judged_as_drawn_or_had_no_detection_is_left_out(
    values: dict[str, Any], judge: Callable[..., Annotation], study: Study, item: Item, alice: User
) -> None:
    judge(item, alice, "none", **values)
    assert list(analysis_set(study)) == []
    assert report_of(study).handed_out == [1, 0]


@pytest.mark.django_db
def test_another_study_of_the_project_has_its_own_rows(
    judge: Callable[..., Annotation], study: Study, item: Item, alice: User, mary: User
) -> None:
    judge(item, alice, "none")
    Study.objects.update(ended_at=study.started_at)
    assert list(analysis_set(start_study(project=study.project, arms=["none", "verdict"], user=mary))) == []
    assert len(list(analysis_set(study))) == 1


@pytest.mark.django_db
def test_the_report_goes_from_the_least_help_to_the_most(
    judge: Callable[..., Annotation], study: Study, make_items: MakeItems, alice: User, rita: User
) -> None:
    for number, item in enumerate(make_items(24)):
        arms = ("none", "highlights") if number % 2 else ("highlights", "none")
        for user, arm in zip((alice, rita), arms, strict=True):
            active = (30_000 if arm == "none" else 10_000) + 100 * number
            judge(item, user, arm, [(1, 3)] if arm == "none" or number % 4 == 0 else [], active_ms=active)
    report = report_of(study)
    assert [arm.arm for arm in report.arms] == ["none", "highlights"]
    assert ([arm.captions for arm in report.arms], report.handed_out, report.captions) == ([24, 24], [24, 24], 48)
    [found] = report.speedups
    assert (found.arm, found.than, found.people) == ("highlights", "none", 2)
    assert found.ratio == pytest.approx(2.8, abs=0.05)
    [more] = report.more_missed
    assert (more.arm, more.difference) == ("highlights", pytest.approx(18 / 24))
    assert [(one.person, one.captions) for one in report.people] == [(alice, [12, 12]), (rita, [12, 12])]
    assert report.people[0].seconds == pytest.approx([31.2, 11.1], abs=0.1)


@pytest.mark.django_db
def test_an_empty_study_has_an_empty_report(study: Study) -> None:
    report = report_of(study)
    assert (report.captions, report.people, report.speedups, report.more_missed) == (0, [], [], [])
    assert [arm.captions for arm in report.arms] == [0, 0]


@pytest.mark.django_db
def test_a_report_costs_the_same_queries_for_ten_items_and_for_a_hundred(
    judge: Callable[..., Annotation], study: Study, make_items: MakeItems, alice: User, rita: User
) -> None:
    def queries(count: int) -> int:
        for number, item in enumerate(make_items(count)):
            judge(item, alice, ("none", "highlights")[number % 2])
            judge(item, rita, ("highlights", "none")[number % 2], [(1, 2)])
        with CaptureQueriesContext(connection) as captured:
            report_of(study)
        return len(captured)

    assert queries(10) == queries(90) <= 4
