"""The desk while something is open on it: each dialog, an input among the words, a box that is drawn. axe finds nothing."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Item, User
from tests.e2e.test_desk import DESK, word
from tests.e2e.test_pages import VIEWS

OPENED = {  # what a key opens, which Escape closes
    "?": "#keys-dialog",
    "i": "#instructions-dialog",
    "s": "#skip-dialog",
    "m": "#comment-dialog",
    "h": "#history a",
    "r": "#response input",
    "n": "#response input",
    "d": ".box.is-drawn",
}


def found(page: Page) -> list[str]:
    """What axe finds wrong with the page as it is, and whether it scrolls sideways."""
    violations = Axe().run(page).response["violations"]
    nodes = [f"{violation['id']}: {node['html'][:160]}" for violation in violations for node in violation["nodes"]]
    assert page.viewport_size is not None
    wider = page.evaluate("document.documentElement.scrollWidth") - page.viewport_size["width"]
    return nodes + ([f"scrolls sideways by {wider} px"] if wider > 0 else [])


@pytest.fixture
def desk(quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]) -> Page:
    """Alice's desk with the second item; she has submitted the first."""
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(word(quiet, 1)).to_be_focused()
    for key in ["x", "x", "Enter"]:
        quiet.keyboard.press(key)
    expect(quiet.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    expect(quiet.locator("#saved")).to_have_text("saved")
    return quiet


@pytest.mark.parametrize("view", VIEWS)
def test_whatever_is_open_axe_finds_nothing(desk: Page, view: str) -> None:
    complaints = {}
    for key, selector in OPENED.items():
        desk.keyboard.press(key)
        expect(desk.locator(selector).first).to_be_visible()
        complaints[key] = found(desk)
        desk.keyboard.press(
            "i" if desk.locator("dialog[open]:not(:modal)").count() else "Escape"
        )  # it stays open beside the words
        expect(desk.locator(selector)).to_be_hidden()
        word(desk, 1).focus()
    for key in ["c", "d", "ArrowRight", "Enter"]:
        desk.keyboard.press(key)
    expect(desk.locator(".box.is-selected")).to_be_visible()
    complaints["box"] = found(desk)
    expect(desk.locator("#saved")).to_have_text("saved")
    desk.context.clear_cookies(name="tldr_session")
    desk.keyboard.press("u")
    expect(desk.get_by_role("dialog", name="Sign in again").get_by_label("Password")).to_be_focused()
    complaints["sign in"] = found(desk)
    assert {name: said for name, said in complaints.items() if said} == {}
