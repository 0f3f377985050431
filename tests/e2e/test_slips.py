"""Slips of the hand judge nothing by mistake and lose nothing, what keys do is said, and a low window hides nothing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Annotation, Event, Item, User
from tests.annotator.conftest import wait_until
from tests.e2e.conftest import leave
from tests.e2e.test_desk import DESK, saved


@pytest.fixture
def desk_with(quiet: Page, live_server: LiveServer, alice: User, sign_in: Callable[[User], None]) -> Callable[[], Page]:
    """Opens Alice's desk with whatever waits."""

    def open_desk() -> Page:
        sign_in(alice)
        quiet.goto(live_server.url + DESK)
        ready(quiet)
        return quiet

    return open_desk


@pytest.fixture
def desk(doubted: list[Item], desk_with: Callable[[], Page]) -> Page:
    """The first item there: "A red kite number 0 flies above the white house.", "red kite" and "white" doubted."""
    return desk_with()


def ready(page: Page) -> None:
    """Wait for the script: before it has begun no key means anything."""
    expect(page.locator("#response .word[tabindex='0']")).to_be_focused()


def acts() -> list[str]:
    return list(Event.objects.order_by("version").values_list("act", flat=True))


def test_another_window_does_not_take_a_word_that_is_half_written(desk: Page) -> None:
    desk.keyboard.press("r")
    desk.keyboard.type("umbr")
    desk.evaluate("document.activeElement.dispatchEvent(new FocusEvent('blur'))")  # as when the window loses the focus
    desk.keyboard.type("ella")
    expect(desk.locator("input.replacement")).to_have_value("umbrella")
    desk.keyboard.press("Enter")
    saved(desk)
    assert [event.payload.get("text") for event in Event.objects.all()] == ["umbrella"]


def test_an_input_left_as_it_was_says_nothing(desk: Page) -> None:
    desk.keyboard.press("r")
    expect(desk.locator("input.replacement")).to_have_value("red kite")
    desk.keyboard.press("Enter")
    expect(desk.locator("input.replacement")).to_have_count(0)
    expect(desk.get_by_role("button", name=re.compile("^red, "))).to_be_focused()
    saved(desk)
    assert acts() == []
    desk.keyboard.press("r")
    desk.keyboard.type("tower")
    desk.keyboard.press("Enter")
    desk.keyboard.press("k")
    desk.keyboard.press("r")
    desk.keyboard.type("red kite")  # what stood there: it is right after all
    desk.keyboard.press("Enter")
    expect(desk.locator("#response ins")).to_have_count(0)
    saved(desk)
    assert acts() == ["replace", "clear"]


def test_a_click_beside_it_keeps_a_comment_open_and_closes_the_keys(desk: Page) -> None:
    desk.keyboard.press("m")
    desk.keyboard.type("half of a thought")
    desk.mouse.click(5, 400)
    expect(desk.locator("#comment-text")).to_have_value("half of a thought")
    desk.locator("#comment-text").press("Control+Enter")
    expect(desk.locator("#has-comment")).to_be_visible()
    desk.keyboard.press("?")
    dialog = desk.locator("#keys-dialog")
    expect(dialog).to_be_visible()
    edge = dialog.bounding_box()
    assert edge is not None
    desk.mouse.click(edge["x"] + 4, edge["y"] + 40)  # on its rim
    expect(dialog).to_be_visible()
    desk.mouse.click(5, 400)
    expect(dialog).to_be_hidden()


def test_the_reason_of_one_skip_is_not_that_of_the_next(desk: Page, doubted: list[Item], alice: User) -> None:
    desk.keyboard.press("s")
    desk.locator("#skip-dialog").get_by_label("Another reason").fill("glare")
    desk.keyboard.press("Enter")
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    desk.keyboard.press("s")
    expect(desk.locator("#skip-dialog").get_by_label("Another reason")).to_have_value("")
    desk.locator("#skip-dialog input[type=radio]").first.check()
    desk.keyboard.press("Enter")
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[2].pk}")
    saved(desk)
    reasons = Annotation.objects.filter(annotator=alice).order_by("item").values_list("skip_reason", flat=True)
    assert reasons[0] == "glare"
    assert reasons[1] not in {"", "glare"}


def test_after_a_click_the_keys_mean_the_words_again(desk: Page, doubted: list[Item]) -> None:
    desk.get_by_role("button", name="All wrong").click()
    desk.get_by_role("button", name="Zoom in").click()
    desk.keyboard.press("Enter")
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    saved(desk)
    assert acts() == ["confirm", "confirm", "submit"]
    larger = desk.get_by_role("button", name="Zoom in")
    larger.press("Enter")  # by the keyboard a button keeps the focus, as everywhere
    expect(larger).to_be_focused()


def test_a_drag_that_ends_beside_the_words_swallows_no_click(desk: Page) -> None:
    first, third = (desk.locator(f".word[data-n='{number}']").bounding_box() for number in (0, 3))
    assert first is not None
    assert third is not None
    desk.mouse.move(first["x"] + 3, first["y"] + 10)
    desk.mouse.down()
    desk.mouse.move(third["x"] + 3, third["y"] + 10)
    desk.mouse.move(third["x"] + 3, third["y"] + 300)
    desk.mouse.up()
    desk.locator(".word[data-n='6']").click()
    expect(desk.locator(".word[data-n='6']")).to_have_class(re.compile("is-selected"))


def test_where_the_desk_was_closed_meanwhile_its_address_says_why(
    desk: Page, live_server: LiveServer, doubted: list[Item], complaints: list[str]
) -> None:
    desk.keyboard.press("a")
    saved(desk)
    desk.route("**/next/", lambda route: route.fulfill(status=403))
    desk.reload()
    ready(desk)
    desk.keyboard.press("Enter")
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    assert desk.url.startswith(live_server.url + DESK)
    leave(desk)
    complaints.clear()  # about the refusals


def test_what_the_server_refused_holds_up_nothing_else(desk: Page, doubted: list[Item], complaints: list[str]) -> None:
    refusal = {"reason": "It makes no sense."}
    desk.route(f"**/desk/{doubted[0].pk}/events/", lambda route: route.fulfill(status=422, json=refusal))
    for item in doubted[:2]:
        expect(desk.locator("#title")).to_have_text(f"Item {item.pk}")
        desk.keyboard.press("a")
        desk.keyboard.press("Enter")
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[0].pk}")  # theirs still, and what was refused can be discarded
    expect(desk.locator("#trouble")).to_contain_text("It makes no sense.")
    wait_until(lambda: Annotation.objects.filter(item=doubted[1], status="submitted").exists(), seconds=5)
    assert Annotation.objects.filter(status="submitted").count() == 1
    leave(desk)
    complaints.clear()  # about the refusals


@pytest.mark.parametrize(
    ("response", "words", "text"),
    [("Two dogs, cats.", (1, 2), "dogs, cats"), ("赤い犬が走る。", (0, 1), "赤い"), ("A red\nkite flies.", (1, 2), "red kite")],
)
def test_what_is_to_be_replaced_is_written_as_it_stands(
    response: str, words: tuple[int, int], text: str, make_items: Callable[..., list[Item]], desk_with: Callable[[], Page]
) -> None:
    make_items(1, response=response)
    desk = desk_with()
    desk.locator(f".word[data-n='{words[0]}']").click()
    desk.locator(f".word[data-n='{words[1]}']").click(modifiers=["Shift"])
    expect(desk.locator("[data-part='quote']")).to_have_text(text)
    desk.keyboard.press("r")
    expect(desk.locator("input.replacement")).to_have_value(text)


def test_undo_goes_to_what_it_changed_and_says_so(desk: Page) -> None:
    expect(desk.locator("#live")).to_have_text("No help by the model now.")  # nothing else is said by itself from here on
    desk.keyboard.press("c")
    expect(desk.locator("#live")).to_have_text("red kite: wrong.")
    desk.keyboard.press("2")
    expect(desk.locator("#live")).to_have_text("white: wrong. attribute All flags decided. Enter submits.")
    desk.locator(".word[data-n='4']").click()
    desk.keyboard.press("u")
    expect(desk.locator("#live")).to_have_text("Undone.")
    expect(desk.locator(".word[data-n='8']")).to_be_focused()
    desk.keyboard.press("u")
    expect(desk.locator(".word[data-n='1']")).to_be_focused()
    desk.keyboard.press("Shift+U")
    expect(desk.locator("#live")).to_have_text("Done again.")
    desk.keyboard.press("Shift+ArrowRight")
    expect(desk.locator("#live")).to_have_text(re.compile("^red kite number: selected"))


def test_the_picture_is_moved_by_keys(desk: Page) -> None:
    desk.keyboard.press("9")
    desk.keyboard.press("0")
    for _ in range(3):
        desk.keyboard.press("+")
    places = "() => { const { e, f } = new DOMMatrix(document.querySelector('#stage img').style.transform); return [e, f]; }"
    x, y = desk.evaluate(places)
    desk.keyboard.press("Control+ArrowRight")
    desk.keyboard.press("Control+ArrowUp")
    right, up = desk.evaluate(places)
    assert right < x
    assert up > y


def test_each_line_has_its_own_direction(make_items: Callable[..., list[Item]], desk_with: Callable[[], Page]) -> None:
    make_items(1, response="A red dog runs.\nكلب أحمر يركض.")
    desk = desk_with()
    lines = desk.locator("#response > div")
    expect(lines.nth(0)).to_have_css("direction", "ltr")
    expect(lines.nth(1)).to_have_css("direction", "rtl")
    desk.locator(".word[data-n='5']").click()
    desk.keyboard.press("ArrowLeft")  # the next word of such a line lies to the left
    expect(desk.locator(".word[data-n='6']")).to_be_focused()
    desk.locator(".word[data-n='1']").click()
    desk.keyboard.press("ArrowLeft")
    expect(desk.locator(".word[data-n='0']")).to_be_focused()


# a phone with its browser's bars, a small phone, one on its side, and 1280 x 800 and 1920 x 1080 at 200 % zoom
@pytest.mark.parametrize("size", [(390, 664), (375, 553), (844, 390), (640, 400), (960, 540)], ids=str)
def test_in_a_low_window_submit_stays_in_view_and_all_else_can_be_reached(size: tuple[int, int], desk: Page) -> None:
    desk.set_viewport_size({"width": size[0], "height": size[1]})
    foot = desk.locator(".desk-foot").bounding_box()
    assert foot is not None
    for control in [desk.locator(".kind").last, desk.get_by_role("button", name="Replace"), desk.locator("#response .word").last]:
        control.scroll_into_view_if_needed()
        control.evaluate("(element) => element.scrollIntoView({ block: 'nearest' })")
        expect(control).to_be_in_viewport(ratio=0.95)
        box = control.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= foot["y"] + 2
        expect(desk.locator("#submit")).to_be_in_viewport(ratio=1)
    assert desk.evaluate("document.querySelector('.sheet').scrollWidth <= document.querySelector('.sheet').clientWidth")
