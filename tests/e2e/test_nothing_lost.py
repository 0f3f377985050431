"""What was done at the desk outlives whatever happens to the page, the browser, the network, the session and the reservation."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Error, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Annotation, Event, Item, User
from tests.e2e.test_desk import DESK, saved, word

WAITING = """async () => {
    const { openDatabase, rowsOf } = await import("/static/js/desk/database.js");
    const user = JSON.parse(document.getElementById("desk-data").textContent).user;
    return (await rowsOf(await openDatabase(), user)).map((row) => row.event.act);
}"""

WRITE_SLOWLY = """async () => {  // whoever else writes is waited for
    const { openDatabase } = await import("/static/js/desk/database.js");
    const other = (await openDatabase()).transaction("acts", "readwrite");
    const hold = () => window.isDone || (other.objectStore("acts").count().onsuccess = hold);
    hold();
}"""


@pytest.fixture
def desk(quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]) -> Page:
    """Alice's desk with the first item."""
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(word(quiet, 1)).to_be_focused()
    return quiet


def refuse(route: Route) -> None:
    route.abort("internetdisconnected")


@pytest.fixture
def away(desk: Page, complaints: list[str]) -> Iterator[Page]:
    """The desk while the server can't be reached; `come_back` ends that. What the browser says of it is no complaint."""
    desk.context.route("**/events/", refuse)
    yield desk
    complaints[:] = [complaint for complaint in complaints if "ERR_INTERNET_DISCONNECTED" not in complaint]


def come_back(page: Page) -> None:
    page.context.unroute("**/events/", refuse)


def acts() -> list[str]:
    return list(Event.objects.order_by("version").values_list("act", flat=True))


def test_acts_are_in_the_browsers_database_until_the_server_has_them(away: Page) -> None:
    away.keyboard.press("c")
    away.keyboard.press("x")
    expect(away.locator("#saved")).to_have_text("offline, 2 acts waiting")
    assert away.evaluate(WAITING) == ["confirm", "clear"]
    assert away.evaluate("Object.keys(localStorage)") == []
    come_back(away)
    away.keyboard.press("u")
    saved(away)
    assert away.evaluate(WAITING) == []
    assert acts() == ["confirm", "clear", "undo"]


def test_nothing_is_sent_before_it_is_written_and_the_page_says_saving_until_both_are_done(desk: Page) -> None:
    desk.wait_for_load_state("networkidle")
    sent: list[str] = []
    desk.on("request", lambda request: sent.append(request.url) if request.url.endswith("/events/") else None)
    desk.evaluate(WRITE_SLOWLY)
    desk.keyboard.press("c")
    expect(desk.locator("#saved")).to_have_text("saving")
    expect(word(desk, 1)).to_have_attribute("aria-label", "red, wrong, flag 1 of 2")  # but shown at once
    desk.wait_for_timeout(300)
    assert sent == []
    desk.evaluate("window.isDone = true")
    saved(desk)
    assert (len(sent), acts()) == (1, ["confirm"])


def test_a_reload_with_acts_waiting_keeps_their_order(away: Page) -> None:
    for key in ["c", "u", "x", "x"]:
        away.keyboard.press(key)
    away.reload()
    expect(word(away, 1)).to_have_attribute("aria-label", "red, right, flag 1 of 2")
    come_back(away)
    saved(away)
    assert acts() == ["confirm", "undo", "clear", "clear"]


@pytest.mark.parametrize("where", ["the same page", "another tab"])
def test_acts_that_were_still_being_written_outlive_a_reload(away: Page, where: str) -> None:
    slow = away if where == "the same page" else away.context.new_page()
    if slow is not away:
        slow.goto(away.url)
        expect(word(slow, 1)).to_be_focused()
        away.bring_to_front()
    away.keyboard.press("c")
    expect(away.locator("#saved")).to_have_text("offline, 1 act waiting")
    slow.evaluate(WRITE_SLOWLY)
    away.keyboard.press("x")
    expect(away.locator("#saved")).to_have_text("saving")
    away.reload(wait_until="commit")
    if slow is not away:
        slow.evaluate("window.isDone = true")
    expect(word(away, 8)).to_have_attribute("aria-label", "white, right, flag 2 of 2")
    come_back(away)
    away.keyboard.press("u")
    saved(away)
    assert acts() == ["confirm", "clear", "undo"]
    assert away.evaluate("Object.keys(localStorage)") == []


@pytest.mark.parametrize("way", ["closed without a word", "crashed"])
def test_a_page_that_died_leaves_its_acts_to_the_next_one(away: Page, way: str) -> None:
    address, context = away.url, away.context
    away.keyboard.press("c")
    away.keyboard.press("x")
    if way == "crashed":
        with away.expect_event("crash"), pytest.raises(Error):
            away.goto("chrome://crash")
    away.close(run_before_unload=False)
    assert not Event.objects.exists()
    come_back(away)
    reopened = context.new_page()
    reopened.goto(address)
    expect(word(reopened, 8)).to_have_attribute("aria-label", "white, right, flag 2 of 2")
    saved(reopened)
    assert acts() == ["confirm", "clear"]
    assert reopened.evaluate(WAITING) == []


def test_a_submit_whose_page_died_is_sent_from_the_next_item(away: Page, doubted: list[Item]) -> None:
    for key in ["c", "x", "Enter"]:
        away.keyboard.press(key)
    context, address = away.context, f"{away.url.split('/desk/')[0]}/desk/"
    away.close(run_before_unload=False)
    come_back(away)
    reopened = context.new_page()
    reopened.goto(address)
    saved(reopened)
    assert Annotation.objects.get(item=doubted[0]).status == "submitted"
    reopened.wait_for_load_state("networkidle")


def test_an_act_whose_answer_was_lost_is_not_shown_twice_after_a_reload(desk: Page, complaints: list[str]) -> None:
    desk.keyboard.press("c")
    desk.keyboard.press("x")
    saved(desk)

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        refuse(route)

    desk.route("**/events/", lose_the_answer)
    desk.keyboard.press("u")
    expect(desk.locator("#saved")).to_have_text("offline, 1 act waiting")
    desk.reload()
    expect(word(desk, 1)).to_have_attribute("aria-label", "red, wrong, flag 1 of 2")
    saved(desk)  # the page came with the act
    assert acts() == ["confirm", "clear", "undo"]
    complaints.clear()


def test_an_answer_that_breaks_off_is_none(desk: Page) -> None:
    def break_off(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text()[:20])

    desk.route("**/events/", break_off)
    desk.keyboard.press("c")
    expect(desk.locator("#saved")).to_have_text("offline, 1 act waiting")
    assert acts() == ["confirm"]
    desk.reload()
    expect(word(desk, 1)).to_have_attribute("aria-label", "red, wrong, flag 1 of 2")
    desk.unroute("**/events/", break_off)
    desk.keyboard.press("x")
    saved(desk)
    assert acts() == ["confirm", "clear"]


def test_without_a_database_acts_live_in_memory_and_the_page_says_so(away: Page) -> None:
    away.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    away.reload()
    expect(word(away, 1)).to_be_focused()
    away.keyboard.press("c")
    expect(word(away, 1)).to_have_attribute("aria-label", "red, wrong, flag 1 of 2")
    expect(away.locator("#trouble")).to_contain_text("This browser does not keep what you do.")
    come_back(away)
    away.keyboard.press("x")
    saved(away)
    expect(away.locator("#trouble")).to_be_hidden()
    assert acts() == ["confirm", "clear"]


def test_two_tabs_on_one_item_without_a_network_agree_on_one_order(away: Page) -> None:
    other = away.context.new_page()
    other.goto(away.url)
    expect(word(other, 1)).to_be_focused()
    away.keyboard.press("c")
    expect(word(other, 1)).to_have_attribute("aria-label", "red, wrong, flag 1 of 2")
    other.keyboard.press("u")
    expect(word(away, 1)).to_have_attribute("aria-label", "red, doubtful, 0.10, flag 1 of 2")
    away.keyboard.press("k")
    away.keyboard.press("x")
    expect(word(other, 1)).to_have_attribute("aria-label", "red, right, flag 1 of 2")
    expect(other.locator("#saved")).to_contain_text("waiting")
    come_back(away)
    away.close(run_before_unload=False)  # what it did is sent by the tab that is left
    other.bring_to_front()
    other.keyboard.press("m")
    other.get_by_label("For those who review this item").fill("Hm.")
    other.keyboard.press("Control+Enter")
    saved(other)
    assert acts() == ["confirm", "undo", "clear", "comment"]


def test_back_leads_to_the_item_that_was_left_with_what_waits_of_it(
    away: Page, doubted: list[Item], live_server: LiveServer
) -> None:
    away.wait_for_load_state("networkidle")
    for key in ["c", "x", "Enter"]:
        away.keyboard.press(key)
    expect(away).to_have_url(f"{live_server.url}{DESK}{doubted[1].pk}/")
    away.keyboard.press("x")
    away.go_back()
    expect(away.locator("#closed")).to_be_visible()
    expect(away.locator("#closed")).to_contain_text("You submitted this item.")
    away.keyboard.press("u")
    expect(away.locator("#closed")).to_be_hidden()
    away.wait_for_function(f"async () => (await ({WAITING})()).includes('undo')")  # else the page would ask before it is left
    come_back(away)
    away.reload()
    saved(away)
    first = Annotation.objects.get(item=doubted[0])
    assert (first.status, first.version, len(first.spans)) == ("draft", 4, 1)
    assert Annotation.objects.get(item=doubted[1]).version == 1


def test_a_server_that_is_down_for_half_a_minute_gets_everything(
    quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None], complaints: list[str]
) -> None:
    sign_in(alice)
    quiet.clock.install()
    quiet.goto(live_server.url + DESK)
    expect(word(quiet, 1)).to_be_focused()
    tries: list[str] = []
    quiet.on("requestfailed", lambda request: tries.append(request.url) if request.url.endswith("/events/") else None)
    quiet.context.set_offline(True)
    for key in ["c", "x"]:
        quiet.keyboard.press(key)
        expect(quiet.locator("#saved")).to_contain_text("waiting")
    for _ in range(30):
        quiet.clock.run_for(1_000)
        quiet.wait_for_timeout(5)
    assert 4 <= len(tries) <= 8  # more and more seldom
    quiet.context.set_offline(False)
    quiet.clock.run_for(30_000)
    saved(quiet)
    assert acts() == ["confirm", "clear"]
    complaints.clear()
    quiet.clock.resume()


def test_a_reservation_that_went_to_somebody_else_leaves_an_extra_and_the_person_is_told(
    away: Page, doubted: list[Item], mary: User, client_of: Callable[[User], Client]
) -> None:
    away.keyboard.press("c")
    taken = doubted[0]
    taken.leases.all().delete()  # as the sweep does after a quarter of an hour
    Item.objects.filter(pk=taken.pk).update(open_slots=1)
    theirs = client_of(mary)
    theirs.get(DESK)
    events = [{"key": "00000000-0000-4000-8000-000000000001", "act": "submit", "payload": {}, "at": "2026-11-23T10:00:00Z"}]
    body = {"user": mary.pk, "known": 0, "events": events}
    assert theirs.post(f"{DESK}{taken.pk}/events/", body, content_type="application/json").status_code == 200
    come_back(away)
    away.keyboard.press("x")
    expect(away.locator("#late")).to_be_visible()
    away.keyboard.press("Enter")
    expect(away.locator("#extra")).to_have_text(re.compile(f"had judged item {taken.pk} meanwhile. Your judgement is kept"))
    saved(away)
    mine = Annotation.objects.get(annotator__email="alice@example.org", item=taken)
    assert (mine.status, mine.counts, [span["quote"] for span in mine.spans]) == ("submitted", False, ["red kite"])
