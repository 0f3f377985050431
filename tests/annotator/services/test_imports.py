"""Files become items: each good row once, each bad one named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from annotator.formats.native import Fields, RowError
from annotator.models import AuditEntry, Image, Item, Project, Run
from annotator.services import imports
from annotator.services.imports import Report, check_file, import_file
from annotator.services.pictures import Pictures
from rewardmodel.records import words
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, one of them broken."""
    (tmp_path / "a.png").write_bytes(picture_bytes(1))
    (tmp_path / "b.png").write_bytes(picture_bytes(2))
    (tmp_path / "broken.png").write_bytes(picture_bytes(3)[:60])
    return tmp_path


def write(folder: Path, *rows: dict[str, Any] | bytes) -> Path:
    path = folder / "items.jsonl"
    path.write_bytes(b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows) + b"\n")
    return path


def brought(project: Project, path: Path, **options: Any) -> Report:
    return import_file(project=project, path=path, pictures=Pictures.of(path.parent), **options)


def test_row_becomes_an_item_with_its_words(project: Project, folder: Path) -> None:
    Project.objects.update(annotators_per_item=3)
    text = "A  red “kite” 👩‍👩‍👧‍👦 flies.\r\n"
    report = brought(
        project, write(folder, {"image": "a.png", "response": text, "id": 1, "metadata": {"split": "test"}, "by": "web"})
    )
    item = Item.objects.get()
    assert (report.lines, report.added, report.known, report.refused) == (1, 1, 0, 0)
    assert (item.response, item.prompt, item.external_id, item.open_slots) == (text, "", "1", 3)
    assert [tuple(word) for word in item.words] == words(text)
    assert item.metadata == {"image": "a.png", "split": "test", "by": "web"}


def test_bad_rows_are_named_by_line_and_the_good_ones_stored(project: Project, folder: Path) -> None:
    path = write(
        folder,
        {"image": "a.png", "response": "One.", "id": "1"},
        b'{"image": ',
        {"image": "absent.png", "response": ["Two.", "Three."]},
        {"image": "broken.png", "response": "Four."},
        {"image": "../a.png", "response": "Five."},
        {"image": "a.png", "response": ""},
        {"image": "a.png", "response": "Other.", "id": "1"},
        {"image": "a.png", "response": "x" * 100_000},
        "Käse".encode("latin-1"),
        {"image": "a.png", "response": "One.", "id": "1"},
        {"image": "b.png", "response": "Six.", "id": "6"},
    )
    checked = check_file(project=project, path=path, pictures=Pictures.of(folder))
    assert Item.objects.count() == Image.objects.count() == 0
    report = brought(project, path)
    assert report == checked
    assert (report.lines, report.added, report.known, report.refused) == (11, 2, 1, 8)
    assert sorted(Item.objects.values_list("response", flat=True)) == ["One.", "Six."]
    reasons = {error.line: error.reason for error in report.errors}
    assert reasons.pop(4).startswith("The picture 'broken.png' is broken: ")
    assert reasons == {
        2: "The line is not JSON: Expecting value at character 11",
        3: "The picture 'absent.png' is not there",
        5: "The picture '../a.png' is not a relative path inside the pictures",
        6: "The field 'response' is empty",
        7: "The id '1' is taken by another picture, prompt or response",
        8: "The field 'response' has 100,000 characters; at most 20,000 are taken",
        9: "The line is not UTF-8: byte 0xE4 at position 2",
    }


def test_second_import_adds_nothing(project: Project, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 3)
    rows = [{"image": "ab"[number % 2] + ".png", "response": f"Kite {number}.", "id": number} for number in range(10)]
    path = write(folder, *rows, *rows[:2])
    first, second = brought(project, path), brought(project, path)
    assert (first.added, first.known, second.added, second.known) == (10, 2, 0, 12)
    assert (Item.objects.count(), Image.objects.count()) == (10, 2)
    checked = check_file(project=project, path=path, pictures=Pictures.of(folder))
    assert (checked.added, checked.known, checked.refused) == (0, 12, 0)


def test_check_knows_what_came_earlier_in_the_file(project: Project, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 1)
    rows = [{"image": "a.png", "response": text, "id": 1} for text in ("One.", "One.", "Two.")]
    report = check_file(project=project, path=write(folder, *rows), pictures=Pictures.of(folder))
    assert (report.added, report.known, report.errors) == (
        1,
        1,
        [RowError(3, "The id '1' is taken by another picture, prompt or response")],
    )
    assert report.preview == [{"line": 1, "image": "a.png", "prompt": "", "response": "One.", "external_id": "1", "metadata": {}}]


def test_same_row_in_two_projects_is_two_items_on_one_picture(project: Project, folder: Path) -> None:
    other = Project.objects.create(name="Other", slug="other")
    path = write(folder, {"image": "a.png", "response": "One.", "id": 1})
    assert [brought(one, path).added for one in (project, other)] == [1, 1]
    assert Image.objects.count() == 1


def test_list_of_responses_stands_and_falls_together(project: Project, folder: Path) -> None:
    fields = Fields(response="captions")
    good = write(folder, {"image": "a.png", "captions": ["One.", "Two."], "id": "k"})
    assert brought(project, good, fields=fields).added == 2
    assert {item.external_id for item in Item.objects.all()} == {"k#1", "k#2"}
    bad = write(folder, {"image": "a.png", "captions": ["New.", "Three."], "id": "k"}, {"image": "a.png", "captions": ["New."]})
    report = brought(project, bad, fields=fields)
    assert (report.added, report.refused) == (1, 1)


def test_only_the_first_errors_are_kept_and_all_are_counted(
    project: Project, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    monkeypatch.setattr(imports, "ERRORS_KEPT", 3)
    report = brought(project, write(folder, *[b"no"] * 7))
    assert (report.refused, [error.line for error in report.errors]) == (7, [1, 2, 3])


def test_progress_counts_lines(project: Project, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    seen: list[tuple[int, int]] = []
    rows = [{"image": "a.png", "response": f"Kite {number}."} for number in range(5)]
    brought(project, write(folder, *rows), on_progress=lambda done, total: seen.append((done, total)))
    assert seen[-3:] == [(2, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize("way", [check_file, import_file])
def test_progress_is_told_after_each_picture_of_a_batch(project: Project, tmp_path: Path, way: Callable[..., Report]) -> None:
    rows = []
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(picture_bytes(number))
        rows += [{"image": f"{number}.png", "response": f"Kite {number}.", "id": f"{number} {turn}"} for turn in range(5)]
    seen: list[int] = []
    path = write(tmp_path, *rows)
    way(project=project, path=path, pictures=Pictures.of(tmp_path), on_progress=lambda done, _total: seen.append(done))
    assert seen == sorted(seen)
    assert list(dict.fromkeys(seen)) == [0, 5, 10, 15, 20]
    assert seen.count(0) == 4  # a word after each picture that is read, too: large ones take their time


def test_batch_costs_the_same_queries_for_ten_and_for_a_hundred_rows(project: Project, folder: Path) -> None:
    costs = []
    brought(project, write(folder, {"image": "a.png", "response": "Zero."}))
    for number in (10, 100):
        path = write(folder, *[{"image": "a.png", "response": f"{number} {n}.", "id": f"{number} {n}"} for n in range(number)])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            brought(project, path)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_new_items_are_sent_to_the_scorer_on_commit(
    project: Project, folder: Path, broker: redis.Redis, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    path = write(folder, *[{"image": "a.png", "response": f"Kite {number}."} for number in range(65)])
    with django_capture_on_commit_callbacks(execute=True):
        brought(project, path)
        assert broker.llen("score") == 0
    assert broker.llen("score") == 2  # chunks of 64


def test_command_imports_and_says_what_it_refused(project: Project, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(folder, {"photo": "a.png", "response": "One."}, b"no")
    with pytest.raises(SystemExit) as exit_status:
        call_command("import_items", "kites", str(path), "--image-field", "photo")
    assert exit_status.value.code == 1
    assert capsys.readouterr().out.splitlines() == [
        "line 2: The line is not JSON: Expecting value at character 1",
        f"2 lines: 1 items added, 0 known already, 1 lines refused; run {Run.objects.get().pk}",
    ]
    assert AuditEntry.objects.get().details == {"added": 1, "returned": 0, "known": 0, "refused": 1}


def test_command_checks_without_storing(project: Project, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(folder, {"image": "a.png", "response": "One."})
    call_command("import_items", "kites", str(path), "--check", "--pictures", str(folder))
    assert capsys.readouterr().out == "1 lines: 1 items would be added, 0 known already, 0 lines refused\n"
    assert Item.objects.count() == AuditEntry.objects.count() == 0
