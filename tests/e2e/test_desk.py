"""The desk in a real browser: by keyboard, by mouse, across reloads, without a network, after a lost session."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Annotation, Event, Item, Lease, Membership, Project, Role, User

DESK = "/projects/kites/desk/"


@pytest.fixture
def desk(quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]) -> Page:
    """Alice's desk with the first item."""
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(quiet.get_by_role("button", name=re.compile("^red, "))).to_be_focused()
    return quiet


def word(page: Page, number: int) -> Locator:
    return page.locator(f".word[data-n='{number}']")


def saved(page: Page) -> None:
    expect(page.locator("#title")).to_have_text(re.compile(r"\d"))  # the script has begun: the page as it comes says "saved" too
    expect(page.locator("#saved")).to_have_text("saved")


def test_signing_in_leads_to_the_desk(quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User) -> None:
    quiet.goto(live_server.url + DESK)
    quiet.get_by_label("Email").fill("alice@example.org")
    quiet.get_by_label("Password").fill("correct horse battery staple")
    quiet.keyboard.press("Enter")
    expect(quiet).to_have_url(f"{live_server.url}{DESK}{doubted[0].pk}/")


def test_words_say_what_they_are(desk: Page) -> None:
    expect(word(desk, 1)).to_have_attribute("aria-label", "red, doubtful, 0.10, flag 1 of 2")
    expect(word(desk, 8)).to_have_attribute("aria-label", "white, doubtful, 0.45, flag 2 of 2")
    expect(word(desk, 0)).to_have_attribute("aria-label", "A")
    expect(desk.locator("#response")).to_have_text("A red kite number 0 flies above the white house.")


def test_keyboard_judges_replaces_undoes_and_submits(desk: Page, doubted: list[Item], live_server: LiveServer) -> None:
    for key in ["4", "r"]:  # "red kite" is a wrong object; the next flag is replaced
        desk.keyboard.press(key)
    desk.keyboard.type("black")
    desk.keyboard.press("Enter")
    desk.keyboard.press("u")
    desk.keyboard.press("Shift+u")
    expect(desk.locator("#response")).to_contain_text("whiteblack house")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{live_server.url}{DESK}{doubted[1].pk}/")
    saved(desk)
    annotation = Annotation.objects.get(item=doubted[0])
    assert [(span["quote"], span["kind"], span["replacement"]) for span in annotation.spans] == [
        ("red kite", "object", None),
        ("white", None, "black"),
    ]
    assert (annotation.status, annotation.rest_checked, annotation.counts) == ("submitted", True, True)
    assert list(annotation.events.values_list("act", flat=True)) == ["kind", "replace", "undo", "redo", "submit"]


def test_mouse_judges_replaces_undoes_and_submits(desk: Page, doubted: list[Item], live_server: LiveServer) -> None:
    desk.get_by_role("button", name="Wrong c").click()
    desk.get_by_role("button", name="Right x").click()
    desk.get_by_role("button", name="Undo").click()
    word(desk, 8).click()
    desk.get_by_role("button", name="Replace").click()
    desk.locator("input.replacement").fill("black")
    desk.locator("input.replacement").press("Enter")
    word(desk, 9).click()
    desk.get_by_role("button", name="4 object").click()
    desk.get_by_role("button", name="Submit").click()
    expect(desk).to_have_url(f"{live_server.url}{DESK}{doubted[1].pk}/")
    saved(desk)
    spans = Annotation.objects.get(item=doubted[0]).spans
    assert [(span["quote"], span["replacement"]) for span in spans] == [("red kite", None), ("white", "black"), ("house", None)]


def test_clean_and_decided_captions_take_one_key_undecided_ones_a_second(
    desk: Page, doubted: list[Item], live_server: LiveServer
) -> None:
    desk.keyboard.press("Enter")
    expect(desk.locator("#submit-warning")).to_have_text("2 flags are not decided. Enter once more: they count as right.")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{live_server.url}{DESK}{doubted[1].pk}/")
    expect(word(desk, 1)).to_be_focused()
    desk.keyboard.press("x")
    desk.keyboard.press("x")
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(f"{live_server.url}{DESK}{doubted[2].pk}/")


def test_the_next_item_is_there_at_once_and_the_last_one_goes_on_being_saved(desk: Page, doubted: list[Item]) -> None:
    desk.wait_for_load_state("networkidle")
    held: list[Route] = []
    desk.route("**/events/", lambda route: route.continue_() if held else held.append(route))
    for key in ["c", "c", "Enter"]:
        desk.keyboard.press(key)
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[1].pk}", timeout=500)
    assert desk.locator("#stage img").evaluate("image => image.complete && image.naturalWidth > 0")
    assert not Annotation.objects.exists()
    held[0].continue_()
    saved(desk)
    assert Annotation.objects.get().status == "submitted"
    desk.go_back()  # to the item that was left
    expect(desk.locator("#closed")).to_be_visible()


def test_a_server_that_is_away_keeps_the_item_on_the_desk_until_it_is_back(
    desk: Page, doubted: list[Item], complaints: list[str]
) -> None:
    desk.route("**/projects/**", refuse := lambda route: route.abort("internetdisconnected"))
    with desk.expect_request("**/events/"):
        desk.keyboard.press("c")
    desk.keyboard.press("c")
    desk.keyboard.press("Enter")
    expect(desk.locator("#saved")).to_have_text("offline, 3 acts waiting")
    desk.unroute("**/projects/**", refuse)
    saved(desk)
    assert Annotation.objects.get().status == "submitted"
    desk.keyboard.press("Enter")
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    complaints.clear()


def test_selection_grows_and_shrinks_and_drags(desk: Page, doubted: list[Item]) -> None:
    for key in ["ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft", "f"]:
        desk.keyboard.press(key)
    saved(desk)
    assert Event.objects.get().payload == {"first": 2, "end": 4, "kind": None}
    word(desk, 5).hover()
    desk.mouse.down()
    word(desk, 7).hover()
    desk.mouse.up()
    desk.keyboard.press("Delete")
    saved(desk)
    assert Event.objects.latest("version").payload == {"first": 5, "end": 8, "text": "", "kind": None}


def test_reload_midway_keeps_everything(desk: Page, doubted: list[Item]) -> None:
    desk.keyboard.press("c")
    desk.keyboard.press("x")
    desk.reload()
    expect(word(desk, 1)).to_have_attribute("aria-label", "red, wrong, flag 1 of 2")
    expect(word(desk, 8)).to_have_attribute("aria-label", "white, right, flag 2 of 2")
    saved(desk)
    assert Annotation.objects.get().version == 2


def test_without_a_network_acts_wait_and_survive_a_reload(
    page: Page, desk: Page, complaints: list[str], live_server: LiveServer
) -> None:
    refuse: Callable[[Route], None] = lambda route: route.abort("internetdisconnected")  # noqa: E731 -- the same object is unrouted
    desk.route("**/events/", refuse)
    desk.keyboard.press("c")
    desk.keyboard.press("c")
    expect(desk.locator("#saved")).to_have_text("offline, 2 acts waiting")
    assert not Event.objects.exists()
    desk.reload()
    expect(word(desk, 8)).to_have_attribute("aria-label", "white, wrong, flag 2 of 2")
    desk.unroute("**/events/", refuse)
    saved(desk)
    assert list(Event.objects.values_list("act", flat=True)) == ["confirm", "confirm"]
    assert all("ERR_INTERNET_DISCONNECTED" in complaint for complaint in complaints)
    complaints.clear()


def test_a_lost_answer_repeats_the_act_and_counts_once(desk: Page, complaints: list[str]) -> None:
    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    desk.route("**/events/", lose_the_answer, times=1)
    desk.keyboard.press("c")
    saved(desk)
    assert Event.objects.count() == 1
    complaints.clear()


def test_two_tabs_show_the_same(desk: Page, live_server: LiveServer) -> None:
    other = desk.context.new_page()
    other.goto(desk.url)
    expect(word(other, 1)).to_be_focused()
    desk.keyboard.press("c")
    expect(word(other, 1)).to_have_attribute("aria-label", "red, wrong, flag 1 of 2")
    other.keyboard.press("u")
    expect(word(desk, 1)).to_have_attribute("aria-label", "red, doubtful, 0.10, flag 1 of 2")
    saved(desk)
    saved(other)
    assert list(Event.objects.values_list("act", flat=True)) == ["confirm", "undo"]


def test_skip_comment_and_undo_of_a_submit(desk: Page, doubted: list[Item], live_server: LiveServer) -> None:
    desk.keyboard.press("m")
    desk.get_by_label("For those who review this item").fill("Is it a kite?")
    desk.keyboard.press("Control+Enter")
    desk.keyboard.press("s")
    desk.get_by_role("button", name="Skip, and next").click()
    expect(desk).to_have_url(f"{live_server.url}{DESK}{doubted[1].pk}/")
    saved(desk)
    skipped = Annotation.objects.get()
    assert (skipped.status, skipped.comment, skipped.skip_reason) == ("skipped", "Is it a kite?", "The picture cannot be judged")
    for key in ["c", "c", "Enter"]:
        desk.keyboard.press(key)
    expect(desk).to_have_url(f"{live_server.url}{DESK}{doubted[2].pk}/")
    desk.keyboard.press("p")
    expect(desk.locator("#closed")).to_be_visible()
    desk.keyboard.press("u")
    expect(desk.locator("#closed")).to_be_hidden()
    saved(desk)
    assert Annotation.objects.get(item=doubted[1]).status == "draft"


def test_undo_goes_on_into_the_item_before(desk: Page, doubted: list[Item], live_server: LiveServer) -> None:
    expect(desk.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    for key in ["c", "x", "Enter"]:
        desk.keyboard.press(key)
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    desk.keyboard.press("s")
    desk.get_by_role("button", name="Skip, and next").click()
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[2].pk}")
    saved(desk)
    desk.keyboard.press("c")
    desk.keyboard.down("u")  # held down it stops at the item
    desk.keyboard.down("u")
    expect(word(desk, 1)).to_have_attribute("aria-label", "red, doubtful, 0.10, flag 1 of 2")
    desk.keyboard.up("u")
    saved(desk)
    assert desk.url == f"{live_server.url}{DESK}{doubted[2].pk}/"
    desk.keyboard.press("u")
    expect(desk.locator("#closed")).to_be_visible()
    expect(desk.locator("#closed")).to_contain_text("You skipped this item.")
    desk.keyboard.press("u")
    expect(desk.locator("#closed")).to_be_hidden()
    saved(desk)
    desk.get_by_role("button", name="Undo", exact=True).click()
    expect(desk.locator("#closed")).to_be_visible()
    expect(desk.locator("#closed")).to_contain_text("You submitted this item.")
    assert desk.url == f"{live_server.url}{DESK}{doubted[0].pk}/"
    for key in ["u", "u", "u"]:
        desk.keyboard.press(key)
    expect(word(desk, 1)).to_have_attribute("aria-label", "red, doubtful, 0.10, flag 1 of 2")
    saved(desk)
    assert {one.item: (one.status, one.spans) for one in Annotation.objects.all()} == {item: ("draft", []) for item in doubted}


def test_an_item_without_highlights_says_so(
    quiet: Page, live_server: LiveServer, item: Item, alice: User, sign_in: Callable[[User], None]
) -> None:
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(quiet.get_by_text("No highlights yet: the scorer has not been here")).to_be_visible()
    quiet.locator("#stage").click()
    quiet.keyboard.press("Enter")
    expect(quiet.get_by_role("heading", name="All done")).to_be_visible()
    assert Annotation.objects.get().arm == "unavailable"


def test_a_lease_that_ran_out_is_told_and_the_work_kept(desk: Page, doubted: list[Item], mary: User) -> None:
    Lease.objects.all().delete()
    Item.objects.update(open_slots=0)
    desk.keyboard.press("c")
    expect(desk.locator("#late")).to_be_visible()
    saved(desk)
    desk.keyboard.press("c")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Your judgement is kept beside theirs")).to_be_visible()
    assert Annotation.objects.get().counts is False


def test_picture_zooms_by_key_and_button(desk: Page) -> None:
    picture = desk.locator("#stage img")
    before = picture.bounding_box()
    desk.keyboard.press("+")
    desk.get_by_role("button", name="Zoom in").click()
    larger = picture.bounding_box()
    assert before is not None
    assert larger is not None
    assert larger["width"] > 1.5 * before["width"]
    desk.keyboard.press("0")
    assert picture.bounding_box() == before


def test_help_and_instructions_open_by_key(desk: Page) -> None:
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("i")
    expect(desk.get_by_role("dialog", name="Instructions")).to_contain_text("Judge the words by the picture.")


def test_acts_that_wait_are_sent_to_the_project_that_they_belong_to(
    desk: Page, doubted: list[Item], alice: User, make_items: Callable[..., list[Item]], live_server: LiveServer,
    complaints: list[str],
) -> None:  # fmt: skip
    desk.route("**/events/", refuse := lambda route: route.abort("internetdisconnected"))
    desk.keyboard.press("c")
    expect(desk.locator("#saved")).to_have_text("offline, 1 act waiting")
    other = Project.objects.create(name="Boats", slug="boats")
    Membership.objects.create(project=other, user=alice, role=Role.ANNOTATOR)
    make_items(1, project=other)
    desk.unroute("**/events/", refuse)
    desk.goto(f"{live_server.url}/projects/boats/desk/")
    saved(desk)
    assert Event.objects.get().annotation.item == doubted[0]
    assert all("ERR_INTERNET_DISCONNECTED" in complaint for complaint in complaints)
    complaints.clear()
