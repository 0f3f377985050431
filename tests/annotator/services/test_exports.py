"""An export says all that is known of each judgement, and says it twice alike."""

import errno
import json
import resource
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.models import AuditEntry, Checkpoint, Detection, Item, Project, Review, User
from annotator.services import exports
from annotator.services.annotations import save_events
from annotator.services.exports import export_rows, write_jsonl, write_parquet
from annotator.services.folding import Judgement
from annotator.services.queue import take_next
from annotator.services.reviews import reopen
from tests.annotator.reviewing import judge, settle, share
from tests.annotator.services.test_annotations import event

pytestmark = pytest.mark.django_db


def scored_item(project: Project, make_items: Callable[..., list[Item]], response: str, grounded: list[float]) -> Item:
    (item,) = make_items(1, response=response)
    checkpoint, _ = Checkpoint.objects.get_or_create(
        name="v1", defaults={"path": "x", "weights_sha256": "0" * 64, "threshold": 0.5}
    )
    project.active_checkpoint = checkpoint
    project.save()
    Detection.objects.create(item=item, checkpoint=checkpoint, grounded=grounded)
    return item


@pytest.fixture
def annotated(project: Project, alice: User, make_items: Callable[..., list[Item]]) -> Item:
    """An item on which Alice has made a correction."""
    item = scored_item(project, make_items, "Red 👩‍👩‍👧‍👦 kite.", [0.1, 0.9, 0.8])
    take_next(project=project, user=alice)
    acts = [
        event("replace", first=0, end=1, text="Blue", kind="attribute"),
        event("clear", first=2, end=3),
        event("insert", at=2, text="big", kind="attribute"),
        event("evidence", first=0, end=1, box=[0.25, 0, 1, 0.5]),
        event("comment", text="Ja: «so»"),
    ]
    save_events(item=item, user=alice, events=[*acts, event("submit", rest_checked=True)])
    return item


def test_row_holds_the_judgement_and_where_it_came_from(project: Project, annotated: Item, alice: User) -> None:
    (row,) = export_rows(project=project)
    annotation = annotated.annotations.get()
    assert annotation.submitted_at is not None
    assert annotation.started_at is not None
    times = [datetime.fromisoformat(row.pop(name)) for name in ("started_at", "submitted_at")]
    assert times == [annotation.started_at, annotation.submitted_at]
    assert row == {
        "item_id": annotated.pk,
        "external_id": None,
        "image": annotated.image.path,
        "image_sha256": annotated.image.sha256,
        "prompt": "",
        "response": "Red 👩‍👩‍👧‍👦 kite.",
        "text_sha256": "7758b6725cdd7b9fe1fca510f12b61f3a74bae0ac013440805055ac884dfdd1c",
        "offset_unit": "codepoint",
        "metadata_json": "{}",
        "source": "annotation",
        "annotation_id": annotation.pk,
        "annotator": "alice@example.org",
        "status": "submitted",
        "counts": True,
        "verdict": "wrong",
        "words": [
            {"start": 0, "end": 3, "grounded": 0.1, "state": "corrected"},
            {"start": 4, "end": 11, "grounded": 0.9, "state": "seam"},
            {"start": 12, "end": 16, "grounded": 0.8, "state": "seam"},
        ],
        "spans": [{"start": 0, "end": 3, "kind": "attribute", "quote": "Red", "replacement": "Blue"}],
        "insertions": [{"at": 12, "text": "big", "kind": "attribute"}],
        "evidence": [{"start": 0, "end": 3, "box": [0.25, 0.0, 1.0, 0.5], "absent": False}],
        "corrected": "Blue 👩‍👩‍👧‍👦 big kite.",
        "rest_checked": True,
        "comment": "Ja: «so»",
        "skip_reason": "",
        "arm": "highlights",
        "checkpoint": {"id": project.active_checkpoint_id, "name": "v1", "weights_sha256": "0" * 64},
        "threshold": 0.5,
        "version": 6,
        "seconds": (annotation.submitted_at - annotation.started_at).total_seconds(),
        "made_from": None,
        "stale": None,
    }


@pytest.mark.parametrize("include", exports.INCLUDE)
def test_parquet_and_json_lines_hold_the_same_rows(
    project: Project,
    annotated: Item,
    make_items: Callable[..., list[Item]],
    tmp_path: Path,
    include: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exports, "CHUNK_ROWS", 2)
    monkeypatch.setattr(exports, "CHUNKS_OF_A_GROUP", 2)
    monkeypatch.setattr(exports, "BATCH_ITEMS", 3)
    make_items(7)
    rows = list(export_rows(project=project, include=include))
    options: dict[str, Any] = {"project": project, "include": include}
    written = [write_jsonl(path=tmp_path / "a.jsonl", **options), write_parquet(path=tmp_path / "a.parquet", **options)]
    assert written == [len(rows)] * 2 == [1 if include == "annotated" else 8] * 2
    assert [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()] == rows
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == rows
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "a.parquet"]


def test_all_includes_drafts_skipped_and_untouched_items(
    project: Project, alice: User, rita: User, make_items: Callable[..., list[Item]]
) -> None:
    draft, skipped, untouched = make_items(3)
    save_events(item=draft, user=alice, events=[event("flag", first=0, end=1)])
    save_events(item=skipped, user=rita, events=[event("skip", reason="blurred")])
    rows = list(export_rows(project=project, include="all"))
    assert [(row["item_id"], row["status"], row["verdict"]) for row in rows] == [
        (draft.pk, "draft", None),
        (skipped.pk, "skipped", None),
        (untouched.pk, None, None),
    ]
    assert list(export_rows(project=project)) == []


def test_untouched_words_never_pass_for_right_ones(project: Project, alice: User, make_items: Callable[..., list[Item]]) -> None:
    checked, unchecked = make_items(2)
    save_events(item=checked, user=alice, events=[event("submit", rest_checked=True)])
    save_events(item=unchecked, user=alice, events=[event("submit", rest_checked=False)])
    rows = list(export_rows(project=project))
    assert [(row["verdict"], {word["state"] for word in row["words"]}) for row in rows] == [
        ("right", {"checked"}),
        (None, {"untouched"}),
    ]


def test_response_in_which_only_a_word_is_missing_is_wrong(project: Project, alice: User, item: Item) -> None:
    save_events(item=item, user=alice, events=[event("insert", at=10, text="today"), event("submit", rest_checked=True)])
    (row,) = export_rows(project=project)
    assert (row["verdict"], row["spans"]) == ("wrong", [])
    assert row["insertions"] == [{"at": len(item.response) - 1, "text": "today", "kind": None}]
    assert [word["state"] for word in row["words"]] == ["checked"] * 9 + ["seam"]


def test_each_judgement_of_an_item_is_a_row(project: Project, alice: User, rita: User, item: Item) -> None:
    for user in (rita, alice):
        save_events(item=item, user=user, events=[event("submit")])
    rows = [(row["annotator"], row["counts"]) for row in export_rows(project=project)]
    assert rows == [("rita@example.org", True), ("alice@example.org", False)]


@pytest.fixture
def settled(project: Project, alice: User, mary: User, rita: User, make_items: Callable[..., list[Item]]) -> Review:
    """An item on which Alice and Mary differ about "red", which Rita settles."""
    share(project)
    item = scored_item(project, make_items, "Red kite.", [0.1, 0.9])
    judge(item, alice, [("replace", {"first": 0, "end": 1, "text": "Blue"})])
    judge(item, mary, rest_checked=False)
    return settle(item, rita, Judgement(0, 1, "wrong", "attribute", "Green"), comment="See the tail.")


def test_review_is_a_row_of_its_own_behind_what_it_was_made_from(project: Project, settled: Review) -> None:
    one, other = settled.item.annotations.order_by("pk")
    first, second, row = export_rows(project=project)
    assert [(said["source"], said["annotation_id"], said["corrected"]) for said in (first, second)] == [
        ("annotation", one.pk, "Blue kite."),
        ("annotation", other.pk, "Red kite."),
    ]
    assert datetime.fromisoformat(row.pop("submitted_at")) == settled.settled_at
    own = {
        "source": "review", "annotation_id": None, "annotator": "rita@example.org", "status": "submitted", "counts": True,
        "verdict": "wrong",
        "words": [
            {"start": 0, "end": 3, "grounded": 0.1, "state": "corrected"},
            {"start": 4, "end": 8, "grounded": 0.9, "state": "checked"},
        ],
        "spans": [{"start": 0, "end": 3, "kind": "attribute", "quote": "Red", "replacement": "Green"}],
        "corrected": "Green kite.", "rest_checked": True, "comment": "See the tail.", "skip_reason": "", "arm": None,
        "threshold": None, "version": None, "started_at": None, "seconds": None, "stale": False,
        "made_from": [{"annotation_id": one.pk, "version": 2}, {"annotation_id": other.pk, "version": 1}],
    }  # fmt: skip
    of_item = {name: first[name] for name in first if name not in {*own, "submitted_at"}}
    assert row == of_item | own


@pytest.mark.parametrize("is_kept", [True, False])
def test_review_has_what_the_reviewer_kept_of_what_one_put_in(
    project: Project, alice: User, mary: User, rita: User, make_items: Callable[..., list[Item]], is_kept: bool
) -> None:
    share(project)
    item = scored_item(project, make_items, "Red kite.", [0.9, 0.9])
    judge(item, alice, [("insert", {"at": 2, "text": "flies"})])
    judge(item, mary)
    settle(item, rita, Judgement(2, 2, "wrong", "object", "flies") if is_kept else Judgement(2, 2, "right"))
    *_, row = export_rows(project=project)
    assert (row["source"], row["insertions"], row["verdict"], row["corrected"]) == (
        ("review", [{"at": 8, "text": "flies", "kind": "object"}], "wrong", "Red kite flies.")
        if is_kept
        else ("review", [], "right", "Red kite.")
    )


def test_stale_review_is_marked_and_a_reopened_one_is_no_row(project: Project, settled: Review, alice: User, rita: User) -> None:
    save_events(item=settled.item, user=alice, events=[event("undo")])
    rows = list(export_rows(project=project, include="all"))
    assert [(row["source"], row["status"], row["stale"]) for row in rows] == [
        ("annotation", "draft", None),
        ("annotation", "submitted", None),
        ("review", "submitted", True),
    ]
    reopen(item=settled.item, reviewer=rita)
    assert [row["source"] for row in export_rows(project=project)] == ["annotation"]


def test_review_is_the_same_in_both_formats(project: Project, settled: Review, tmp_path: Path) -> None:
    rows = list(export_rows(project=project))
    assert (
        write_jsonl(project=project, path=tmp_path / "a.jsonl")
        == write_parquet(project=project, path=tmp_path / "a.parquet")
        == 3
    )
    assert [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()] == rows
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == rows


def test_other_projects_stay_out(project: Project, annotated: Item) -> None:
    other = Project.objects.create(name="Other", slug="other")
    assert list(export_rows(project=other, include="all")) == []


def test_broken_export_leaves_nothing_behind(project: Project, annotated: Item, tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise InterruptedError

    for write in (write_jsonl, write_parquet):
        with pytest.raises(InterruptedError):
            write(project=project, path=tmp_path / "a", on_progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_connection_can_tell_of_a_disk_that_was_full_midway(
    project: Project, make_items: Callable[..., list[Item]], tmp_path: Path
) -> None:
    make_items(600, response="word " * 400)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large") as caught:
            write_jsonl(project=project, path=tmp_path / "a", include="all")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert Item.objects.count() == 600  # while the error, and all that it holds, is still there
    assert caught.value.errno == errno.EFBIG
    assert list(tmp_path.iterdir()) == []


def test_batch_costs_the_same_queries_for_one_and_for_a_hundred_items(
    project: Project, make_items: Callable[..., list[Item]]
) -> None:
    costs = []
    for number in (1, 99):
        make_items(number)
        with CaptureQueriesContext(connection) as queries:
            list(export_rows(project=project, include="all"))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_unknown_include_is_refused(project: Project) -> None:
    with pytest.raises(ValueError, match="include must be one of annotated, all, got 'some'"):
        list(export_rows(project=project, include="some"))


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
def test_command_writes_the_file(
    project: Project, annotated: Item, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    path = tmp_path / f"out.{suffix}"
    call_command("export_project", "kites", "--format", suffix, "--out", str(path))
    assert capsys.readouterr().out == f"1 rows, {path.stat().st_size:,} bytes in {path}\n"
    assert AuditEntry.objects.get().details == {"rows": 1}
