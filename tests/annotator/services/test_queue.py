"""Who gets which item: never more people than it wants, in the right order, and nobody waits in vain."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator import tasks
from annotator.models import Annotation, Arm, Checkpoint, Detection, Item, Lease, Membership, Project, Role, User
from annotator.services import queue
from annotator.services.queue import (
    HELD_OR_FREE,
    count_due_slots,
    release,
    renew,
    return_expired,
    set_overlap,
    take_item,
    take_next,
)

MakeItems = Callable[..., list[Item]]


def expire(lease: Lease) -> None:
    Lease.objects.filter(pk=lease.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def open_slots(item: Item) -> int:
    return Item.objects.get(pk=item.pk).open_slots


def people(number: int, project: Project) -> list[User]:
    users = User.objects.bulk_create(User(email=f"person{n}@example.org", password="!") for n in range(number))
    Membership.objects.bulk_create(Membership(project=project, user=user, role=Role.ANNOTATOR) for user in users)
    return users


@pytest.mark.django_db
def test_most_doubtful_item_comes_first_and_unscored_ones_last(project: Project, alice: User, make_items: MakeItems) -> None:
    items = make_items(4)
    for item, doubt in zip(items, (None, 0.2, 0.9, 0.2), strict=True):
        Item.objects.filter(pk=item.pk).update(doubt=doubt)
    order = []
    while lease := take_next(project=project, user=alice):
        order.append(lease.item_id)
        Annotation.objects.create(item=lease.item, annotator=alice, status="submitted")
        lease.delete()
    assert order == [items[2].pk, items[1].pk, items[3].pk, items[0].pk]


@pytest.mark.django_db
def test_asking_again_gives_the_same_item_and_a_longer_lease(project: Project, alice: User, make_items: MakeItems) -> None:
    make_items(2)
    first = take_next(project=project, user=alice)
    second = take_next(project=project, user=alice)
    assert first is not None
    assert second == first
    assert second.expires_at > first.expires_at
    assert Lease.objects.count() == 1


@pytest.mark.django_db
def test_one_item_goes_to_one_person_unless_it_wants_two(
    project: Project, alice: User, rita: User, make_items: MakeItems
) -> None:
    (item,) = make_items(1)
    assert take_next(project=project, user=alice) is not None
    assert take_next(project=project, user=rita) is None
    set_overlap(project=project, annotators_per_item=2)
    assert take_next(project=project, user=rita) is not None
    assert open_slots(item) == 0


@pytest.mark.django_db
def test_lease_remembers_which_flags_are_shown(project: Project, alice: User, make_items: MakeItems) -> None:
    scored, unscored = make_items(2)
    checkpoint = Checkpoint.objects.create(name="v1", path="x", weights_sha256="0" * 64, threshold=0.3)
    project.active_checkpoint = checkpoint
    Detection.objects.create(item=scored, checkpoint=checkpoint, grounded=[0.1] * len(scored.words))
    with_help, without = take_item(item=scored, user=alice), take_item(item=unscored, user=alice)
    assert with_help is not None
    assert without is not None
    scored.project.active_checkpoint = checkpoint
    assert (without.arm, without.checkpoint, without.threshold) == (Arm.UNAVAILABLE, None, None)
    release(lease=with_help)
    release(lease=without)
    Item.objects.filter(pk=scored.pk).update(doubt=0.9)
    lease = take_next(project=project, user=alice)
    assert lease is not None
    assert (lease.item, lease.arm, lease.checkpoint_id, lease.threshold) == (scored, Arm.HIGHLIGHTS, checkpoint.pk, 0.3)


@pytest.mark.django_db
def test_after_a_promotion_the_older_flags_are_shown_until_the_item_is_scored_anew(
    project: Project, alice: User, make_items: MakeItems
) -> None:
    (item,) = make_items(1)
    first, second, third = (
        Checkpoint.objects.create(name=f"v{number}", path="x", weights_sha256=f"{number}" * 64, threshold=number / 10)
        for number in (1, 2, 3)
    )

    def shown() -> tuple[str, int | None, float | None]:
        lease = take_next(project=project, user=alice)
        assert lease is not None
        release(lease=lease)
        return lease.arm, lease.checkpoint_id, lease.threshold

    for checkpoint in (first, second):
        Detection.objects.create(item=item, checkpoint=checkpoint, grounded=[0.1] * len(item.words))
    project.active_checkpoint = third
    assert shown() == (Arm.HIGHLIGHTS, second.pk, 0.2)
    Detection.objects.create(item=item, checkpoint=third, grounded=[0.1] * len(item.words))
    assert shown() == (Arm.HIGHLIGHTS, third.pk, 0.3)
    project.active_checkpoint, project.threshold = first, 0.7  # rolled back, with a threshold of the project's own
    assert shown() == (Arm.HIGHLIGHTS, first.pk, 0.7)
    project.active_checkpoint = None
    assert shown() == (Arm.UNAVAILABLE, None, None)


@pytest.mark.django_db
def test_expired_lease_is_taken_over_and_its_holder_may_come_back_for_the_draft(
    project: Project, alice: User, rita: User, make_items: MakeItems
) -> None:
    (item,) = make_items(1)
    lease = take_next(project=project, user=alice)
    assert lease is not None
    Annotation.objects.create(item=item, annotator=alice)
    expire(lease)
    taken_over = take_next(project=project, user=rita)
    assert taken_over is not None
    assert (taken_over.item, open_slots(item)) == (item, 0)
    assert not renew(lease=lease)
    assert take_next(project=project, user=alice) is None
    release(lease=taken_over)
    again = take_next(project=project, user=alice)
    assert again is not None
    assert again.item == item


@pytest.mark.django_db
def test_what_comes_next_is_never_the_item_at_work_even_if_its_lease_has_ended(
    project: Project, alice: User, make_items: MakeItems
) -> None:
    at_work, other = make_items(2)
    lease = take_next(project=project, user=alice)
    assert lease is not None
    assert lease.item == at_work
    release(lease=lease)
    ahead = take_next(project=project, user=alice, after=at_work.pk)
    assert ahead is not None
    assert (ahead.item, open_slots(at_work)) == (other, 1)
    release(lease=ahead)
    other.delete()
    assert take_next(project=project, user=alice, after=at_work.pk) is None


@pytest.mark.django_db
def test_holder_who_comes_back_before_anybody_else_keeps_the_item(project: Project, alice: User, make_items: MakeItems) -> None:
    make_items(2)
    lease = take_next(project=project, user=alice)
    assert lease is not None
    expire(lease)
    assert take_next(project=project, user=alice) == lease
    assert return_expired() == 0


@pytest.mark.django_db
def test_released_twice_gives_back_one_slot(project: Project, alice: User, make_items: MakeItems) -> None:
    (item,) = make_items(1)
    lease = take_next(project=project, user=alice)
    assert lease is not None
    release(lease=Lease.objects.get(pk=lease.pk))
    release(lease=lease)
    assert open_slots(item) == 1


@pytest.mark.django_db
def test_lowered_overlap_takes_nothing_away_and_hands_out_nothing_more(
    project: Project, alice: User, rita: User, mary: User, make_items: MakeItems
) -> None:
    set_overlap(project=project, annotators_per_item=2)
    (item,) = make_items(1)
    leases = [take_next(project=project, user=user) for user in (alice, rita)]
    set_overlap(project=project, annotators_per_item=1)
    for lease in leases:
        assert lease is not None
        assert renew(lease=lease)
        release(lease=lease)
    assert open_slots(item) == 1


@pytest.mark.django_db
def test_skipped_and_submitted_items_do_not_come_back(project: Project, alice: User, make_items: MakeItems) -> None:
    for item, status in zip(make_items(2), ("skipped", "submitted"), strict=True):
        Annotation.objects.create(item=item, annotator=alice, status=status)
    assert take_next(project=project, user=alice) is None


@pytest.mark.django_db
def test_other_projects_items_are_not_handed_out(project: Project, alice: User, make_items: MakeItems) -> None:
    make_items(1, project=Project.objects.create(name="Other", slug="other"))
    assert take_next(project=project, user=alice) is None


@pytest.mark.django_db
def test_taking_costs_the_same_queries_for_ten_and_for_a_thousand_items(
    project: Project, alice: User, make_items: MakeItems
) -> None:
    costs = []
    for number in (10, 990):
        make_items(number)
        with CaptureQueriesContext(connection) as queries:
            lease = take_next(project=project, user=alice)
        assert lease is not None
        release(lease=lease)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 4


@pytest.mark.django_db
def test_queue_is_read_from_its_partial_index(project: Project, alice: User, make_items: MakeItems) -> None:
    items = make_items(3_000)
    Item.objects.filter(pk__in=[item.pk for item in items[:2_900]]).update(open_slots=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE annotator_item")
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN {HELD_OR_FREE}",
            {"project": project.pk, "user": alice.pk, "checkpoint": None, "threshold": 0.5, "expires": None, "after": None},
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using item_queue" in plan
    assert "Sort Key: item" not in plan


@pytest.mark.django_db(transaction=True)
def test_thirty_two_people_at_once_get_every_item_exactly_twice(project: Project, make_items: MakeItems) -> None:
    set_overlap(project=project, annotators_per_item=2)
    items = make_items(150)
    users = people(32, project)
    taken: list[tuple[int, int]] = []
    errors: list[BaseException] = []
    start = threading.Barrier(len(users))

    def work(user: User) -> None:
        try:
            start.wait()
            while lease := take_next(project=project, user=user):
                taken.append((lease.item_id, user.pk))
                finish(lease)
        except BaseException as error:
            errors.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(taken)) == len(taken)
    assert Counter(item_id for item_id, _ in taken) == {item.pk: 2 for item in items}
    assert set(Item.objects.values_list("open_slots", flat=True)) == {0}


def finish(lease: Lease) -> None:
    from annotator.services.annotations import save_events
    from tests.annotator.services.test_annotations import event

    save_events(item=lease.item, user=lease.annotator, events=[event("submit")])


@pytest.mark.django_db(transaction=True)
def test_expiry_release_and_taking_at_once_keep_the_slots_right(project: Project, make_items: MakeItems) -> None:
    set_overlap(project=project, annotators_per_item=2)
    items = make_items(6)
    users = people(12, project)
    errors: list[BaseException] = []

    def work(user: User, number: int) -> None:
        try:
            for turn in range(25):
                lease = take_next(project=project, user=user)
                if lease is not None and (turn + number) % 3 == 0:
                    release(lease=lease)
                elif lease is not None:
                    expire(lease)
        except BaseException as error:
            errors.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[user, number]) for number, user in enumerate(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    Lease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    return_expired()
    assert [open_slots(item) for item in items] == [2] * 6


@pytest.mark.django_db
def test_items_of_a_big_project_follow_its_wish_sweep_by_sweep(
    project: Project, alice: User, make_items: MakeItems, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "COUNTED_TOGETHER", 2)
    items = make_items(5)
    Item.objects.filter(pk=items[4].pk).update(is_withdrawn=True, open_slots=0)
    set_overlap(project=project, annotators_per_item=3)
    assert [open_slots(item) for item in items] == [3, 3, 1, 1, 0]
    with monkeypatch.context() as patched:
        patched.setattr(queue, "COUNTING_SECONDS", 0)
        assert count_due_slots() == 0
    set_overlap(project=project, annotators_per_item=2)  # another wish meanwhile: from the first item again
    assert [open_slots(item) for item in items] == [2, 2, 1, 1, 0]
    tasks.sweep()
    assert [open_slots(item) for item in items] == [2, 2, 2, 2, 0]
    assert count_due_slots() == 0
    project.refresh_from_db()
    assert project.slots_counted_to is None
