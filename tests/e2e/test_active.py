"""The clock of the desk runs while somebody is there: signs of life count, coffee breaks and other tabs don't."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Annotation, Event, Item, Lease, User

# acts at moments (in milliseconds) of a clock that the test sets; each `take` gives what was counted until then
IN_BROWSER = """async (acts) => {
    const { Active } = await import("/static/js/desk/active.js");
    let now = 0;
    const active = new Active(() => now);
    return acts.map(([at, act]) => {
        now = at;
        return active[act]() ?? null;
    }).filter((counted) => counted !== null);
}"""
CASES = {
    "nothing before an item is shown": ([(5_000, "take")], [0]),
    "from the moment it is shown": ([(1_000, "begin"), (4_500, "take")], [3_500]),
    "each stretch once": ([(0, "begin"), (1_000, "take"), (3_500, "take"), (3_500, "take")], [1_000, 2_500, 0]),
    "signs of life keep it running": ([(0, "begin"), *[(n * 15_000, "sign") for n in range(1, 5)], (70_000, "take")], [70_000]),
    "a break counts as twenty seconds": ([(0, "begin"), (5_000, "sign"), (905_000, "sign"), (907_000, "take")], [27_000]),
    "another tab counts nothing": ([(0, "begin"), (4_000, "leave"), (9_000, "sign"), (10_000, "take")], [5_000]),
    "away before it left": ([(0, "begin"), (60_000, "leave"), (90_000, "sign"), (91_000, "take")], [21_000]),
    "leaving twice": ([(0, "begin"), (1_000, "leave"), (50_000, "leave"), (60_000, "sign"), (60_500, "take")], [1_500]),
    "another item begins anew": ([(0, "begin"), (9_000, "sign"), (10_000, "begin"), (11_000, "take")], [1_000]),
    "whole milliseconds": ([(0, "begin"), (0.4, "sign"), (1.8, "take")], [2]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_clock_counts(case: str, page: Page, live_server: LiveServer) -> None:
    acts, counted = CASES[case]
    page.goto(f"{live_server.url}/accounts/login/")
    assert page.evaluate(IN_BROWSER, [list(act) for act in acts]) == counted


@pytest.fixture
def desk(quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]) -> Page:
    """Alice's desk with the first item, on a clock that the test sets."""
    sign_in(alice)
    quiet.clock.install()
    quiet.goto(f"{live_server.url}/projects/kites/desk/")
    expect(quiet.locator(".word").first).to_be_visible()
    return quiet


def test_acts_carry_the_time_at_work_and_not_the_break_before_them(desk: Page, doubted: list[Item]) -> None:
    Lease.objects.update(created_at="2026-01-01T00:00:00Z")  # what the clock allows
    desk.clock.run_for(6_000)
    desk.keyboard.press("c")
    expect(desk.locator("#saved")).to_have_text("saved")
    Annotation.objects.update(updated_at="2026-01-01T00:00:00Z")
    desk.clock.run_for(300_000)  # coffee
    desk.mouse.move(300, 300)
    desk.clock.run_for(2_000)
    desk.keyboard.press("x")
    expect(desk.locator("#saved")).to_have_text("saved")
    first, second = Event.objects.order_by("version").values_list("active_ms", flat=True)
    assert 6_000 <= first < 8_000
    assert 22_000 <= second < 24_000


def test_an_item_that_was_fetched_ahead_counts_from_when_it_is_shown(desk: Page, doubted: list[Item]) -> None:
    desk.wait_for_load_state("networkidle")
    desk.clock.run_for(15_000)
    for key in ["c", "c", "Enter"]:
        desk.keyboard.press(key)
    expect(desk.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    Lease.objects.update(created_at="2026-01-01T00:00:00Z")
    desk.clock.run_for(3_000)
    desk.keyboard.press("c")
    expect(desk.locator("#saved")).to_have_text("saved")
    assert 3_000 <= Annotation.objects.get(item=doubted[1]).active_ms < 5_000


def test_time_since_the_last_act_outlives_a_reload_and_counts_once(desk: Page, doubted: list[Item]) -> None:
    Lease.objects.update(created_at="2026-01-01T00:00:00Z")  # what the clock allows
    desk.clock.run_for(6_000)
    desk.reload()
    expect(desk.locator(".word").first).to_be_visible()
    desk.clock.run_for(3_000)
    desk.keyboard.press("c")
    expect(desk.locator("#saved")).to_have_text("saved")
    Annotation.objects.update(updated_at="2026-01-01T00:00:00Z")
    desk.reload()
    expect(desk.locator(".word").first).to_be_visible()
    desk.clock.run_for(1_000)
    desk.keyboard.press("x")
    expect(desk.locator("#saved")).to_have_text("saved")
    first, second = Event.objects.order_by("version").values_list("active_ms", flat=True)
    assert 9_000 <= first < 12_000
    assert 1_000 <= second < 4_000


def test_time_at_an_item_that_was_left_waits_for_it(desk: Page, doubted: list[Item], live_server: LiveServer) -> None:
    address = f"{live_server.url}/projects/kites/desk/{doubted[0].pk}/"
    desk.clock.run_for(6_000)
    desk.goto(f"{live_server.url}/projects/kites/items/")
    desk.goto(address)
    expect(desk.locator(".word").first).to_be_visible()
    Lease.objects.update(created_at="2026-01-01T00:00:00Z")
    desk.keyboard.press("c")
    expect(desk.locator("#saved")).to_have_text("saved")
    assert 6_000 <= Event.objects.get().active_ms < 9_000


@pytest.fixture
def in_arm(
    quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None]
) -> Callable[[str], Page]:
    """Alice's desk with the first item, with the help of an arm."""

    def opened(arm: str) -> Page:
        sign_in(alice)
        quiet.goto(f"{live_server.url}/projects/kites/desk/")
        Lease.objects.filter(item=doubted[0]).update(arm=arm)
        quiet.reload()
        expect(quiet.locator(".word").first).to_be_visible()
        return quiet

    return opened


@pytest.mark.parametrize(
    ("arm", "told"),
    [
        ("none", "This item comes without help by the model. Read the whole response."),
        ("verdict", "The model doubts this response. It does not say where."),
    ],
)
def test_other_arms_say_which_help_there_is_and_show_no_flags(
    arm: str, told: str, in_arm: Callable[[str], Page], doubted: list[Item]
) -> None:
    asked: list[Any] = []
    page = in_arm(arm)
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/help/") else None)
    expect(page.locator("#arm")).to_have_text(told)
    expect(page.locator("#no-highlights")).to_be_hidden()
    expect(page.locator("#checkpoint")).to_have_text("")
    assert page.locator(".doubt, .is-flag").count() == page.locator("#keys-dialog .doubt").count()
    page.locator(".word[data-n='1']").click()
    expect(page.locator("[data-part='facts']")).to_have_text("not flagged")
    for key in ["v", "q", "f", "Enter"]:
        page.keyboard.press(key)
    expect(page.locator("#title")).to_have_text(f"Item {doubted[1].pk}")
    expect(page.locator("#saved")).to_have_text("saved")
    expect(page.locator("#arm")).to_be_hidden()  # that one has highlights
    assert Annotation.objects.get(item=doubted[0]).judgements[0]["source"] == "hand"
    assert not [url for url in asked if f"/{doubted[0].pk}/" in url]


def test_a_verdict_of_nothing_wrong_still_asks_to_read(in_arm: Callable[[str], Page], doubted: list[Item]) -> None:
    page = in_arm("verdict")
    Lease.objects.update(threshold=0.05)
    page.reload()
    expect(page.locator("#arm")).to_have_text("The model finds nothing wrong in this response. Read it all the same.")
