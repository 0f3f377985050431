"""Instructions beside the words, and what the desk says after a check, in a real browser."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Annotation, CheckResult, Item, Lease, Project, User
from annotator.services.checks import Origin, add_check
from tests.e2e.conftest import leave

DESK = "/projects/kites/desk/"
PHONE = pytest.mark.browser_context_args(viewport={"width": 390, "height": 844}, is_mobile=True)


@pytest.fixture
def desk(quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]) -> Page:
    """Alice's desk with the first item."""
    Project.objects.update(instructions="# Kites\n\nColours **matter**. <b>Sizes</b> don't.\n\n![x](https://example.org/x.png)")
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(quiet.get_by_role("button", name=re.compile("^red, "))).to_be_focused()
    return quiet


def test_instructions_stay_open_beside_the_words_while_work_goes_on(desk: Page, doubted: list[Item]) -> None:
    panel = desk.get_by_role("dialog", name="Instructions")
    desk.keyboard.press("i")
    expect(panel).to_be_visible()
    expect(panel.get_by_role("heading", name="Kites")).to_be_visible()
    expect(panel).to_contain_text("<b>Sizes</b>")
    expect(panel.get_by_role("listitem")).to_have_count(8)
    side, stage, sheet = panel.bounding_box(), desk.locator("#stage").bounding_box(), desk.locator(".sheet").bounding_box()
    assert side
    assert stage
    assert sheet
    assert side["x"] + side["width"] <= stage["x"]  # nothing of the desk is covered
    for control in desk.locator(".sheet button:visible").all():
        box = control.bounding_box()
        assert box
        assert box["x"] + box["width"] <= sheet["x"] + sheet["width"] == 1280
    expect(desk.get_by_role("button", name=re.compile("^red, "))).to_be_focused()
    for key in ["c", "x", "Enter"]:
        desk.keyboard.press(key)
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    expect(panel).to_be_visible()
    violations = [found["id"] for found in Axe().run(desk).response["violations"]]
    assert violations == []
    desk.keyboard.press("i")
    expect(panel).to_be_hidden()


@PHONE
def test_on_a_phone_instructions_open_above_the_desk(desk: Page) -> None:
    desk.get_by_role("button", name="Instructions").click()
    panel = desk.get_by_role("dialog", name="Instructions")
    expect(panel).to_be_visible()
    assert panel.evaluate("dialog => dialog.matches(':modal')")
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()


def test_the_desk_says_over_the_next_item_how_a_check_went(
    quiet: Page, live_server: LiveServer, doubted: list[Item], project: Project, alice: User, sign_in: Callable[[User], None]
) -> None:
    Project.objects.update(check_every=1, gives_feedback=True)
    text = "A red kite."
    spans = [{"start": 2, "end": 5, "kind": "attribute", "quote": "red", "replacement": None}]
    item = Item(project=project, image=doubted[0].image, response=text)
    check = add_check(origin=Origin.PLANTED, item=item, spans=spans, user=None)
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(quiet.locator("#response")).to_have_text(text)
    expect(quiet.locator("#checked")).to_be_hidden()
    quiet.keyboard.press("Enter")
    notice = quiet.locator("#checked")
    expect(notice).to_contain_text("That was a check. Let stand, but wrong: “red” (attribute).")
    expect(quiet.locator("#title")).to_have_text(f"Item {doubted[0].pk}")  # the next item is there already
    with quiet.context.expect_page() as opened:
        notice.get_by_role("link", name="Look at it again").click()
    expect(opened.value.get_by_text("By the answer, this is wrong:")).to_be_visible()
    opened.value.close()
    assert not CheckResult.objects.get(check_done=check).has_passed
    quiet.locator("#response").click(position={"x": 2, "y": 2})
    for key in ["c", "x", "Enter"]:
        quiet.keyboard.press(key)
    expect(quiet.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    expect(notice).to_be_hidden()
    expect(quiet.locator("#saved")).to_have_text("saved")
    assert Annotation.objects.filter(annotator=alice, status="submitted").count() == 2


def test_settings_show_instructions_as_they_will_be(
    quiet: Page, live_server: LiveServer, project: Project, mary: User, sign_in: Callable[[User], None]
) -> None:
    sign_in(mary)
    quiet.goto(f"{live_server.url}/projects/kites/settings/")
    quiet.get_by_label("Instructions").fill("Mark *every* wrong word.\n\n<i>x</i>")
    quiet.get_by_role("button", name="Preview").click()
    expect(quiet.locator("#preview em")).to_have_text("every")
    expect(quiet.locator("#preview")).to_contain_text("<i>x</i>")


def test_what_a_closed_desk_refuses_is_said_with_its_reason(desk: Page, item: Item, alice: User, complaints: list[str]) -> None:
    desk.wait_for_load_state("networkidle")
    tutorial = Project.objects.create(name="Learn", slug="learn", is_tutorial=True)
    scene = Item(project=tutorial, image=item.image, response="A red kite.")
    add_check(origin=Origin.DRAWN, item=scene, spans=[], user=None)
    Project.objects.filter(slug="kites").update(tutorial=tutorial)
    Lease.objects.all().delete()
    desk.keyboard.press("c")
    expect(desk.locator("#saved")).to_have_text("not saved, 1 act waiting")
    expect(desk.locator("#trouble")).to_contain_text(
        "The tutorial comes first. Until you have passed it, this browser keeps what"
    )
    assert not Annotation.objects.filter(annotator=alice).exists()
    leave(desk)
    assert [said for said in complaints if "422" not in said] == []
    complaints.clear()
