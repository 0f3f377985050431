"""What an annotator can do besides judging words: put in what is missing, split and join, draw evidence, light the picture."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Annotation, Event, Item, User

DESK = "/projects/kites/desk/"


@pytest.fixture
def desk(quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]) -> Page:
    """Alice's desk with the first item: "A red kite number 0 flies above the white house.", "red kite" and "white" doubted."""
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(quiet.get_by_role("button", name=re.compile("^red, "))).to_be_focused()
    return quiet


def word(page: Page, number: int) -> Locator:
    return page.locator(f".word[data-n='{number}']")


def missing(page: Page) -> Locator:
    return page.locator("#response ins.is-missing")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def write(page: Page, text: str) -> None:
    expect(page.locator("input.replacement")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def kept(page: Page) -> Annotation:
    """The annotation, once the server has everything."""
    expect(page.locator("#saved")).to_have_text("saved")
    return Annotation.objects.get()


def judged(page: Page) -> list[tuple[Any, ...]]:
    return [(row["first"], row["end"], row["kind"], row["text"]) for row in kept(page).judgements]


def test_a_missing_word_is_put_in_changed_undone_and_taken_away_by_key(desk: Page) -> None:
    word(desk, 0).click()
    press(desk, "n")
    write(desk, "big")
    expect(missing(desk)).to_have_attribute("aria-label", "missing: big")
    expect(missing(desk)).to_be_focused()
    expect(desk.locator("#response")).to_have_text("A bigred kite number 0 flies above the white house.")
    assert kept(desk).corrected == "A big red kite number 0 flies above the white house."
    press(desk, "2")
    expect(desk.locator("[data-part='facts']")).to_have_text("missing: attribute · flag 1 of 3 · by hand")
    press(desk, "r")
    write(desk, "large")
    assert judged(desk) == [(1, 1, "attribute", "large")]
    press(desk, "x")
    expect(missing(desk)).to_have_count(0)
    expect(word(desk, 1)).to_be_focused()
    press(desk, "u", "u")
    expect(missing(desk)).to_have_text("big")
    press(desk, "Shift+u")
    assert judged(desk) == [(1, 1, "attribute", "large")]


def test_arrow_keys_in_an_empty_input_lead_to_the_first_and_to_the_last_place(desk: Page) -> None:
    word(desk, 0).click()
    press(desk, "n", "ArrowLeft", "ArrowLeft")
    expect(desk.get_by_label("Missing before A")).to_be_focused()
    write(desk, "Here")
    word(desk, 9).click()
    press(desk, "n", "ArrowRight")
    expect(desk.get_by_label("Missing at the end")).to_be_focused()
    write(desk, "today")
    assert kept(desk).corrected == "Here A red kite number 0 flies above the white house today."
    press(desk, "ArrowLeft")
    expect(word(desk, 9)).to_be_focused()
    press(desk, "j")
    expect(missing(desk).last).to_be_focused()
    press(desk, "j")
    expect(missing(desk).first).to_be_focused()
    press(desk, "ArrowRight")
    expect(word(desk, 0)).to_be_focused()


def test_escape_and_an_empty_input_put_nothing_in(desk: Page) -> None:
    press(desk, "n", "Escape")
    press(desk, "n", "Enter")
    expect(desk.locator("input.replacement")).to_have_count(0)
    expect(word(desk, 1)).to_be_focused()
    assert not Event.objects.exists()


def test_gaps_are_clicked_and_a_finger_has_a_button(desk: Page) -> None:
    desk.locator(".gap").nth(4).click()
    expect(desk.get_by_label("Missing before 0")).to_be_focused()
    write(desk, "the")
    word(desk, 8).click()
    missing(desk).click()
    desk.get_by_role("button", name="Delete").click()
    expect(missing(desk)).to_have_count(0)
    word(desk, 8).click()
    desk.get_by_role("button", name="Insert n").click()
    write(desk, "old")
    assert judged(desk) == [(9, 9, None, "old")]


def test_run_is_split_and_joined_and_either_is_undone_by_one_key(desk: Page) -> None:
    press(desk, "4", "k", "ArrowRight", "b")  # at "kite" in "red kite"
    assert judged(desk) == [(1, 2, "object", None), (2, 3, "object", None)]
    press(desk, "u")
    assert judged(desk) == [(1, 3, "object", None)]
    word(desk, 4).click()
    press(desk, "f")
    desk.get_by_role("button", name="Join g").click()  # over the word between
    assert judged(desk) == [(1, 5, "object", None)]
    word(desk, 3).click()
    desk.get_by_role("button", name="Split b").click()
    assert judged(desk) == [(1, 3, "object", None), (3, 5, "object", None)]
    press(desk, "u", "u")
    assert judged(desk) == [(1, 3, "object", None), (4, 5, None, None)]


def test_nothing_to_split_or_join_is_said_and_changes_nothing(desk: Page) -> None:
    word(desk, 5).click()
    for key, told in {"b": "Nothing to split", "g": "Nothing to join"}.items():
        press(desk, key)
        expect(desk.locator("#live")).to_contain_text(told)
    assert not Event.objects.exists()


def test_box_is_dragged_belongs_to_its_words_and_moves_with_the_picture(desk: Page) -> None:
    image = desk.locator(".boxes").bounding_box()
    assert image is not None
    desk.get_by_role("button", name="Box d").click()
    desk.mouse.move(image["x"] + 0.25 * image["width"], image["y"] + 0.5 * image["height"])
    desk.mouse.down()
    desk.mouse.move(image["x"] + 2 * image["width"], image["y"] + 0.75 * image["height"])  # ends at the edge of the picture
    desk.mouse.up()
    box = desk.get_by_role("img", name="Box: red kite")
    expect(box).to_have_class("box is-selected")
    (row,) = kept(desk).judgements
    assert (row["first"], row["end"], row["verdict"]) == (1, 3, "wrong")
    assert row["box"] == pytest.approx([0.25, 0.5, 1, 0.75], abs=0.005)
    before = box.bounding_box()
    press(desk, "+")
    after = box.bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] / before["width"] == pytest.approx(1.4, abs=0.02)
    press(desk, "j")
    expect(box).to_have_class("box")
    desk.reload()
    expect(box).to_be_visible()


def test_box_is_drawn_by_keys_and_taken_away(desk: Page) -> None:
    press(desk, "d", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Escape")
    assert not Event.objects.exists()
    press(desk, "d", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowUp", "Enter")
    expect(desk.locator("[data-part='facts']")).to_contain_text("wrong, with a box")
    assert kept(desk).judgements[0]["box"] == [0.33, 0.33, 0.65, 0.61]
    press(desk, "d", "Delete")
    expect(desk.locator(".box")).to_have_count(0)
    assert (kept(desk).judgements[0]["box"], kept(desk).judgements[0]["verdict"]) == (None, "wrong")
    press(desk, "u")
    assert kept(desk).judgements[0]["box"] == [0.33, 0.33, 0.65, 0.61]


def test_not_in_the_picture_is_said_by_key_and_button_and_taken_back(desk: Page) -> None:
    press(desk, "o")
    button = desk.get_by_role("button", name="Not in the picture o")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(word(desk, 2)).to_have_attribute("aria-label", "kite, wrong, not in the picture, flag 1 of 2")
    assert kept(desk).judgements[0]["absent"] is True
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert kept(desk).judgements[0]["absent"] is False


def test_picture_gets_lighter_and_darker_for_the_session(desk: Page) -> None:
    picture = desk.locator("#stage img")
    expect(picture).to_have_css("filter", "none")
    press(desk, ".", ".", ",")
    expect(picture).to_have_css("filter", "brightness(1.25)")
    press(desk, "0")
    desk.reload()
    expect(picture).to_have_css("filter", "brightness(1.25)")
    desk.get_by_role("button", name="Darker").click()
    expect(picture).to_have_css("filter", "none")
    press(desk, ",")
    desk.get_by_role("button", name="80 %").click()
    expect(picture).to_have_css("filter", "none")


def test_closed_item_takes_no_act(desk: Page, doubted: list[Item]) -> None:
    press(desk, "a", "Enter")
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    press(desk, "p")
    expect(desk.locator("#closed")).to_be_visible()
    word(desk, 2).click()
    press(desk, "n", "b", "g", "d", "o")
    expect(desk.locator("input.replacement, .box")).to_have_count(0)
    assert kept(desk).version == 3


@pytest.fixture
def long_desk(
    quiet: Page, live_server: LiveServer, make_items: Callable[..., list[Item]], alice: User, sign_in: Callable[[User], None]
) -> Page:
    """Alice's desk with 3,000 words in one paragraph."""
    make_items(1, response="word " * 3_000)
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(word(quiet, 0)).to_be_focused()
    return quiet


def test_key_touches_few_words_of_a_long_response(long_desk: Page) -> None:
    touched = long_desk.evaluate("""async () => {
        const counts = [];
        const observer = new MutationObserver(() => {});
        const options = { subtree: true, childList: true, attributes: true, characterData: true };
        observer.observe(document.getElementById("response"), options);
        for (const key of ["ArrowRight", "ArrowRight", "f", "ArrowRight", "u"]) {
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
            counts.push(new Set(observer.takeRecords().map((record) => record.target)).size);
        }
        return counts;
    }""")
    # of a verdict the word, and the gap behind it that bears the mark; an undo goes to its word from another one
    assert touched == [1, 2, 2, 2, 3]
    expect(long_desk.locator("#saved")).to_have_text("saved")


def test_the_look_of_few_elements_is_worked_out_anew_where_words_are_put_in(long_desk: Page) -> None:
    """Selectors that ask for siblings, anywhere in the style sheets, would have it worked out for all that follows."""
    browser = long_desk.context.browser
    assert browser is not None
    browser.start_tracing(page=long_desk, categories=["devtools.timeline"])
    press(long_desk, "ArrowRight", "r", "z", "Enter", "u", "n", "y", "Enter")
    expect(missing(long_desk)).to_have_text("y")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    counts = [
        event["args"]["elementCount"]
        for event in events
        if event["name"] == "UpdateLayoutTree" and "elementCount" in event["args"]
    ]
    assert len(counts) >= 7
    assert max(counts) < 300
