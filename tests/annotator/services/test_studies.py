"""Studies: who gets which help, that it stays, and what a study costs those who have none."""

import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from annotator.models import Annotation, Arm, Assignment, AuditEntry, Checkpoint, Detection, Item, Lease, Project, Study, User
from annotator.services.annotations import save_events
from annotator.services.folding import ClosedError
from annotator.services.queue import release, set_overlap, take_item, take_next
from annotator.services.studies import end_study, start_study
from tests.annotator.services.test_annotations import event, take
from tests.annotator.services.test_queue import expire, people

MakeItems = Callable[..., list[Item]]
TWO, THREE = ["verdict", "highlights"], ["none", "verdict", "highlights"]


@pytest.fixture
def doubted(project: Project, make_items: MakeItems) -> list[Item]:
    """Twelve items of which the active checkpoint doubts the second word, the first most."""
    checkpoint = Checkpoint.objects.create(name="v1", path="x", weights_sha256="0" * 64, threshold=0.5)
    project.active_checkpoint = checkpoint
    project.save()
    items = make_items(12)
    for number, item in enumerate(items):
        item.doubt = 0.9 - number / 100
        Detection.objects.create(item=item, checkpoint=checkpoint, grounded=[0.9, 0.1, *[0.9] * (len(item.words) - 2)])
    Item.objects.bulk_update(items, ["doubt"])
    return items


def judge_all(project: Project, user: User) -> list[Annotation]:
    """The person's judgements of all that waits for them, in the order in which it was handed out."""
    judged = []
    while lease := take_next(project=project, user=user):
        judged.append(save_events(item=lease.item, user=user, events=[event("flag", first=1, end=2), event("submit")]).annotation)
    return judged


@pytest.mark.django_db
def test_blocks_of_consecutive_items_hold_each_arm_twice(project: Project, doubted: list[Item], alice: User, mary: User) -> None:
    start_study(project=project, arms=THREE, user=mary, seed=5)
    judged = judge_all(project, alice)
    assert [annotation.item for annotation in judged] == doubted  # the order of doubt is as without a study
    arms = [annotation.arm for annotation in judged]
    assert Counter(arms[:6]) == Counter(arms[6:]) == dict.fromkeys(THREE, 2)
    assigned = Assignment.objects.order_by("place").values_list("place", "item", "arm")
    assert list(assigned) == [(place, item.pk, arm) for place, (item, arm) in enumerate(zip(doubted, arms, strict=True))]
    assert {annotation.checkpoint for annotation in judged} == {project.active_checkpoint}  # also where it is held back


@pytest.mark.django_db
def test_words_found_in_other_arms_are_found_by_hand(project: Project, doubted: list[Item], alice: User, mary: User) -> None:
    start_study(project=project, arms=THREE, user=mary, seed=5)
    sources = {(annotation.arm, annotation.judgements[0]["source"]) for annotation in judge_all(project, alice)}
    assert sources == {("none", "hand"), ("verdict", "hand"), ("highlights", "flag")}


@pytest.mark.django_db
def test_two_people_see_the_same_item_with_different_help(
    project: Project, doubted: list[Item], alice: User, rita: User, mary: User
) -> None:
    set_overlap(project=project, annotators_per_item=2)
    start_study(project=project, arms=TWO, user=mary, seed=5)
    first = {annotation.item_id: annotation.arm for annotation in judge_all(project, alice)}
    second = {annotation.item_id: annotation.arm for annotation in judge_all(project, rita)}
    assert all(first[item.pk] != second[item.pk] for item in doubted)


@pytest.mark.django_db
def test_whoever_lets_an_item_go_gets_it_back_with_the_same_help(
    project: Project, doubted: list[Item], alice: User, mary: User
) -> None:
    start_study(project=project, arms=THREE, user=mary, seed=5)
    seen = []
    for _ in range(3):
        lease = take(project, alice)
        seen.append((lease.item_id, lease.arm, Lease.objects.get().arm))
        release(lease=lease)
    assert len(set(seen)) == 1
    assert Assignment.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("is_taken", [False, True])
def test_help_is_remembered_where_the_lease_ended_before_the_first_act(
    project: Project, doubted: list[Item], alice: User, rita: User, mary: User, is_taken: bool
) -> None:
    outside = take(project, alice)
    start_study(project=project, arms=["none", "verdict"], user=mary, seed=5)
    inside = take_next(project=project, user=alice, after=outside.item_id)
    assert inside is not None
    shown = [(lease.arm, lease.checkpoint_id, 0.5) for lease in (outside, inside)]
    assert (shown[0][0], inside.arm in {"none", "verdict"}) == ("highlights", True)
    for lease in (outside, inside):
        release(lease=lease)
        if is_taken:
            take_item(item=lease.item, user=rita)
        saved = save_events(item=lease.item, user=alice, events=[event("flag", first=1, end=2)])
        assert saved.is_late is is_taken
    kept = [(one.arm, one.checkpoint_id, one.threshold) for one in Annotation.objects.order_by("id")]
    assert kept == shown


@pytest.mark.django_db
def test_asking_again_and_fetching_ahead_draw_no_arm_twice(
    project: Project, doubted: list[Item], alice: User, mary: User
) -> None:
    start_study(project=project, arms=THREE, user=mary, seed=5)
    first = take(project, alice)
    ahead = take_next(project=project, user=alice, after=first.item_id)
    again = take_next(project=project, user=alice, after=first.item_id)
    expire(first)
    assert ahead is not None
    assert (again, take(project, alice)) == (ahead, first)
    assert list(Assignment.objects.order_by("place").values_list("place", "item")) == [(0, first.item_id), (1, ahead.item_id)]


@pytest.mark.django_db
def test_help_that_needs_a_detection_is_unavailable_without_one(
    project: Project, make_items: MakeItems, alice: User, mary: User
) -> None:
    make_items(6)
    start_study(project=project, arms=THREE, user=mary, seed=5)
    judged = judge_all(project, alice)
    meant = [assignment.arm for assignment in Assignment.objects.order_by("place")]
    assert Counter(meant) == dict.fromkeys(THREE, 2)
    assert [annotation.arm for annotation in judged] == [arm if arm == "none" else Arm.UNAVAILABLE for arm in meant]


@pytest.mark.django_db
def test_what_was_on_a_desk_before_the_study_stays_outside_of_it(
    project: Project, doubted: list[Item], alice: User, mary: User
) -> None:
    drafted = take(project, alice)
    save_events(item=drafted.item, user=alice, events=[event("flag", first=1, end=2)])
    release(lease=drafted)
    start_study(project=project, arms=["none", "verdict"], user=mary)
    lease = take(project, alice)
    assert (lease.item, lease.arm, Assignment.objects.count()) == (drafted.item, Arm.HIGHLIGHTS, 0)


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_is_older_than_the_study_keeps_its_help(
    project: Project, doubted: list[Item], alice: User, mary: User
) -> None:
    before = take(project, alice)
    start_study(project=project, arms=["none", "verdict"], user=mary)
    assert (take(project, alice).arm, Assignment.objects.count()) == (before.arm, 0)


@pytest.mark.django_db
def test_a_study_ends_and_another_may_begin(project: Project, doubted: list[Item], alice: User, mary: User) -> None:
    first = start_study(project=project, arms=["none", "verdict"], user=mary, seed=1)
    with pytest.raises(ValueError, match="goes on already"):
        start_study(project=project, arms=TWO, user=mary)
    assert take(project, alice).arm in {"none", "verdict"}
    assert end_study(project=project, user=mary)
    assert not end_study(project=project, user=mary)
    assert take(project, alice).arm in {"none", "verdict"}  # what is on the desk keeps its arm
    save_events(item=doubted[0], user=alice, events=[event("submit")])
    assert take(project, alice).arm == Arm.HIGHLIGHTS
    second = start_study(project=project, arms=TWO, user=mary)
    assert list(Study.objects.all()) == [second, first]
    assert list(AuditEntry.objects.order_by("id").values_list("act", flat=True)) == ["start study", "end study", "start study"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda: Assignment.objects.update(arm="none"),
        lambda: Study.objects.update(seed=2),
        lambda: Study.objects.update(arms=THREE),
    ],
)
def test_what_was_drawn_never_changes(
    change: Callable[[], Any], project: Project, doubted: list[Item], alice: User, mary: User
) -> None:
    start_study(project=project, arms=TWO, user=mary, seed=1)
    take(project, alice)
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        change()


@pytest.mark.django_db
def test_a_study_of_one_arm_is_refused(project: Project, mary: User) -> None:
    with pytest.raises(IntegrityError, match="at_least_two_arms"), transaction.atomic():
        start_study(project=project, arms=["none"], user=mary)


@pytest.mark.django_db
def test_a_study_costs_three_statements_an_item_and_nobody_else_any(
    project: Project, doubted: list[Item], alice: User, mary: User
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            lease = take(project, alice)
        save_events(item=lease.item, user=alice, events=[event("submit")])
        return len(queries)

    without = statements()
    start_study(project=project, arms=TWO, user=mary)
    costs = {statements() for _ in range(8)}  # that the arm is drawn, kept and, where it isn't highlights, told to the lease
    assert (without, costs) == (2, {4, 5})


@pytest.mark.django_db(transaction=True)
def test_many_people_at_once_each_get_balanced_blocks(project: Project, doubted: list[Item], mary: User) -> None:
    users = people(8, project)
    set_overlap(project=project, annotators_per_item=8)
    start_study(project=project, arms=THREE, user=mary, seed=3)
    errors: list[BaseException] = []

    def work(user: User) -> None:
        try:
            while lease := take_next(project=project, user=user):
                with suppress(ClosedError):  # submitted in the other tab meanwhile
                    save_events(item=lease.item, user=user, events=[event("submit")])
        except BaseException as error:
            errors.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[user]) for user in users for _ in range(2)]  # each in two tabs
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for user in users:
        own = list(Assignment.objects.filter(annotator=user).order_by("place").values_list("place", "arm"))
        assert [place for place, _ in own] == list(range(12))
        assert [Counter(arm for _, arm in own[start : start + 6]) for start in (0, 6)] == [Counter(dict.fromkeys(THREE, 2))] * 2
