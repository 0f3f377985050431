"""Keys: every one does what the table says, each person may have their own, and none fires where it should not."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.desk_keys import ROWS
from annotator.models import Annotation, Event, Item, User
from tests.e2e.test_desk import DESK, saved, word

PRESS = """(options) => {
    const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...options });
    document.activeElement.dispatchEvent(event);
    return event.defaultPrevented;
}"""


@pytest.fixture
def desk(quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]) -> Page:
    """Alice's desk with the first item."""
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(word(quiet, 1)).to_be_focused()
    return quiet


def choose(page: Page, name: str, key: str) -> None:
    """Give something in the dialog of keys, which is open, another key."""
    with page.expect_response("**/keys/"):
        page.locator(f"[data-own='{name}']").click()
        page.keyboard.press(key)


def test_the_table_names_all_acts_and_no_others(desk: Page) -> None:
    acts = desk.evaluate("async () => Object.keys((await import('/static/js/desk/acts.js')).actsOf({}))")
    assert {row.act or row.name for row in ROWS.values()} == set(acts)


def test_the_dialog_lists_the_table(desk: Page) -> None:
    desk.keyboard.press("?")
    dialog = desk.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    assert dialog.locator("dd").all_text_contents() == [row.label for row in ROWS.values()]
    expect(dialog.locator("[data-own='confirm'] kbd")).to_have_text("c")
    expect(dialog.locator("[data-own='submit'] kbd")).to_have_text("none")
    expect(dialog.locator("div", has=desk.locator("[data-own='redo']")).last).to_contain_text("Shift u Ctrl y Ctrl Shift z")
    expect(dialog.get_by_role("button", name="c wrong: confirm the flag")).to_be_visible()


def test_own_keys_do_what_the_usual_ones_did_and_everything_says_so(desk: Page, alice: User, doubted: list[Item]) -> None:
    desk.keyboard.press("?")
    choose(desk, "confirm", "t")
    expect(desk.locator("#keys-told")).to_have_text("“t” it is.")
    choose(desk, "accept1", "c")
    choose(desk, "undo", "Shift+Z")
    choose(desk, "previous", "Home")
    expect(desk.locator("#keys-told")).to_have_text("“Home” it is.")
    alice.refresh_from_db()
    assert alice.desk_keys == {"confirm": "t", "accept1": "c", "undo": "Shift z", "previous": "Home"}
    desk.keyboard.press("Escape")
    for _ in range(2):  # at once, and after a reload
        expect(desk.get_by_role("button", name="Wrong t")).to_be_visible()
        expect(desk.locator("#undo")).to_have_attribute("title", "Undo (Shift z)")
        expect(desk.locator("#previous")).to_have_attribute("title", "The item before (Home)")
        desk.keyboard.press("c")  # there is no suggestion
        desk.keyboard.press("t")
        expect(word(desk, 1)).to_have_attribute("aria-label", "red, wrong, flag 1 of 2")
        desk.keyboard.press("u")
        desk.keyboard.press("Shift+Z")
        expect(word(desk, 1)).to_have_attribute("aria-label", "red, doubtful, 0.10, flag 1 of 2")
        desk.reload()
        expect(word(desk, 1)).to_be_focused()
    saved(desk)
    assert list(Event.objects.order_by("version").values_list("act", flat=True)) == ["confirm", "undo"] * 2


def test_a_key_that_does_something_else_is_refused_and_usual_keys_come_back(
    desk: Page, alice: User, complaints: list[str]
) -> None:
    desk.keyboard.press("?")
    choose(desk, "confirm", "x")
    expect(desk.locator("#keys-told")).to_have_text("“x” is the key for “right: clear the flag”. Choose another.")
    with desk.expect_response("**/keys/"):
        desk.keyboard.press("t")  # it still waits
    expect(desk.locator("[data-own='confirm'] kbd")).to_have_text("t")
    desk.locator("[data-own='clear']").click()
    desk.keyboard.press("Escape")  # leaves the key, not the dialog
    expect(desk.locator("[data-own='clear']")).to_have_attribute("aria-pressed", "false")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_visible()
    desk.get_by_role("button", name="Usual keys").click()
    expect(desk.locator("[data-own='confirm'] kbd")).to_have_text("c")
    alice.refresh_from_db()
    assert alice.desk_keys == {}
    assert all("422" in complaint for complaint in complaints)
    complaints.clear()


@pytest.mark.parametrize(
    ("pressed", "act"),
    [
        ({"key": "C", "code": "KeyC"}, "confirm"),  # Caps Lock
        ({"key": "ш", "code": "KeyC"}, "confirm"),  # Cyrillic
        ({"key": "ψ", "code": "KeyC"}, "confirm"),  # Greek
        ({"key": "٤", "code": "Digit4"}, "kind"),  # Arabic
        ({"key": "4", "code": "Digit4", "shiftKey": True}, "kind"),  # a French keyboard
        ({"key": "C", "code": "KeyC", "shiftKey": True}, None),
        ({"key": "c", "code": "KeyC", "ctrlKey": True}, None),
        ({"key": "c", "code": "KeyC", "metaKey": True}, None),
        ({"key": "c", "code": "KeyC", "altKey": True}, None),
        ({"key": "ç", "code": "KeyC"}, None),  # a Latin letter of its own
        ({"key": "c", "code": "KeyC", "isComposing": True}, None),
        ({"key": "Process", "code": "KeyC", "isComposing": True}, None),
        ({"key": "Dead", "code": "KeyC"}, None),
        ({"key": "c", "code": "KeyC", "repeat": True}, None),  # held down
    ],
)
def test_keys_are_told_by_what_they_type_or_where_they_lie(desk: Page, pressed: dict[str, Any], act: str | None) -> None:
    desk.evaluate(PRESS, pressed)
    if act is None:
        desk.keyboard.press("m")  # the next act is the first
        desk.get_by_label("For those who review this item").fill("Hm.")
        desk.keyboard.press("Control+Enter")
    saved(desk)
    assert list(Event.objects.values_list("act", flat=True)) == [act or "comment"]


def test_no_key_fires_while_somebody_types_or_a_dialog_is_open(desk: Page) -> None:
    desk.keyboard.press("r")
    desk.keyboard.type("cx")
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_visible()
    desk.evaluate("document.activeElement.blur()")
    for key in ["c", "x", "Enter"]:
        desk.evaluate(PRESS, {"key": key, "code": ""})
    desk.wait_for_timeout(200)
    assert not Event.objects.exists()


@pytest.mark.parametrize("way", ["Enter", "click"])
def test_submitting_twice_in_a_breath_leaves_the_next_item_unread_but_open(
    desk: Page, doubted: list[Item], live_server: LiveServer, way: str
) -> None:
    desk.wait_for_load_state("networkidle")
    for key in ["c", "x"]:
        desk.keyboard.press(key)
    if way == "Enter":
        desk.keyboard.press("Enter")
        desk.keyboard.press("Enter")
    else:
        desk.locator("#submit").dblclick()
    expect(desk).to_have_url(f"{live_server.url}{DESK}{doubted[1].pk}/")
    saved(desk)
    expect(desk.locator("#submit-warning")).to_be_hidden()
    assert list(Annotation.objects.values_list("item", "status")) == [(doubted[0].pk, "submitted")]
    desk.wait_for_timeout(450)
    desk.keyboard.press("Enter")  # somebody has looked
    expect(desk.locator("#submit-warning")).to_be_visible()


def test_history_opens_by_key_goes_by_arrows_and_undo_reopens(desk: Page, doubted: list[Item], live_server: LiveServer) -> None:
    desk.keyboard.press("h")
    expect(desk.get_by_role("dialog", name="Your last items")).to_contain_text("Nothing yet.")
    desk.keyboard.press("Escape")
    for item in doubted[1:]:
        for key in ["c", "x", "Enter"]:
            desk.keyboard.press(key)
        expect(desk).to_have_url(f"{live_server.url}{DESK}{item.pk}/")
        saved(desk)  # two that are still on their way may arrive in either order
    desk.get_by_role("button", name="History").click()
    items = desk.get_by_role("dialog", name="Your last items").get_by_role("link")
    expect(items).to_have_count(2)
    expect(items.first).to_be_focused()
    expect(items.first).to_contain_text(f"A red kite number 1 flies above the white house. item {doubted[1].pk} · ")
    expect(items.first).to_contain_text(re.compile(r"· (now|a second ago|\d seconds ago) · 2 words wrong"))
    desk.keyboard.press("ArrowDown")
    expect(items.last).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{live_server.url}{DESK}{doubted[0].pk}/")
    expect(desk.locator("#closed")).to_be_visible()
    desk.keyboard.press("u")
    expect(desk.locator("#closed")).to_be_hidden()
    saved(desk)
    assert Annotation.objects.get(item=doubted[0]).status == "draft"
