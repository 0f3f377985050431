"""Settling a review in a real browser: by keyboard, by mouse, and what the page warns of."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Item, Project, Review, User
from tests.annotator.reviewing import judge, share
from tests.conftest import PASSWORD

LIST = "/projects/kites/review/"


@pytest.fixture
def disputed(make_items: Callable[..., list[Item]], project: Project, alice: User, mary: User) -> list[Item]:
    """Two items: "A red kite number 0 flies above the white house." with three differences, and the next one with one."""
    share(project)
    items = make_items(2, project=project)
    house = ("kind", {"first": 9, "end": 10, "kind": "object"})
    judge(
        items[0],
        alice,
        [("replace", {"first": 1, "end": 3, "text": "blue balloon", "kind": "object"}), ("flag", {"first": 5, "end": 6}), house],
    )
    judge(items[0], mary, [("flag", {"first": 2, "end": 3}), ("replace", {"first": 8, "end": 9, "text": "grey"}), house])
    judge(items[1], alice, [("flag", {"first": 1, "end": 2})])
    judge(items[1], mary)
    return items


@pytest.fixture
def page_of_first(
    quiet: Page, live_server: LiveServer, disputed: list[Item], rita: User, sign_in: Callable[[User], None]
) -> Page:
    """The review of the first item, opened from the list."""
    sign_in(rita)
    quiet.goto(live_server.url + LIST)
    quiet.get_by_role("link", name=f"Item {disputed[0].pk}", exact=True).click()
    expect(difference(quiet, 0)).to_have_class("difference panel is-current")
    return quiet


def difference(page: Page, number: int) -> Locator:
    return page.locator(f"[data-difference='{number}']")


def decided(page: Page, number: int) -> Locator:
    return difference(page, number).locator("[data-part='decided']")


def letter_of(page: Page, text: str) -> int:
    """The number of the person who says this of the first difference."""
    rows = difference(page, 0).locator("tbody tr").all_inner_texts()
    return next(number for number, row in enumerate(rows, start=1) if text in row)


def test_keyboard_settles_and_goes_on(page_of_first: Page, live_server: LiveServer, disputed: list[Item], rita: User) -> None:
    page = page_of_first
    page.keyboard.press(str(letter_of(page, "blue balloon")))
    expect(decided(page, 0)).to_contain_text("✗ wrong, object blue balloon")
    expect(difference(page, 1)).to_be_focused()
    page.keyboard.press("x")
    expect(decided(page, 1)).to_contain_text("✓ right")
    for key in ["k", "c", "u", "u", "x", "r"]:  # another thought about the second, taken back
        page.keyboard.press(key)
    page.keyboard.type("black")
    page.keyboard.press("Enter")
    expect(decided(page, 2)).to_contain_text("✗ wrong black")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}{LIST}{disputed[1].pk}/")
    review = Review.objects.get(item=disputed[0])
    assert [(one["first"], one["end"], one["verdict"], one["kind"], one["text"]) for one in review.judgements] == [
        (1, 3, "wrong", "object", "blue balloon"),
        (5, 6, "right", None, None),
        (8, 9, "wrong", None, "black"),
        (9, 10, "wrong", "object", None),
    ]
    assert (review.state, review.reviewer) == ("settled", rita)


def test_missing_word_that_one_put_in_is_kept_or_left(
    page_of_first: Page, live_server: LiveServer, project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User
) -> None:
    page, (item,) = page_of_first, make_items(1, project=project)
    judge(item, alice, [("insert", {"at": 1, "text": "big"}), ("insert", {"at": 3, "text": "of paper"})])
    judge(item, mary, [("insert", {"at": 10, "text": "today"})])
    page.goto(f"{live_server.url}{LIST}{item.pk}/")
    page.keyboard.press(str(letter_of(page, "big")))
    expect(decided(page, 0)).to_contain_text("✗ missing big")
    page.keyboard.press("x")
    expect(decided(page, 1)).to_contain_text("✓ nothing missing")
    page.keyboard.press("c")  # what is missing has to be said
    expect(difference(page, 2).get_by_role("textbox")).to_have_value("today")
    page.keyboard.type("now")
    page.keyboard.press("Enter")
    difference(page, 2).get_by_label("Kind").select_option("text")
    expect(decided(page, 2)).to_contain_text("✗ missing, text now")
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(f"{live_server.url}{LIST}{item.pk}/")
    review = Review.objects.get(item=item)
    assert review.corrected == "A big red kite number 0 flies above the white house now."


def test_mouse_settles_with_a_kind_and_the_last_leads_to_the_list(
    page_of_first: Page, live_server: LiveServer, disputed: list[Item]
) -> None:
    page = page_of_first
    difference(page, 2).get_by_role("button", name="Wrong").click()
    difference(page, 2).get_by_label("Kind").select_option("attribute")
    difference(page, 0).get_by_role("button", name="Replace").click()
    difference(page, 0).get_by_role("textbox").fill("")
    difference(page, 0).get_by_role("button", name="Put in").click()
    difference(page, 1).get_by_role("button", name="Right").click()
    page.get_by_role("button", name="Settle and next").click()
    expect(page).to_have_url(f"{live_server.url}{LIST}{disputed[1].pk}/")
    page.get_by_role("button", name="A for all").click()
    page.get_by_label("Comment").fill("Plain.")
    page.get_by_role("button", name="Settle").click()
    expect(page.get_by_text("everything is settled")).to_be_visible()
    reviews = [Review.objects.get(item=item) for item in disputed]
    assert [(span["quote"], span["kind"], span["replacement"]) for span in reviews[0].spans] == [
        ("red kite", "object", ""),
        ("white", "attribute", None),
        ("house", "object", None),
    ]
    assert (reviews[1].state, reviews[1].comment) == ("settled", "Plain.")


def test_undecided_differences_are_pointed_out(page_of_first: Page) -> None:
    page = page_of_first
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 differences are not decided yet.")).to_be_visible()
    expect(difference(page, 0)).to_be_focused()
    assert not Review.objects.filter(state="settled").exists()
    page.keyboard.press("u")  # nothing is left to lose, so leaving asks nothing


def test_leaving_with_decisions_asks_first(page_of_first: Page) -> None:
    page, asked = page_of_first, []
    page.keyboard.press("x")
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="All reviews").click()
    expect(page.get_by_role("heading", name="Review", exact=True)).to_be_visible()
    assert asked == ["beforeunload"]


def test_decisions_outlast_the_session(page_of_first: Page, live_server: LiveServer, disputed: list[Item], rita: User) -> None:
    page = page_of_first
    page.keyboard.press("x")
    page.keyboard.press("x")
    page.keyboard.press("r")
    page.keyboard.type("black")
    page.keyboard.press("Enter")
    page.get_by_label("Comment").fill("Look at the roof.")
    said = [decided(page, number).inner_text() for number in range(3)]
    page.context.clear_cookies(name="tldr_session")
    page.get_by_role("button", name="Settle and next").click()
    page.get_by_label("Email").fill(rita.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{live_server.url}{LIST}{disputed[0].pk}/")
    expect(page.get_by_text("undecided", exact=True)).to_have_count(0)
    assert [decided(page, number).inner_text() for number in range(3)] == said
    page.get_by_role("button", name="Settle and next").click()
    expect(page).to_have_url(f"{live_server.url}{LIST}{disputed[1].pk}/")
    review = Review.objects.get(item=disputed[0])
    assert (review.corrected, review.comment) == ("A red kite number 0 flies above the black house.", "Look at the roof.")


def test_reopened_review_begins_with_what_was_settled(page_of_first: Page, live_server: LiveServer, disputed: list[Item]) -> None:
    page = page_of_first
    page.keyboard.press("a")
    said = [decided(page, number).inner_text() for number in range(3)]
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}{LIST}{disputed[1].pk}/")
    page.goto(f"{live_server.url}{LIST}{disputed[0].pk}/")
    expect(page.get_by_text("A is ")).to_contain_text("Alice")
    page.get_by_role("button", name="Reopen").click()
    expect(decided(page, 0)).to_have_text(said[0], use_inner_text=True)
    assert [decided(page, number).inner_text() for number in range(3)] == said
