"""What is withdrawn is out of everything, keeps all that was said of it, and comes back as it was."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from annotator.models import (
    Annotation,
    AuditEntry,
    Check,
    Checkpoint,
    Detection,
    Item,
    ItemState,
    Lease,
    Project,
    Review,
    User,
)
from annotator.services import agreement
from annotator.services.annotations import save_events
from annotator.services.checks import CheckError, mark_gold
from annotator.services.exports import export_rows, write_parquet
from annotator.services.queue import return_expired, set_overlap, take_next
from annotator.services.scoring_queue import ScoringProgress, items_to_score, rescore_project
from annotator.services.snapshots import labels_of
from annotator.services.studies import start_study
from annotator.services.study_report import report_of
from annotator.services.turns import check_due
from annotator.services.withdrawals import (
    WithdrawalError,
    bring_back,
    bring_item_back,
    clear_desks,
    withdraw,
    withdraw_item,
)
from annotator.views.progress import own_progress, progress_of
from rewardmodel.records import Span
from tests.annotator.labelling import judge
from tests.annotator.services.test_annotations import event
from tests.annotator.services.test_scoring_queue import messages

pytestmark = pytest.mark.django_db
MakeItems = Callable[..., list[Item]]


def slots(item: Item) -> int:
    return Item.objects.get(pk=item.pk).open_slots


def test_withdrawn_item_is_in_nothing_and_comes_back_as_it_was(
    scored_project: Project, alice: User, rita: User, make_items: MakeItems, tmp_path: Path
) -> None:
    project = scored_project
    set_overlap(project=project, annotators_per_item=2)
    item, other = make_items(2)
    for person in (alice, rita):
        judge(item, person, [Span(2, 5)] if person is alice else [])
    before = list(export_rows(project=project, include="all"))
    assert withdraw(item_ids=[item.pk]) == 1
    assert withdraw(item_ids=[item.pk]) == 0
    progress = progress_of(project, fresh=True)
    assert (progress.items, progress.annotated, progress.scoring) == (1, 0, ScoringProgress(0, 1, 0))
    assert items_to_score(project) == [other.pk]
    assert {row["item_id"] for row in export_rows(project=project, include="all")} == {other.pk}
    assert write_parquet(project=project, path=tmp_path / "all.parquet", include="all") == 1
    assert not labels_of(project).rows
    assert not Review.objects.of_data(project).exists()
    assert list(Item.objects.in_state(ItemState.WITHDRAWN)) == [item]
    assert Annotation.objects.filter(item=item).count() == 2

    assert bring_back(project=project, item_ids=[item.pk]) == 1
    assert list(export_rows(project=project, include="all")) == before
    assert (slots(item), slots(other)) == (0, 2)


def test_nobody_gets_it_and_who_had_opened_it_may_end_it(
    project: Project, alice: User, rita: User, mary: User, make_items: MakeItems
) -> None:
    set_overlap(project=project, annotators_per_item=3)
    (item,) = make_items(1)
    for person in (alice, rita):
        assert take_next(project=project, user=person)
    save_events(item=item, user=alice, events=[event("flag", first=1, end=2)])  # Rita has only opened it
    withdraw_item(item=item, user=mary)
    assert [lease.annotator for lease in Lease.objects.all()] == [alice]
    assert take_next(project=project, user=mary) is None
    assert take_next(project=project, user=rita) is None
    held = take_next(project=project, user=alice)
    assert held
    assert held.item == item
    assert [judge(item, person, []).counts for person in (alice, rita, mary)] == [True, True, True]
    assert not judge(item, User.objects.create(email="late@example.org"), []).counts  # three were wanted
    set_overlap(project=project, annotators_per_item=5)
    assert slots(item) == 0
    bring_back(project=project, item_ids=[item.pk])
    assert slots(item) == 2
    assert Annotation.objects.counted(project).count() == 3


def test_a_judgement_counts_whose_reservation_ran_out_before_or_after(
    project: Project, alice: User, make_items: MakeItems
) -> None:
    (item,) = make_items(1)
    assert take_next(project=project, user=alice)
    save_events(item=item, user=alice, events=[event("flag", first=1, end=2)])
    withdraw(item_ids=[item.pk])
    Lease.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert return_expired() == 1
    assert judge(item, alice, []).counts
    bring_back(project=project, item_ids=[item.pk])
    assert (slots(item), Annotation.objects.counted(project).count()) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_whoever_is_just_beginning_keeps_it(project: Project, alice: User, make_items: MakeItems) -> None:
    (item,) = make_items(1)
    assert take_next(project=project, user=alice)
    withdraw(item_ids=[item.pk])
    with ThreadPoolExecutor(1) as other, transaction.atomic():
        save_events(item=item, user=alice, events=[event("flag", first=1, end=2)])  # not committed yet
        clearing = other.submit(clear_desks, item_ids=[item.pk])
        with pytest.raises(TimeoutError):
            clearing.result(timeout=0.5)
    clearing.result(timeout=10)
    assert Lease.objects.filter(annotator=alice).exists()


def test_checks_of_a_withdrawn_item_are_handed_to_nobody(
    project: Project, alice: User, mary: User, make_items: MakeItems
) -> None:
    project.check_every = 1
    project.save()
    item, _ = make_items(2)
    judge(item, mary, [])
    gold = mark_gold(item=item, user=mary)
    assert check_due(project_id=project.pk, user_id=alice.pk, every=1) == gold.item_id
    withdraw_item(item=item, user=mary)
    with pytest.raises(WithdrawalError, match="handed out no more"):
        withdraw_item(item=gold.item, user=mary)
    with pytest.raises(CheckError, match="It is withdrawn"):
        mark_gold(item=Item.objects.get(pk=item.pk), user=mary)
    assert check_due(project_id=project.pk, user_id=alice.pk, every=1) is None


def test_a_tutorial_keeps_all_of_its_scenes(tutorial: Project, alice: User, make_items: MakeItems) -> None:
    (item,) = make_items(1, project=tutorial)
    Check.objects.filter(project=tutorial).update(source=item)
    withdraw(item_ids=[item.pk])
    met = []
    while lease := take_next(project=tutorial, user=alice):
        met.append(lease.item_id)
        judge(lease.item, alice, [])
    assert len(met) == Check.objects.filter(project=tutorial).count() == 3


def test_one_item_by_hand_is_told_in_the_audit_trail(item: Item, mary: User) -> None:
    withdraw_item(item=item, user=mary)
    with pytest.raises(WithdrawalError, match="already"):
        withdraw_item(item=item, user=mary)
    bring_item_back(item=item, user=mary)
    with pytest.raises(WithdrawalError, match="already"):
        bring_item_back(item=item, user=mary)
    assert list(AuditEntry.objects.order_by("id").values_list("act", "subject")) == [
        ("withdraw item", f"item {item.pk}"),
        ("bring item back", f"item {item.pk}"),
    ]


def test_of_two_with_one_id_the_first_comes_back(project: Project, make_items: MakeItems) -> None:
    first, second = make_items(2)
    for item in (first, second):
        withdraw(item_ids=[item.pk])
        Item.objects.filter(pk=item.pk).update(external_id="1")
    assert bring_back(project=project, item_ids=[second.pk, first.pk]) == 1
    assert list(Item.objects.filter(is_withdrawn=False)) == [first]


def test_figures_leave_it_out(
    scored_project: Project, alice: User, mary: User, make_items: MakeItems, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = scored_project
    set_overlap(project=project, annotators_per_item=2)
    study = start_study(project=project, arms=["highlights", "none"], user=mary, seed=1)
    make_items(4, project=project)
    for person in (alice, mary):
        while lease := take_next(project=project, user=person):
            judge(lease.item, person, [])
    monkeypatch.setattr(agreement, "MOST_ANNOTATIONS", 4)
    assert own_progress(project, alice) == [4, 4]
    latest = list(Item.objects.order_by("-id").values_list("id", flat=True)[:2])
    withdraw(item_ids=latest)
    cache.clear()
    assert own_progress(project, alice) == [2, 2]
    measured = agreement.measure(project=project)
    assert (measured.annotations, measured.is_sample) == (4, False)
    assert sum(report_of(study).handed_out) == 4


def test_what_comes_back_is_as_doubtful_as_the_active_checkpoint_says(
    scored_project: Project, tiny: Checkpoint, make_items: MakeItems
) -> None:
    (item,) = make_items(1)
    other = Checkpoint.objects.create(name="other", path="x", weights_sha256="0" * 64)
    for checkpoint, lowest in ((tiny, 0.25), (other, 0.75)):
        Detection.objects.create(item=item, checkpoint=checkpoint, grounded=[lowest] * len(item.words))
    Item.objects.update(doubt=0.75)
    withdraw(item_ids=[item.pk])
    scored_project.active_checkpoint = other
    scored_project.save()
    rescore_project(project_id=scored_project.pk)
    bring_back(project=scored_project, item_ids=[item.pk])
    assert Item.objects.get().doubt == 0.25


def test_what_comes_back_unscored_is_sent_to_the_scorer(
    broker: redis.Redis, scored_project: Project, tiny: Checkpoint, make_items: MakeItems,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    seen, unseen = make_items(2)
    Detection.objects.create(item=seen, checkpoint=tiny, grounded=[0.5] * len(seen.words))
    withdraw(item_ids=[seen.pk, unseen.pk])
    with django_capture_on_commit_callbacks(execute=True):
        assert bring_back(project=scored_project, item_ids=[seen.pk, unseen.pk]) == 2
    assert [message["item_ids"] for message in messages(broker)] == [[unseen.pk]]


@pytest.mark.parametrize("address", ["", "desk/"])
def test_a_project_whose_items_are_all_withdrawn_says_so(
    address: str, project: Project, mary: User, make_items: MakeItems, client_of: Callable[[User], Client]
) -> None:
    page = f"/projects/{project.slug}/{address}"
    assert "All items of this project are withdrawn." not in client_of(mary).get(page).content.decode()
    (item,) = make_items(1)
    withdraw(item_ids=[item.pk])
    assert "All items of this project are withdrawn." in client_of(mary).get(page).content.decode()
