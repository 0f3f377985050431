"""The figures of people, by hand: pace, agreement, checks, haste; the same number of queries for any number of them."""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.models import Annotation, Check, CheckResult, Event, Item, Membership, Project, Role, User
from annotator.services import people_figures
from annotator.services.checks import Origin, add_check
from annotator.services.folding import Judgement, judgements_to_json
from annotator.services.people_figures import Figures, figures_of

pytestmark = pytest.mark.django_db
MakeItems = Callable[..., list[Item]]
START = datetime(2026, 11, 24, 9, tzinfo=UTC)
WRONG = [{"start": 2, "end": 5, "kind": None, "quote": "red", "replacement": None}]


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def annotate(item: Item, user: User, begun: float, submitted: float, *, spans: Sequence[object] = ()) -> Annotation:
    judged = judgements_to_json([Judgement(1, 2, "wrong")] if spans else [])
    return Annotation.objects.create(
        item=item, annotator=user, status="submitted", started_at=at(begun), submitted_at=at(submitted),
        judgements=judged, spans=list(spans),
    )  # fmt: skip


def act(annotation: Annotation, *acts: tuple[str, float]) -> None:
    Event.objects.bulk_create(
        Event(key=uuid.uuid4(), annotation=annotation, version=version, act=name, at=at(seconds))
        for version, (name, seconds) in enumerate(acts, start=1)
    )


def figures(project: Project, user: User) -> Figures:
    return figures_of(project, [user.pk])[user.pk]


def test_who_did_nothing_has_no_figures(project: Project, alice: User) -> None:
    assert figures(project, alice) == Figures()
    assert (Figures().agreement, Figures().hasty_confirms, Figures().is_hasty) == (None, None, False)
    assert figures_of(project, []) == {}


def test_seconds_count_from_the_submit_before_where_an_item_was_handed_out_ahead(
    project: Project, alice: User, make_items: MakeItems
) -> None:
    first, second, third = make_items(3)
    annotate(first, alice, 0, 20)  # 20 s
    annotate(second, alice, 1, 30)  # handed out while the first was at work: 10 s
    annotate(third, alice, 30, 5_000)  # away: counted as ten minutes
    mine = figures(project, alice)
    assert (mine.recent, mine.seconds) == (3, 20.0)
    Annotation.objects.filter(item=second).delete()
    assert figures(project, alice).seconds == (20 + 600) / 2


def test_time_at_work_counts_where_it_was_measured(project: Project, alice: User, make_items: MakeItems) -> None:
    one, two, three = (annotate(item, alice, 100 * n, 100 * n + 60) for n, item in enumerate(make_items(3)))
    assert figures(project, alice).seconds == 60.0
    Annotation.objects.filter(pk__in=[one.pk, two.pk]).update(active_ms=12_500)  # the rest of the minute they were away
    Annotation.objects.filter(pk=three.pk).update(active_ms=0)
    assert figures(project, alice).seconds == 12.5


def test_agreement_is_whether_anything_is_wrong(
    project: Project, alice: User, rita: User, mary: User, make_items: MakeItems
) -> None:
    one, two, alone = make_items(3)
    annotate(one, alice, 0, 10, spans=WRONG)
    annotate(one, rita, 0, 10, spans=WRONG)
    annotate(one, mary, 0, 10)
    annotate(two, alice, 10, 20)
    annotate(two, rita, 10, 20)
    annotate(alone, alice, 20, 30)
    Annotation.objects.create(item=alone, annotator=rita, status="draft")
    assert [(figures(project, user).shared, figures(project, user).alike) for user in (alice, rita, mary)] == [
        (3, 2), (3, 2), (2, 0),
    ]  # fmt: skip
    assert figures(project, alice).agreement == pytest.approx(2 / 3)


def test_a_decision_is_the_time_from_act_to_act(project: Project, alice: User, make_items: MakeItems) -> None:
    one, two = (annotate(item, alice, 0, 60) for item in make_items(2))
    act(one, ("confirm", 3), ("clear", 5), ("comment", 6), ("kind", 10), ("submit", 11))  # 2 and 4
    act(two, ("confirm", 100), ("confirm", 100.5), ("flag", 900))  # 0.5; then a long pause
    mine = figures(project, alice)
    assert mine.decision_seconds == 2.0
    assert (mine.confirms, mine.quick_confirms) == (1, 1)  # the first act on an item has none before it


def test_haste_is_a_share_of_enough_cases(
    project: Project, alice: User, make_items: MakeItems, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_figures, "LEAST", 2)
    text = "One two three four five six seven eight nine ten eleven twelve."
    for number, item in enumerate(make_items(3, response=text)):
        quick = annotate(item, alice, 10 * number, 10 * number + (1.5 if number else 9))
        act(quick, ("confirm", 0), ("confirm", 0.2 if number else 5))
    [short] = make_items(1, response="Short.")
    annotate(short, alice, 100, 100.5)
    mine = figures(project, alice)
    assert (mine.hasty_submits, mine.hasty_confirms, mine.is_hasty) == (pytest.approx(2 / 3), pytest.approx(2 / 3), True)
    monkeypatch.setattr(people_figures, "LEAST", 4)
    mine = figures(project, alice)
    assert (mine.hasty_submits, mine.hasty_confirms, mine.is_hasty) == (None, None, False)


def check_on(project: Project, like: Item) -> Check:
    item = Item(project=project, image=like.image, response=like.response)
    return add_check(origin=Origin.PLANTED, item=item, spans=WRONG, user=None)


def test_checks_are_counted_apart_from_what_was_judged(project: Project, alice: User, rita: User, make_items: MakeItems) -> None:
    like, other = make_items(2)
    for number, has_passed in enumerate((True, False)):
        check = check_on(project, like)
        annotate(check.item, alice, number, number + 8)
        annotate(check.item, rita, number, number + 8, spans=WRONG)
        CheckResult.objects.create(
            check_done=check, annotator=alice, has_passed=has_passed, found_words=1, missed_words=0, mistaken_words=0,
            missed_flagged=2, missed_unflagged=0, false_alarms=number, submitted_at=at(8),
        )  # fmt: skip
    annotate(other, alice, 20, 30)
    mine = figures(project, alice)
    assert (mine.recent, mine.checks, mine.checks_passed) == (1, 2, 1)
    assert (mine.missed_flagged, mine.missed_unflagged, mine.false_alarms) == (4, 0, 1)
    assert mine.shared == 0  # checks are no shared items
    assert (figures(project, rita).checks, figures(project, rita).recent) == (0, 0)


def test_only_the_latest_count_and_only_of_this_project(project: Project, alice: User, make_items: MakeItems) -> None:
    elsewhere = Project.objects.create(name="Other", slug="other")
    [item] = make_items(1, project=elsewhere)
    annotate(item, alice, 0, 5)
    many = [
        Annotation(
            item=item, annotator=alice, status="submitted", started_at=at(10 * n), submitted_at=at(10 * n + (9 if n else 1))
        )
        for n, item in enumerate(make_items(people_figures.RECENT + 1))
    ]
    Annotation.objects.bulk_create(many)
    assert (figures(project, alice).recent, figures(project, alice).seconds) == (people_figures.RECENT, 9.0)
    assert figures(elsewhere, alice).recent == 1


def test_queries_do_not_grow_with_people_or_work(project: Project, alice: User, make_items: MakeItems) -> None:
    def queries(users: list[User]) -> int:
        with CaptureQueriesContext(connection) as captured:
            figures_of(project, [user.pk for user in users])
        return len(captured)

    few = queries([alice])
    people = User.objects.bulk_create(User(email=f"p{n}@example.org") for n in range(20))
    Membership.objects.bulk_create(Membership(project=project, user=user, role=Role.ANNOTATOR) for user in people)
    for user, item in zip(people, make_items(20), strict=True):
        act(annotate(item, user, 0, 5), ("confirm", 1), ("clear", 2))
    assert queries([alice, *people]) == few == 3
