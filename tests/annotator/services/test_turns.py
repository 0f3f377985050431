"""A check comes about every so many items, once to each person, and nobody can tell when."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.models import Check, Item, Lease, Project, User
from annotator.services.checks import Origin, add_check, mark_gold, retire
from annotator.services.queue import release, take_next
from annotator.services.turns import gap_after
from tests.annotator.labelling import judge

pytestmark = pytest.mark.django_db
MakeItems = Callable[..., list[Item]]


def make_checks(project: Project, items: list[Item], *, origin: Origin = Origin.PLANTED) -> list[int]:
    made = []
    for number, like in enumerate(items):
        item = Item(project=project, image=like.image, response=f"Check number {number}.")
        made.append(add_check(origin=origin, item=item, spans=[], user=None).item_id)
    return made


def work_off(project: Project, user: User, most: int = 1_000) -> list[int]:
    """What the person is handed, one after the other."""
    met = []
    while len(met) < most and (lease := take_next(project=project, user=user)):
        met.append(lease.item_id)
        judge(lease.item, user, [])
    return met


def test_each_person_gets_each_check_once_spread_among_the_items(
    project: Project, alice: User, rita: User, make_items: MakeItems
) -> None:
    project.check_every, project.annotators_per_item = 4, 2
    project.save()
    items = make_items(30)
    checks = make_checks(project, items[:8])
    for person in (alice, rita):
        met = work_off(project, person)
        assert len(met) == len(set(met))
        assert {item.pk for item in items} <= set(met) <= {*(item.pk for item in items), *checks}
    places = [place for place, item in enumerate(met) if item in checks]
    assert len(places) > 2  # of eight: about every fourth of thirty items, and none where those run out before it is due
    gaps = [after - before - 1 for before, after in zip([-1, *places], places, strict=False)]
    expected = [gap_after(last, project_id=project.pk, user_id=rita.pk, every=4) for last in [0, *(met[p] for p in places)]]
    assert gaps == expected[: len(gaps)]


def test_gaps_are_uneven_and_right_on_average() -> None:
    gaps = [gap_after(last, project_id=1, user_id=2, every=10) for last in range(2_000)]
    assert (min(gaps), max(gaps)) == (0, 18)
    assert sum(gaps) / len(gaps) == pytest.approx(9, abs=0.4)
    assert gap_after(5, project_id=1, user_id=3, every=10_000) != gap_after(5, project_id=1, user_id=2, every=10_000)


def test_none_is_handed_out_while_they_are_switched_off(project: Project, alice: User, make_items: MakeItems) -> None:
    items = make_items(3)
    make_checks(project, items)
    assert work_off(project, alice) == [item.pk for item in items]


def test_every_item_is_one_where_that_is_wanted_and_then_the_rest(project: Project, alice: User, make_items: MakeItems) -> None:
    project.check_every = 1
    project.save()
    [item] = make_items(1)
    checks = make_checks(project, [item, item])
    met = work_off(project, alice)
    assert (sorted(met[:2]), met[2:]) == (checks, [item.pk])


def test_the_check_in_hand_stays_it_and_the_next_comes_after_it(project: Project, alice: User, make_items: MakeItems) -> None:
    project.check_every = 1
    project.save()
    checks = make_checks(project, make_items(1) * 3)
    first = take_next(project=project, user=alice)
    assert first is not None
    assert take_next(project=project, user=alice) == first
    ahead = take_next(project=project, user=alice, after=first.item_id)
    assert ahead is not None
    assert ahead.item_id in set(checks) - {first.item_id}
    assert take_next(project=project, user=alice, after=first.item_id) == ahead
    assert Lease.objects.count() == 2
    release(lease=ahead)
    assert take_next(project=project, user=alice, after=first.item_id).item_id == ahead.item_id  # type: ignore[union-attr]
    Lease.objects.all().delete()  # also that of the check at work, which is no reason to hand it out as the next
    assert take_next(project=project, user=alice, after=first.item_id).item_id == ahead.item_id  # type: ignore[union-attr]


def test_nobody_is_checked_on_their_own_answer_or_by_what_is_retired(
    project: Project, alice: User, mary: User, make_items: MakeItems
) -> None:
    project.check_every = 1
    project.save()
    [item] = make_items(1)
    judge(item, mary, [])
    gold = mark_gold(item=item, user=mary)
    assert take_next(project=project, user=mary) is None
    lease = take_next(project=project, user=alice)
    assert lease is not None
    assert lease.item_id == gold.item_id
    release(lease=lease)
    retire(check=gold, user=mary)
    assert take_next(project=project, user=alice) is None


def test_a_tutorial_keeps_its_order(project: Project, alice: User, make_items: MakeItems) -> None:
    project.check_every, project.is_tutorial = 1, True
    project.save()
    checks = make_checks(project, make_items(1) * 6, origin=Origin.DRAWN)
    assert work_off(project, alice, most=6) == checks


def test_taking_costs_the_same_however_much_was_done(project: Project, alice: User, make_items: MakeItems) -> None:
    project.check_every = 3
    project.save()
    make_checks(project, make_items(40)[:20])
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            lease = take_next(project=project, user=alice)
        assert lease is not None
        counts.append(len(captured))
        work_off(project, alice, most=25)
    assert max(counts) <= 8
    assert Check.objects.count() == 20


def test_checks_on_pictures_that_the_person_judged_come_last(project: Project, alice: User, make_items: MakeItems) -> None:
    items = make_items(6)
    project.check_every = 1
    project.save()
    known, fresh = items[:3], items[3:]
    for item in known:
        judge(item, alice, [])
    made = {}
    for item in items:
        like = Item(project=project, image=item.image, response="A kite.")
        made[add_check(origin=Origin.PLANTED, item=like, spans=[], user=None, source=item).item_id] = item
    met = [made[item_id] for item_id in work_off(project, alice) if item_id in made]
    assert (set(met[:3]), set(met[3:])) == (set(fresh), set(known))
