"""The response at the desk: nothing moves when a word is judged, however long it is; places without a space; other languages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Annotation, Item, User
from tests.e2e.test_desk import DESK, saved, word

LONG = "A red kite flies above the white house beside which two small dogs play. " * 215
PLACES = """() => [...document.querySelectorAll("#response .word")].map((word) => {
    const { x, y } = word.getBoundingClientRect();
    return [x, y];
})"""
LAYOUT = """async (keys) => {  // milliseconds of layout that each key caused: styles are up to date before it
    const settled = () => new Promise((resolve) => setTimeout(resolve, 500));
    const measure = (change) => {
        document.body.getBoundingClientRect();
        change();
        const began = performance.now();
        document.body.getBoundingClientRect();
        return performance.now() - began;
    };
    const options = { bubbles: true, cancelable: true };
    const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, ...options }));
    const response = document.getElementById("response");
    const took = {};
    for (const [number, key] of keys.entries()) {
        await settled();
        const name = number ? key : "first";
        took[name] = Math.min(took[name] ?? Infinity, measure(() => press(key)));
    }
    const whole = [1, 2, 3].map((width) => measure(() => (response.style.maxWidth = `${20 + width}em`)));
    return { took, whole: Math.min(...whole) };
}"""


@pytest.fixture
def desk_of(
    quiet: Page, live_server: LiveServer, alice: User, sign_in: Callable[[User], None], make_items: Callable[..., list[Item]]
) -> Callable[[str], Page]:
    """Opens Alice's desk with an item of that response."""

    def open_desk(response: str) -> Page:
        make_items(1, response=response)
        sign_in(alice)
        quiet.goto(live_server.url + DESK)
        expect(word(quiet, 0)).to_be_focused()
        return quiet

    return open_desk


def test_judging_a_word_moves_no_other(desk_of: Callable[[str], Page]) -> None:
    desk = desk_of("A red kite flies above the house.\nA dog, two cats:\n\n  the sun shines.")
    before = desk.evaluate(PLACES)
    for number, key in [(1, "c"), (2, "x"), (6, "f"), (9, "o"), (12, "4")]:
        word(desk, number).click()
        desk.keyboard.press(key)
        assert desk.evaluate(PLACES) == before
    expect(desk.locator(".gap.after-wrong")).to_have_count(4)
    expect(desk.locator(".gap.after-right")).to_have_css("background-image", re.compile(r"right\.svg"))
    desk.keyboard.press("u")
    expect(desk.locator(".gap.after-wrong")).to_have_count(3)
    saved(desk)


def test_line_breaks_look_as_in_one_block(desk_of: Callable[[str], Page]) -> None:
    response = "One line\nand another.\n\n\nA third,\n  one with an indent,\r\nthe last.\n"
    desk = desk_of(response)
    heights = desk.evaluate("""(text) => {
        const response = document.getElementById("response");
        const plain = response.cloneNode(false);
        plain.id = "plain";
        plain.textContent = text;
        response.after(plain);
        return [response.offsetHeight, plain.offsetHeight];
    }""", response)  # fmt: skip
    assert heights[0] == heights[1] > 100
    assert desk.locator("#response").evaluate("response => response.textContent") == response


def test_no_verdict_lays_out_a_long_response_anew(desk_of: Callable[[str], Page]) -> None:
    desk = desk_of(LONG)
    keys = ["f", "u", "f", "u", "f", "u", "x", "u", "x", "u", "2", "u", "2", "u", "ArrowRight", "ArrowRight"]
    layout = desk.evaluate(LAYOUT, ["f", *keys * 3])
    del layout["took"]["first"]
    assert set(layout["took"]) == {"f", "u", "x", "2", "ArrowRight"}
    assert max(layout["took"].values()) < layout["whole"] / 2, layout
    saved(desk)


def test_places_between_characters_are_clicked(desk_of: Callable[[str], Page]) -> None:
    desk = desk_of("赤い犬が走る。")
    gap = desk.locator(".gap").nth(2)
    box, at = gap.bounding_box(), word(desk, 2).bounding_box()
    assert box is not None
    assert at is not None
    desk.mouse.click(at["x"] - 2, box["y"] + box["height"] / 2)
    expect(desk.get_by_label("Missing before 犬")).to_be_focused()
    desk.keyboard.type("大")
    desk.keyboard.press("Enter")
    saved(desk)
    assert Annotation.objects.get().corrected == "赤い大犬が走る。"
    desk.mouse.click(at["x"] - 8, box["y"] + box["height"] / 2)  # the character itself
    expect(word(desk, 1)).to_be_focused()


@pytest.mark.parametrize(
    "browser_context_args", [{"has_touch": True, "is_mobile": True, "viewport": {"width": 390, "height": 844}}], ids=["phone"]
)
def test_a_finger_reaches_every_place(desk_of: Callable[[str], Page]) -> None:
    desk = desk_of("赤い犬が走る。")
    word(desk, 1).tap()
    desk.get_by_role("button", name="Insert").tap()
    expect(desk.get_by_label("Missing before 犬")).to_be_focused()
    before = desk.get_by_role("button", name="The place before")
    size = before.bounding_box()
    assert size is not None
    assert min(size["width"], size["height"]) >= 24
    before.tap()
    before.tap()
    expect(desk.get_by_label("Missing before 赤")).to_be_focused()
    desk.get_by_role("button", name="The place after").tap()
    expect(desk.get_by_label("Missing before い")).to_be_focused()
    desk.keyboard.type("く")
    expect(before).to_be_hidden()  # what is written stays in its place
    desk.keyboard.press("Enter")
    saved(desk)
    assert Annotation.objects.get().corrected == "赤くい犬が走る。"


def test_texts_and_figures_are_in_the_language_of_the_page(
    quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]
) -> None:
    alice.language = "de"
    alice.save()
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(word(quiet, 1)).to_have_attribute("aria-label", "red, zweifelhaft, 0,10, Markierung 1 von 2")
    expect(quiet.locator("#saved")).to_have_text("gespeichert")
    expect(quiet.locator("[data-part='facts']")).to_have_text("zweifelhaft · Stützwert 0,10 · Markierung 1 von 2")
