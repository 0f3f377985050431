"""What the page does with the checkpoint's help: suggestions at hand, new values in place, evidence over the picture.

The answers are scripted at the network; that real ones come is in tests/annotator/services/test_helping.py.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Annotation, Item, User

DESK = "/projects/kites/desk/"


@pytest.fixture
def asked() -> list[dict[str, Any]]:
    """The questions that the page asked."""
    return []


@pytest.fixture
def helped(quiet: Page, asked: list[dict[str, Any]]) -> Page:
    """A page whose helper knows that "red kite" may be a plane or a bird, and doubts "house" as soon as anything is edited."""

    def answer(route: Route) -> None:
        question = route.request.post_data_json
        asked.append(question | {"item": int(route.request.url.split("/")[-3])})
        words = [0.95] * 10
        for first, end, _ in question["edits"]:
            words[first:end] = [None] * (end - first)  # type: ignore[list-item]
        words[6], words[9] = 0.55, 0.2  # "above" is worth less, the last word becomes doubtful
        first, end = question.get("first", 0), question.get("end")
        texts = {"plane": 0.9, "black bird": 0.8, "": 0.7} if first == 1 else {"blue": 0.9, "green": 0.8}
        answers = {
            "values": {"words": words, "edits": [0.9] * len(question["edits"])},
            "suggestions": [{"first": first, "end": end, "text": text, "value": value} for text, value in texts.items()],
            "evidence": {
                "rows": [[0.0] * 8 for _ in range(7)] + [[1.0, -0.5, *[0.0] * 6]],
                "strength": 2.0 if question.get("word") == 1 else 0.1,
            },
        }
        route.fulfill(status=200, content_type="application/json", body=json.dumps({"answer": answers[question["kind"]]}))

    quiet.route("**/help/", answer)
    return quiet


@pytest.fixture
def desk(helped: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]) -> Page:
    """Alice's desk with the first item."""
    sign_in(alice)
    helped.goto(live_server.url + DESK)
    expect(helped.get_by_role("button", name=re.compile("^red, "))).to_be_focused()
    return helped


def test_a_suggestion_takes_one_key_and_the_next_flag_has_its_own(
    desk: Page, doubted: list[Item], live_server: LiveServer
) -> None:
    expect(desk.locator(".suggestion")).to_have_text(["q plane 0.90", "w black bird 0.80", "e (delete) 0.70"])
    desk.keyboard.press("w")
    expect(desk.locator(".suggestion")).to_have_text(["q blue 0.90", "w green 0.80"])
    desk.locator(".suggestion").first.click()
    expect(desk.locator("#response")).to_contain_text("red kiteblack bird number")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{live_server.url}{DESK}{doubted[1].pk}/")
    expect(desk.locator("#saved")).to_have_text("saved")
    assert Annotation.objects.get(item=doubted[0]).corrected == "A black bird number 0 flies above the blue house."


def test_suggestions_of_all_flags_are_asked_for_once_and_ahead(desk: Page, asked: list[dict[str, Any]]) -> None:
    expect(desk.locator(".suggestion").first).to_be_visible()
    desk.wait_for_load_state("networkidle")
    assert [(one["kind"], one["first"], one["end"]) for one in asked] == [("suggestions", 1, 3), ("suggestions", 8, 9)]
    desk.keyboard.press("j")
    expect(desk.locator(".suggestion").first).to_have_text("q blue 0.90")
    assert len(asked) == 2


def test_an_edit_shows_what_the_words_are_worth_now(desk: Page, asked: list[dict[str, Any]]) -> None:
    expect(desk.locator(".suggestion").first).to_be_visible()
    desk.keyboard.press("q")
    house = desk.locator(".word[data-n='9']")
    expect(house).to_have_class(re.compile("is-worse"))
    expect(house).to_have_attribute("aria-label", "house, now doubtful, 0.20")
    above = desk.locator(".word[data-n='6']")
    expect(above).to_have_class(re.compile("is-worse"))
    expect(above).to_have_attribute("aria-label", "above, now less supported, 0.55")
    white = desk.locator(".word[data-n='8']")  # selected now
    expect(white).to_have_class(re.compile("is-better"))
    expect(desk.locator("[data-part='facts']")).to_contain_text("grounded 0.45 → 0.95")
    expect(desk.locator("#live")).to_have_text("1 other word has become doubtful.")
    assert [one["edits"] for one in asked if one["kind"] == "values"] == [[[1, 3, "plane"]]]
    desk.keyboard.press("u")
    expect(house).not_to_have_class(re.compile("is-worse"))


def test_missing_words_are_scored_with_the_other_edits(desk: Page, asked: list[dict[str, Any]]) -> None:
    for key in ("n", "b", "i", "g", "Enter"):  # behind "kite"
        desk.keyboard.press(key)
    facts = desk.locator("[data-part='facts']")
    expect(desk.locator("#response ins")).to_have_attribute("title", "grounded 0.90")
    assert [one["edits"] for one in asked if one["kind"] == "values"] == [[[3, 3, "big"]]]
    expect(facts).to_have_text("missing · flag 2 of 3 · by hand")


def test_an_item_that_was_left_is_not_asked_about_any_more(desk: Page, doubted: list[Item], asked: list[dict[str, Any]]) -> None:
    for suggestion in ("q plane 0.90", "q blue 0.90"):
        expect(desk.locator(".suggestion").first).to_have_text(suggestion)
        desk.keyboard.press("q")
    desk.keyboard.press("Enter")
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    expect(desk.locator(".suggestion").first).to_be_visible()
    desk.wait_for_timeout(500)  # longer than the page waits after an edit
    assert not [one for one in asked if one["item"] == doubted[1].pk and one["edits"]]


def test_evidence_lies_over_the_picture_and_goes_with_the_word(desk: Page) -> None:
    desk.keyboard.press("v")
    heat = desk.get_by_role("img", name="Evidence for red")
    expect(heat).to_be_visible()
    box, stage = heat.bounding_box(), desk.locator("#stage").bounding_box()
    assert box is not None
    assert stage is not None
    assert box["width"] / box["height"] == pytest.approx(96 / 64, abs=0.02)  # exactly over the picture, whatever the stage
    assert abs(box["x"] + box["width"] / 2 - stage["x"] - stage["width"] / 2) < 2
    facts = desk.locator("[data-part='facts']")
    expect(facts).not_to_contain_text("little in the image")
    desk.keyboard.press("ArrowRight")
    expect(heat).to_be_hidden()
    desk.keyboard.press("v")
    expect(facts).to_contain_text("little in the image moves it")  # else an empty map would look like a broken one
    desk.keyboard.press("ArrowRight")
    expect(facts).not_to_contain_text("little in the image")


def test_all_flags_are_confirmed_by_one_key(desk: Page, doubted: list[Item], live_server: LiveServer) -> None:
    desk.keyboard.press("a")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{live_server.url}{DESK}{doubted[1].pk}/")
    expect(desk.locator("#saved")).to_have_text("saved")
    assert [span["quote"] for span in Annotation.objects.get(item=doubted[0]).spans] == ["red kite", "white"]


def test_without_help_the_desk_says_so_quietly_and_works_on(
    quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]
) -> None:
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(quiet.locator("#suggestions")).to_have_class(re.compile("is-away"))
    for key in ["x", "r"]:
        quiet.keyboard.press(key)
    quiet.keyboard.type("blue")
    quiet.keyboard.press("Enter")
    expect(quiet.locator("#response")).to_contain_text("whiteblue house")
    expect(quiet.locator("#saved")).to_have_text("saved")


def test_what_nobody_had_time_to_answer_is_asked_once_more(
    helped: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]
) -> None:
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.post_data_json["kind"])
        route.fulfill(
            status=200, content_type="application/json", body='{"answer": null, "away": "Too many are waiting already"}'
        )

    helped.route("**/help/", refuse)
    sign_in(alice)
    helped.goto(live_server.url + DESK)
    expect(helped.locator("#suggestions")).to_have_class(re.compile("is-away"))
    helped.keyboard.press("j")
    helped.keyboard.press("r")
    helped.keyboard.type("blue")
    helped.keyboard.press("Enter")
    helped.wait_for_timeout(500)  # longer than the page waits after an edit
    helped.unroute("**/help/", refuse)  # the helper is back, and nobody presses anything
    expect(helped.locator(".word[data-n='9']")).to_have_class(re.compile("is-worse"))
    expect(helped.locator("#suggestions")).not_to_have_class(re.compile("is-away"))
    assert refused == ["suggestions"]  # and nobody was asked while it was away


def test_a_question_that_was_refused_is_asked_again_although_another_was_answered_meanwhile(
    helped: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]
) -> None:
    held: list[Route] = []

    def answer(route: Route) -> None:
        if route.request.post_data_json["first"] == 1:
            held.append(route)  # the first flag's answer takes its time
        else:
            helped.unroute("**/help/", answer)
            route.fulfill(status=200, content_type="application/json", body='{"answer": null, "away": "Too many are waiting"}')

    helped.route("**/help/", answer)
    sign_in(alice)
    helped.goto(live_server.url + DESK)
    expect(helped.get_by_role("button", name=re.compile("^red, "))).to_be_focused()
    helped.keyboard.press("x")  # on to the second flag
    expect(helped.locator("#suggestions")).to_have_class(re.compile("is-away"))
    expect(helped.locator("#saved")).to_have_text("saved")
    helped.wait_for_timeout(300)  # nothing else will make the page look again
    [first] = held
    first.fulfill(status=200, content_type="application/json", body='{"answer": []}')
    expect(helped.locator(".suggestion")).to_have_text(["q blue 0.90", "w green 0.80"])
