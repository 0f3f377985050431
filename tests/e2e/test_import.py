"""An import through the page: files, a check that names bad lines, a yes, progress, items on the desk. And an export back."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Checkpoint, Item, Project, Run, User
from annotator.services.run_kinds import work
from tests.conftest import picture_bytes


def write_files(folder: Path) -> tuple[Path, Path]:
    """Three lines, of which the second is bad, and the pictures."""
    lines = [
        json.dumps({"image": "a.png", "response": "A kite 🪁 in the sky.", "id": "one"}),
        '{"image": "a.png", "response": ',
        json.dumps({"image": "in/b.png", "response": "<b>Two</b> & more.", "prompt": "Describe."}),
    ]
    (folder / "items.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with zipfile.ZipFile(folder / "pictures.zip", "w") as archive:
        archive.writestr("a.png", picture_bytes(1))
        archive.writestr("in/b.png", picture_bytes(2))
    return folder / "items.jsonl", folder / "pictures.zip"


def test_import_by_the_page(
    quiet: Page, live_server: LiveServer, project: Project, mary: User, sign_in: Callable[[User], None], tmp_path: Path
) -> None:
    sign_in(mary)
    lines, pictures = write_files(tmp_path)
    quiet.goto(f"{live_server.url}/projects/kites/import/")
    quiet.get_by_label("Items (JSON Lines)").set_input_files(lines)
    quiet.get_by_label("Pictures (zip)").set_input_files(pictures)
    quiet.get_by_role("button", name="Upload and check").click()
    expect(quiet.get_by_text("waiting", exact=True)).to_be_visible()

    work(run_id=Run.objects.get().pk)  # what a worker does
    expect(quiet.get_by_role("button", name="Import 2 items")).to_be_visible()  # the page found out by itself
    expect(quiet.get_by_role("region", name="Refused lines")).to_contain_text("The line is not JSON")
    expect(quiet.get_by_role("region", name="Preview")).to_contain_text("<b>Two</b> & more.")
    assert not Item.objects.exists()
    quiet.get_by_role("button", name="Import 2 items").click()
    expect(quiet.get_by_text("A worker").or_(quiet.get_by_text("No worker")).first).to_be_visible()

    work(run_id=Run.objects.get().pk)
    expect(quiet.get_by_role("link", name="See the items")).to_be_visible()
    with quiet.expect_request_finished():  # the last poll; after it the page keeps still
        pass_by = quiet.url
        quiet.reload()
    polls: list[str] = []
    quiet.on("request", lambda request: polls.append(request.url) if request.headers.get("hx-request") else None)
    quiet.wait_for_timeout(2_500)
    assert (polls, quiet.url) == ([], pass_by)
    assert Item.objects.count() == 2


def test_export_by_the_page(
    quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, mary: User, sign_in: Callable[[User], None]
) -> None:
    sign_in(alice)
    quiet.goto(f"{live_server.url}/projects/kites/desk/")
    for item in doubted:  # five acts of the keyboard for three items
        expect(quiet).to_have_url(f"{live_server.url}/projects/kites/desk/{item.pk}/")
        expect(quiet.locator(".word[data-n='1']")).to_be_focused()
        quiet.keyboard.press("4")
        quiet.keyboard.press("x")
        quiet.keyboard.press("Enter")
    expect(quiet.get_by_role("heading", name="All done")).to_be_visible()
    sign_in(mary)
    quiet.goto(f"{live_server.url}/projects/kites/export/")
    quiet.get_by_role("button", name="Export").click()
    work(run_id=Run.objects.get().pk)
    with quiet.expect_download() as download:
        quiet.get_by_role("link", name="Download").click()
    rows = [json.loads(line) for line in io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))]
    assert [row["item_id"] for row in rows] == [item.pk for item in doubted]
    assert [[(span["quote"], span["kind"]) for span in row["spans"]] for row in rows] == [[("red kite", "object")]] * 3
    assert Checkpoint.objects.count() == 1
