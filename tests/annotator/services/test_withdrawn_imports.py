"""An import is withdrawn and brought back as a whole, goes on where it was, and a mended file takes its place."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from annotator.models import (
    Annotation,
    AuditEntry,
    Item,
    Project,
    Run,
    User,
)
from annotator.services import imports, runs, withdrawals
from annotator.services.imports import Report, check_file, import_file
from annotator.services.pictures import Pictures
from annotator.services.run_kinds import work
from annotator.services.runs import RunCancelled, Show, cancel_run, start_run, start_withdrawal, take
from annotator.services.withdrawals import (
    Brought,
    WithdrawalError,
    bring_item_back,
    brought_by,
    withdraw_item,
)
from tests.annotator.labelling import judge
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db


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
