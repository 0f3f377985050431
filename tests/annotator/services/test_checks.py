"""Checks are made from what people settled, and stay out of everything that is the project's own."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from annotator.models import (
    Annotation,
    AuditEntry,
    Check,
    Checkpoint,
    CheckResult,
    Item,
    Project,
    Review,
    ScoringFailure,
    User,
)
from annotator.services.checks import CheckError, mark_gold, plant, retire
from annotator.services.exports import export_rows, write_parquet
from annotator.services.queue import EVERYBODY, set_overlap
from annotator.services.scoring_queue import ScoringProgress, items_to_score
from annotator.services.snapshots import labels_of
from annotator.views.progress import progress_of
from rewardmodel.records import Span
from tests.annotator.labelling import judge

pytestmark = pytest.mark.django_db
MakeItems = Callable[..., list[Item]]


@pytest.fixture
def gold(item: Item, mary: User) -> Check:
    """The item as Mary judged it: "red" is wrong."""
    judge(item, mary, [Span(2, 5)])
    return mark_gold(item=item, user=mary)


def test_gold_is_a_copy_with_the_managers_answer(gold: Check, item: Item, mary: User) -> None:
    copy = gold.item
    assert (copy.response, copy.image, copy.words, copy.project) == (item.response, item.image, item.words, item.project)
    assert (copy.is_check, copy.open_slots, copy.external_id) == (True, EVERYBODY, None)
    assert [(span["start"], span["end"], span["quote"]) for span in gold.spans] == [(2, 5, "red")]
    assert (gold.source, gold.origin, gold.made_by) == (item, Check.Origin.GOLD, mary)
    assert AuditEntry.objects.latest("id").act == "make check"


def test_gold_needs_a_whole_judgement_of_ones_own(item: Item, mary: User, alice: User) -> None:
    judge(item, alice, [])
    with pytest.raises(CheckError, match="Judge the item first"):
        mark_gold(item=item, user=mary)
    judge(item, mary, [], rest_checked=False)
    with pytest.raises(CheckError, match="leaves words untouched"):
        mark_gold(item=item, user=mary)
    assert not Check.objects.exists()


def test_an_item_is_gold_once_until_that_is_retired(gold: Check, item: Item, mary: User) -> None:
    with pytest.raises(CheckError, match="used as a check already"):
        mark_gold(item=item, user=mary)
    with pytest.raises(CheckError, match="a check already"):
        mark_gold(item=gold.item, user=mary)
    retire(check=gold, user=mary)
    assert mark_gold(item=item, user=mary).item != gold.item


def test_the_database_refuses_an_answer_that_does_not_quote_its_text(gold: Check) -> None:
    gold.spans = [{"start": 0, "end": 3, "quote": "red", "kind": None, "replacement": None}]
    with pytest.raises(IntegrityError, match="does not quote"), transaction.atomic():
        gold.save()


@pytest.fixture
def settled(project: Project, alice: User, make_items: MakeItems) -> list[Item]:
    """A response found right, one set right, one wrong without a replacement, and one of which words are unknown."""
    items = [make_items(1, response=f"A red dog plays on the grass{dots}")[0] for dots in (".", "!", "?", "...")]
    judge(items[0], alice, [])
    judge(items[1], alice, [Span(2, 5)], text="black")
    judge(items[2], alice, [Span(2, 5)])
    judge(items[3], alice, [], rest_checked=False)
    return items


def test_errors_are_planted_in_what_is_known_to_be_right(project: Project, settled: list[Item], mary: User) -> None:
    assert plant(project=project, count=10, user=mary) == 2
    checks = list(Check.objects.order_by("source_id").select_related("item"))
    assert [check.source for check in checks] == settled[:2]
    right = ["A red dog plays on the grass.", "A black dog plays on the grass!"]
    for check, text in zip(checks, right, strict=True):
        response = check.item.response
        assert check.spans
        assert response != text
        assert all(response[span["start"] : span["end"]] == span["quote"] for span in check.spans)
        first, last = check.spans[0]["start"], check.spans[-1]["end"]
        assert text.startswith(response[:first])
        assert text.endswith(response[last:])
        assert (check.item.is_check, check.item.image, check.origin) == (True, settled[0].image, "planted")
    assert len({check.spans[0]["kind"] for check in checks}) == 2  # the kinds in turn
    assert AuditEntry.objects.latest("id").details == {"planted": 2}


def test_a_response_is_used_once_and_the_same_seed_plants_the_same(project: Project, settled: list[Item], mary: User) -> None:
    assert [plant(project=project, count=1, user=mary) for _ in range(3)] == [1, 1, 0]
    with pytest.raises(CheckError, match="Plant 1 to 100"):
        plant(project=project, count=0, user=mary)


def test_checks_are_no_data_of_the_project(
    project: Project, settled: list[Item], mary: User, rita: User, tmp_path: Path, broker: object
) -> None:
    def data() -> tuple[Any, ...]:
        rows = [list(export_rows(project=project, include=include)) for include in ("annotated", "all")]
        progress = progress_of(project, fresh=True)
        return rows, labels_of(project).rows, (progress.items, progress.annotated, progress.wanted, progress.scoring)

    project.active_checkpoint = Checkpoint.objects.create(name="v1", path="x", weights_sha256="0" * 64)
    project.save()
    before = data()
    assert before[2][3] == ScoringProgress(0, 4, 0)
    plant(project=project, count=2, user=mary)
    failed = {"reason": "broken", "attempts": ScoringFailure.MOST_ATTEMPTS}
    ScoringFailure.objects.create(item=Check.objects.latest("pk").item, checkpoint=project.active_checkpoint, **failed)
    for check in Check.objects.select_related("item"):
        annotation = judge(check.item, rita, [])
        assert (annotation.counts, annotation.status) == (True, "submitted")  # to the person it is like every other
    assert data() == before
    assert write_parquet(project=project, path=tmp_path / "a.parquet", include="all") == 4
    assert Annotation.objects.counted(project).count() == 4


def test_checks_are_scored_like_every_item(scored_project: Project, settled: list[Item], mary: User) -> None:
    plant(project=scored_project, count=2, user=mary)
    assert set(items_to_score(scored_project)) == set(Item.objects.values_list("pk", flat=True))
    assert Item.objects.filter(is_check=True).count() == 2


def test_another_number_of_people_per_item_leaves_checks_open(gold: Check, project: Project) -> None:
    set_overlap(project=project, annotators_per_item=3)
    gold.item.refresh_from_db()
    assert gold.item.open_slots == EVERYBODY


def test_a_check_needs_no_review_however_many_differ_on_it(gold: Check, project: Project, alice: User, rita: User) -> None:
    project.annotators_per_item = 2
    project.save()
    item = Item.objects.select_related("project").get(pk=gold.item_id)
    for person, wrong in ((alice, [Span(2, 5)]), (rita, [])):
        judge(item, person, wrong)
    assert CheckResult.objects.count() == 2
    assert not Review.objects.exists()


def test_nothing_is_planted_where_a_reviewer_has_decided(project: Project, settled: list[Item], mary: User) -> None:
    review = {"project": project, "compared": [], "differing": 1, "disagreement": 0.1}
    Review.objects.create(item=settled[0], state="settled", **review)  # somebody may have been overruled
    Review.objects.create(item=settled[1], state="open", **review)
    assert plant(project=project, count=10, user=mary) == 1
    assert Check.objects.get().source == settled[1]


@pytest.mark.django_db(transaction=True)
def test_two_who_plant_at_once_use_no_response_twice(project: Project, settled: list[Item], mary: User, broker: object) -> None:
    made: list[int] = []

    def work() -> None:
        made.append(plant(project=project, count=2, user=mary))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == Check.objects.count() == 2
    assert set(Check.objects.values_list("source", flat=True)) == {item.pk for item in settled[:2]}
