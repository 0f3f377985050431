"""Runs on their pages: imports, exports, checkpoints, retraining; what is refused is said."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from annotator.forms import imports as import_forms
from annotator.models import Checkpoint, Item, Project, Run, User
from annotator.services.run_kinds import work
from annotator.views.metrics import comparison
from tests.conftest import picture_bytes

IMPORT = "/projects/kites/import/"
FIELDS = {"image": "img", "response": "caption", "prompt": "", "external_id": "id", "metadata": ""}


def zipped(**pictures: bytes) -> SimpleUploadedFile:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in pictures.items():
            archive.writestr(name, data)
    return SimpleUploadedFile("../../pictures.zip", stream.getvalue())


def lines(*rows: dict[str, Any]) -> SimpleUploadedFile:
    return SimpleUploadedFile("../../evil.jsonl", "\n".join(map(json.dumps, rows)).encode())


@pytest.mark.django_db
def test_an_import_is_checked_first_and_stored_after_a_yes(
    mary: User, project: Project, client_of: Callable[[User], Client]
) -> None:
    client = client_of(mary)
    rows = lines({"img": "a", "caption": "A kite."}, {"img": "missing", "caption": "A dog."})
    response = client.post(IMPORT, {"lines": rows, "pictures": zipped(a=picture_bytes(3)), **FIELDS})
    run = Run.objects.get()
    assert response["Location"] == f"/projects/kites/runs/{run.pk}/"
    assert Path(run.parameters["path"]).is_relative_to(settings.DATA_FOLDER / "uploads")
    work(run_id=run.pk)
    page = client.get(f"/projects/kites/runs/{run.pk}/").content.decode()
    assert "Import 1 item<" in page
    assert "missing" in page
    assert not Item.objects.exists()
    client.post(f"/projects/kites/runs/{run.pk}/confirm/")
    work(run_id=run.pk)
    assert [item.response for item in Item.objects.all()] == ["A kite."]
    page = client.get(f"/projects/kites/runs/{run.pk}/").content.decode()
    assert "hx-trigger" not in page


@pytest.mark.django_db
def test_uploads_that_cannot_be_are_refused_by_name(
    mary: User, project: Project, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(mary)
    response = client.post(IMPORT, {"lines": lines({}), "pictures": SimpleUploadedFile("x.zip", b"MZ no zip"), **FIELDS})
    assert (response.status_code, response.context["form"].errors["pictures"]) == (422, ["x.zip is not a zip file."])
    response = client.post(IMPORT, {"lines": SimpleUploadedFile("x.jsonl", b""), **FIELDS})
    assert response.context["form"].errors["lines"] == ["The submitted file is empty."]
    check = import_forms.at_most(10)
    with pytest.raises(import_forms.forms.ValidationError, match=r"big.jsonl has 11\\xa0bytes; at most 10\\xa0bytes are taken"):
        check(SimpleUploadedFile("big.jsonl", b"x" * 11))
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_a_waiting_run_polls_and_one_that_is_over_does_not(
    mary: User, project: Project, client_of: Callable[[User], Client]
) -> None:
    run = Run.objects.create(project=project, kind=Run.Kind.EXPORT)
    page = f"/projects/kites/runs/{run.pk}/"
    client = client_of(mary)
    partial = client.get(page, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 1s"' in partial
    assert "<html" not in partial
    assert client.post(f"{page}cancel/").status_code == 302
    assert "hx-trigger" not in client.get(page).content.decode()
    assert "The run was over already." in client.post(f"{page}cancel/", follow=True).content.decode()


@pytest.mark.django_db
def test_a_failed_run_shows_why(alice: User, project: Project, client_of: Callable[[User], Client]) -> None:
    run = Run.objects.create(project=project, kind=Run.Kind.TRAIN, status=Run.Status.FAILED, error="No space left on <device>")
    assert "No space left on &lt;device&gt;" in client_of(alice).get(f"/projects/kites/runs/{run.pk}/").content.decode()


@pytest.mark.django_db
def test_an_export_is_written_and_fetched(mary: User, scored: Item, client_of: Callable[[User], Client]) -> None:
    client = client_of(mary)
    client.post("/projects/kites/export/", {"format": "jsonl", "include": "all"})
    run = Run.objects.get()
    work(run_id=run.pk)
    response: Any = client.get(f"/projects/kites/runs/{run.pk}/download/")
    rows = [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
    assert [row["item_id"] for row in rows] == [scored.pk]
    assert response["Content-Disposition"] == f'attachment; filename="kites-{run.pk}.jsonl"'


@pytest.mark.django_db
def test_a_download_never_leaves_the_folder_for_exports(
    mary: User, run: Run, client_of: Callable[[User], Client], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("x")
    for path in (str(tmp_path / "secret"), str(settings.DATA_FOLDER / "exports" / ".." / "logins.json"), ""):
        Run.objects.update(report={"path": path})
        assert client_of(mary).get(f"/projects/kites/runs/{run.pk}/download/").status_code == 404


@pytest.mark.django_db
def test_retraining_with_too_few_labels_is_refused_in_words(
    scored: Item, mary: User, client_of: Callable[[User], Client]
) -> None:
    page = client_of(mary).post("/projects/kites/checkpoints/retrain/", follow=True).content.decode()
    assert "Too few labels to retrain: 0 fully judged responses of at least 50" in page
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_promotion_asks_first_and_can_be_taken_back(scored: Item, mary: User, client_of: Callable[[User], Client]) -> None:
    project, first = scored.project, scored.project.active_checkpoint
    assert first is not None
    second = Checkpoint.objects.create(project=project, name="second", path="x", weights_sha256="1" * 64, parent=first)
    client = client_of(mary)
    for checkpoint in (second, first):
        address = f"/projects/kites/checkpoints/{checkpoint.pk}/promote/"
        assert client.get(address).status_code == 200
        assert Project.objects.get().active_checkpoint != checkpoint
        client.post(address)
        assert Project.objects.get().active_checkpoint == checkpoint


def test_comparison_puts_parent_and_child_side_by_side() -> None:
    metrics = {"child": {"map_neg": 0.9, "by_kind": {"text": 0.5}}, "parent": {"map_neg": 0.8, "map_pos": 0.99}}
    rows = [(row.label.split(":")[0], row.parent, row.child) for row in comparison(Checkpoint(metrics=metrics))]
    assert rows == [("mAP(neg)", 0.8, 0.9), ("mAP(pos)", 0.99, None), ("text", None, 0.5)]
    assert comparison(Checkpoint(metrics={})) == []


@pytest.mark.django_db
def test_what_an_import_brought_is_withdrawn_and_brought_back_on_its_page(
    mary: User, alice: User, project: Project, client_of: Callable[[User], Client]
) -> None:
    client = client_of(mary)
    client.post(IMPORT, {"lines": lines({"img": "a", "caption": "A kite."}), "pictures": zipped(a=picture_bytes(3)), **FIELDS})
    run = Run.objects.get()
    page = f"/projects/kites/runs/{run.pk}/"
    work(run_id=run.pk)
    assert "Withdraw 1 item" not in client.get(page).content.decode()  # nothing is stored yet
    client.post(f"{page}confirm/")
    work(run_id=run.pk)
    assert "Withdraw 1 item" in client.get(page).content.decode()
    assert "Withdraw 1 item" not in client_of(alice).get(page).content.decode()

    started = client.post(f"{page}withdraw/")
    withdrawal = Run.objects.get(kind=Run.Kind.WITHDRAW)
    assert started["Location"] == f"/projects/kites/runs/{withdrawal.pk}/"
    assert f"Run {withdrawal.pk} is at it." in client.get(page).content.decode()
    told = client.post(f"{page}withdraw/", follow=True).content.decode()
    assert f"Run {withdrawal.pk} is at it already." in told
    work(run_id=withdrawal.pk)
    assert "Withdrawn" in client.get(started["Location"]).content.decode()
    told = client.get(page).content.decode()
    assert "1 item is withdrawn, with all that was said of it." in told
    assert "Bring 1 item back" in told
    assert "Withdraw 1 item" not in told
    assert Item.objects.get().is_withdrawn

    back = client.post(f"{page}bring-back/")
    work(run_id=Run.objects.filter(kind=Run.Kind.WITHDRAW).latest("id").pk)
    told = client.get(back["Location"]).content.decode()
    assert "Brought back" in told
    assert re.search(r"Took \d+ seconds?\.", told)
    assert "Withdraw 1 item" in client.get(page).content.decode()
    assert not Item.objects.get().is_withdrawn
