"""What is withdrawn is out of everything, keeps all that was said of it, and comes back as it was."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotator.models import Annotation, AuditEntry, Item, ItemState, Lease, Project, Review, Run, User
from annotator.services import withdrawals
from annotator.services.checks import mark_gold
from annotator.services.exports import export_rows, write_parquet
from annotator.services.imports import Report, check_file, import_file
from annotator.services.pictures import Pictures
from annotator.services.queue import set_overlap, take_next
from annotator.services.run_kinds import work
from annotator.services.runs import start_run, start_withdrawal
from annotator.services.scoring_queue import ScoringProgress, items_to_score
from annotator.services.snapshots import labels_of
from annotator.services.turns import check_due
from annotator.services.withdrawals import WithdrawalError, bring_back, bring_item_back, withdraw, withdraw_item
from annotator.views.progress import progress_of
from rewardmodel.records import Span
from tests.annotator.labelling import judge
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db
MakeItems = Callable[..., list[Item]]


def slots(item: Item) -> int:
    return Item.objects.get(pk=item.pk).open_slots


@pytest.fixture
def bring(project: Project, tmp_path: Path) -> Callable[..., Run]:
    """Imports a file of rows `(id, response)` on one picture, by a run as the page starts it."""
    (tmp_path / "a.png").write_bytes(picture_bytes(1))

    def do(*rows: tuple[str | None, str]) -> Run:
        path = tmp_path / "items.jsonl"
        path.write_text("".join(json.dumps({"image": "a.png", "id": own, "response": text}) + "\n" for own, text in rows))
        run = start_run(project=project, kind=Run.Kind.IMPORT, parameters={"path": str(path), "confirmed": True}, here=True)
        assert work(run_id=run.pk)
        run.refresh_from_db()
        return run

    return do


def moved(of: Run, *, back: bool = False) -> dict[str, Any]:
    run = start_withdrawal(of=of, back=back, here=True)
    assert work(run_id=run.pk)
    run.refresh_from_db()
    return dict(run.report)


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

    assert bring_back(item_ids=[item.pk]) == 1
    assert list(export_rows(project=project, include="all")) == before
    assert (slots(item), slots(other)) == (0, 2)


def test_nobody_gets_it_and_who_had_begun_may_end_it(
    project: Project, alice: User, rita: User, mary: User, make_items: MakeItems
) -> None:
    set_overlap(project=project, annotators_per_item=3)
    (item,) = make_items(1)
    for person in (alice, rita):
        assert take_next(project=project, user=person)
    Annotation.objects.create(item=item, annotator=alice)  # she has done something; Rita has only opened it
    withdraw(item_ids=[item.pk])
    assert [lease.annotator for lease in Lease.objects.all()] == [alice]
    assert take_next(project=project, user=mary) is None
    assert take_next(project=project, user=rita) is None
    held = take_next(project=project, user=alice)
    assert held
    assert held.item == item
    assert judge(item, alice, []).counts
    set_overlap(project=project, annotators_per_item=4)
    assert slots(item) == 0
    bring_back(item_ids=[item.pk])
    assert slots(item) == 3


def test_checks_of_a_withdrawn_item_are_handed_to_nobody(
    project: Project, alice: User, mary: User, make_items: MakeItems
) -> None:
    project.check_every = 1
    project.save()
    item, _ = make_items(2)
    judge(item, mary, [])
    gold = mark_gold(item=item, user=mary)
    assert check_due(project_id=project.pk, user_id=alice.pk, every=1) == gold.item_id
    withdraw(item_ids=[item.pk, gold.item_id])
    assert check_due(project_id=project.pk, user_id=alice.pk, every=1) is None
    assert not Item.objects.get(pk=gold.item_id).is_withdrawn  # a check is retired, not withdrawn


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


def test_an_import_is_withdrawn_and_brought_back_as_a_whole(bring: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withdrawals, "BATCH", 2)
    kept, wrong = bring(("1", "One.")), bring(("1", "One."), *((str(n), f"Number {n}.") for n in range(2, 7)))
    assert (wrong.report["added"], wrong.report["known"]) == (5, 1)
    assert moved(wrong) == {"items": 5, "kept": 0}
    assert list(Item.objects.filter(is_withdrawn=False).values_list("response", flat=True)) == ["One."]
    assert moved(wrong, back=True) == {"items": 5, "kept": 0}
    assert Item.objects.filter(is_withdrawn=False).count() == 6
    assert moved(kept) == {"items": 1, "kept": 0}
    assert AuditEntry.objects.filter(act="withdraw items", details={"items": 5, "kept": 0}).count() == 1


def test_a_mended_file_takes_the_place_of_a_withdrawn_one(
    bring: Callable[..., Run], project: Project, alice: User, tmp_path: Path
) -> None:
    wrong = bring(("1", "Right."), ("2", "Wrnog."), (None, "Without an id."))
    judge(Item.objects.get(response="Right."), alice, [])
    moved(wrong)
    path = tmp_path / "items.jsonl"
    path.write_text(
        "".join(
            json.dumps({"image": "a.png", "id": own, "response": text}) + "\n"
            for own, text in [("1", "Right."), ("2", "Wrong."), ("1", "Right."), ("1", "Other.")]
        )
    )
    counts = {"lines": 4, "added": 1, "returned": 1, "known": 1, "refused": 1}
    for report in (
        check_file(project=project, path=path, pictures=Pictures.of(tmp_path)),
        import_file(project=project, path=path, pictures=Pictures.of(tmp_path)),
    ):
        assert {name: getattr(report, name) for name in counts} == counts, report
    standing = Item.objects.filter(is_withdrawn=False).order_by("id")
    assert list(standing.values_list("external_id", "response", "open_slots")) == [("1", "Right.", 0), ("2", "Wrong.", 1)]
    assert Annotation.objects.counted(project).count() == 1  # what Alice said of it is back with it

    assert moved(wrong, back=True) == {"items": 1, "kept": 1}  # the id of the second is another's; the first is in its new import
    assert set(Item.objects.filter(is_withdrawn=True).values_list("response", flat=True)) == {"Wrnog."}


def test_only_what_an_import_has_brought_and_once_at_a_time(bring: Callable[..., Run], project: Project) -> None:
    run = bring(("1", "One."))
    start_withdrawal(of=run, here=True)
    with pytest.raises(ValueError, match="is at it already"):
        start_withdrawal(of=run, here=True)
    export = start_run(project=project, kind=Run.Kind.EXPORT, parameters={"format": "jsonl"}, here=True)
    before = Run.objects.create(  # an import of a version that did not say which items were its own
        project=project, kind=Run.Kind.IMPORT, status=Run.Status.DONE, parameters={"confirmed": True}, report={"added": 3}
    )
    for other in (export, before):
        with pytest.raises(ValueError, match="Only what an import has brought"):
            start_withdrawal(of=other, here=True)


def test_the_command_says_what_it_moved(bring: Callable[..., Run], project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    run = bring(("1", "One."), ("2", "Two."))
    call_command("withdraw_items", project.slug, str(run.pk))
    assert capsys.readouterr().out == "2 items withdrawn\n"
    bring(("1", "Another."))
    call_command("withdraw_items", project.slug, str(run.pk), "--back")
    assert capsys.readouterr().out == "1 items brought back; 1 stay out, whose ids others have now\n"
    with pytest.raises(CommandError, match="no run"):
        call_command("withdraw_items", project.slug, "999999")


def test_a_check_without_anything_stored_remembers_what_would_come_back(
    bring: Callable[..., Run], project: Project, tmp_path: Path
) -> None:
    moved(bring(("1", "One.")))
    report: Report = check_file(project=project, path=tmp_path / "items.jsonl", pictures=Pictures.of(tmp_path))
    assert (report.added, report.returned, report.known) == (0, 1, 0)
    assert Item.objects.get().is_withdrawn
