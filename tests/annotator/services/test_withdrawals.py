"""What is withdrawn is out of everything, keeps all that was said of it, and comes back as it was."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

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
    Run,
    User,
)
from annotator.services import agreement, imports, runs, withdrawals
from annotator.services.annotations import save_events
from annotator.services.checks import CheckError, mark_gold
from annotator.services.exports import export_rows, write_parquet
from annotator.services.imports import Report, check_file, import_file
from annotator.services.pictures import Pictures
from annotator.services.queue import return_expired, set_overlap, take_next
from annotator.services.run_kinds import work
from annotator.services.runs import RunCancelled, Show, cancel_run, start_run, start_withdrawal, take
from annotator.services.scoring_queue import ScoringProgress, items_to_score, rescore_project
from annotator.services.snapshots import labels_of
from annotator.services.studies import start_study
from annotator.services.study_report import report_of
from annotator.services.turns import check_due
from annotator.services.withdrawals import (
    Brought,
    WithdrawalError,
    bring_back,
    bring_item_back,
    brought_by,
    clear_desks,
    withdraw,
    withdraw_item,
)
from annotator.views.progress import own_progress, progress_of
from rewardmodel.records import Span
from tests.annotator.labelling import judge
from tests.annotator.services.test_annotations import event
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db
MakeItems = Callable[..., list[Item]]


def slots(item: Item) -> int:
    return Item.objects.get(pk=item.pk).open_slots


@pytest.fixture
def bring(project: Project, tmp_path: Path) -> Callable[..., Run]:
    """Imports a file of rows `(id, response)` on one picture, by a run as the page starts it."""
    (tmp_path / "a.png").write_bytes(picture_bytes(1))

    def do(*rows: tuple[str | None, str], show: Show | None = None) -> Run:
        path = tmp_path / "items.jsonl"
        path.write_text("".join(json.dumps({"image": "a.png", "id": own, "response": text}) + "\n" for own, text in rows))
        run = start_run(project=project, kind=Run.Kind.IMPORT, parameters={"path": str(path), "confirmed": True}, here=True)
        assert work(run_id=run.pk, show=show)
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


def test_what_was_withdrawn_by_hand_comes_back_by_hand_alone(bring: Callable[..., Run], project: Project, mary: User) -> None:
    rows = ("1", "Right."), ("2", "Not fit to be judged.")
    run = bring(*rows)
    unfit = Item.objects.get(response="Not fit to be judged.")
    withdraw_item(item=unfit, user=mary)
    assert bring(*rows).report["known"] == 2
    moved(run)
    assert moved(run, back=True) == {"items": 1, "kept": 0}
    assert bring(*rows).report["returned"] == 0
    assert list(Item.objects.filter(is_withdrawn=True)) == [unfit]
    assert bring(("2", "Another with its id.")).report["added"] == 1
    with pytest.raises(WithdrawalError, match="Another item has its id"):
        bring_item_back(item=unfit, user=mary)


def test_of_two_with_one_id_the_first_comes_back(project: Project, make_items: MakeItems) -> None:
    first, second = make_items(2)
    for item in (first, second):
        withdraw(item_ids=[item.pk])
        Item.objects.filter(pk=item.pk).update(external_id="1")
    assert bring_back(project=project, item_ids=[second.pk, first.pk]) == 1
    assert list(Item.objects.filter(is_withdrawn=False)) == [first]


def test_a_withdrawal_that_ends_early_is_told_and_goes_on_where_it_was(
    bring: Callable[..., Run], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withdrawals, "BATCH", 2)
    monkeypatch.setattr(runs, "REPORT_EVERY", 0)
    wrong = bring(*((str(n), f"Number {n}.") for n in range(6)))
    run = start_withdrawal(of=wrong, here=True)

    def end(done: int, total: int, message: str) -> None:
        if done == 4:
            raise KeyboardInterrupt  # nothing that a run could catch: as if its process were killed

    with pytest.raises(KeyboardInterrupt):
        work(run_id=run.pk, show=end)
    assert AuditEntry.objects.latest("id").details == {"items": 4, "kept": 0}
    assert brought_by(wrong) == Brought(2, 4)
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5), worker="elsewhere:1")
    over = work(run_id=run.pk)
    assert over
    assert (over.status, over.report) == (Run.Status.DONE, {"items": 6, "kept": 0})

    back = start_withdrawal(of=wrong, back=True, here=True)

    def cancel(done: int, total: int, message: str) -> None:
        if done == 2:
            cancel_run(run=back)

    assert work(run_id=back.pk, show=cancel)
    assert brought_by(wrong) == Brought(4, 2)  # both can be asked for again
    assert moved(wrong, back=True) == {"items": 2, "kept": 0}


def test_an_import_that_broke_off_is_withdrawn_as_far_as_it_came(
    bring: Callable[..., Run], project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    monkeypatch.setattr(runs, "REPORT_EVERY", 0)

    def break_off(done: int, total: int, message: str) -> None:
        if done == 4:
            raise OSError("The terminal is gone")

    with pytest.raises(OSError, match="The terminal is gone"):
        bring(*((str(n), f"Number {n}.") for n in range(6)), show=break_off)
    run = Run.objects.get()
    assert (run.status, brought_by(run)) == (Run.Status.FAILED, Brought(4, 0))
    assert moved(run) == {"items": 4, "kept": 0}


def test_an_import_that_was_cancelled_stores_no_further_batch(
    project: Project, tmp_path: Path, bring: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    bring()  # an empty file, for its picture
    path = tmp_path / "items.jsonl"
    path.write_text("".join(json.dumps({"image": "a.png", "response": f"Number {n}."}) + "\n" for n in range(6)))
    run = start_run(project=project, kind=Run.Kind.IMPORT, parameters={"path": str(path), "confirmed": True}, here=True)
    assert take(run_id=run.pk)
    told = []

    def cancel(done: int, total: int) -> None:  # what is said seldom enough to miss it
        told.append(done)
        Run.objects.filter(pk=run.pk).update(status=Run.Status.CANCELLED)

    with pytest.raises(RunCancelled):
        import_file(project=project, path=path, pictures=Pictures.of(tmp_path), run=run, on_progress=cancel)
    assert Item.objects.count() <= 2
    assert told


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
        with pytest.raises(ValueError, match="only what an import has brought"):
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
