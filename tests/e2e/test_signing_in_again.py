"""A session that ends in the middle: signing in again on the spot, locked out, as somebody else."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Event, Item, Membership, Project, Role, User
from tests.conftest import PASSWORD
from tests.e2e.test_desk import DESK, saved, word


@pytest.fixture
def ended(
    quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, sign_in: Callable[[User], None], complaints: list[str]
) -> Page:
    """Alice's desk after her session has ended; one act of hers waits."""
    sign_in(alice)
    quiet.goto(live_server.url + DESK)
    expect(word(quiet, 1)).to_be_focused()
    quiet.context.clear_cookies(name="tldr_session")
    quiet.keyboard.press("c")
    return quiet


@pytest.fixture
def form(ended: Page) -> Locator:
    """The dialog that opened by itself."""
    dialog = ended.get_by_role("dialog", name="Sign in again")
    expect(dialog.get_by_label("Password")).to_be_focused()
    return dialog


def test_signing_in_on_the_spot_saves_what_waits_and_the_work_goes_on(ended: Page, form: Locator) -> None:
    expect(ended.locator("#saved")).to_have_text("not signed in, 1 act waiting")
    expect(form.get_by_label("Email")).to_have_value("alice@example.org")
    ended.evaluate("window.isSamePage = true")
    ended.keyboard.type(PASSWORD)
    ended.keyboard.press("Enter")
    expect(form).to_be_hidden()
    saved(ended)
    expect(word(ended, 8)).to_be_focused()
    ended.keyboard.press("x")
    saved(ended)
    assert list(Event.objects.order_by("version").values_list("act", flat=True)) == ["confirm", "clear"]
    assert ended.evaluate("window.isSamePage")


def test_whoever_signs_in_later_goes_on_working_and_is_not_asked_at_every_act(ended: Page, form: Locator) -> None:
    form.get_by_role("button", name="Later").click()
    ended.keyboard.press("x")
    expect(ended.locator("#trouble")).to_contain_text("Your session has ended; 2 acts waiting, kept in this browser.")
    expect(form).to_be_hidden()
    ended.get_by_role("button", name="Sign in again").click()
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()
    saved(ended)
    assert Event.objects.count() == 2


def test_wrong_passwords_are_told_and_then_the_lock(ended: Page, form: Locator, complaints: list[str]) -> None:
    for _ in range(7):
        expect(form.get_by_label("Password")).to_have_value("")
        form.get_by_label("Password").fill("wrong")
        form.get_by_role("button", name="Sign in").click()
        expect(form).to_contain_text("not correct")
    expect(form.get_by_label("Password")).to_have_value("")
    form.get_by_label("Password").fill("wrong")
    form.get_by_role("button", name="Sign in").click()
    expect(form.get_by_role("alert")).to_contain_text("There were 8 wrong passwords for alice@example.org.")
    expect(ended.locator("#saved")).to_have_text("not signed in, 1 act waiting")
    assert all("429" in complaint for complaint in complaints)
    complaints.clear()


def test_without_the_server_the_dialog_says_so(ended: Page, form: Locator, complaints: list[str]) -> None:
    ended.route("**/accounts/login/", lambda route: route.abort("connectionrefused"), times=1)
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()
    expect(form.get_by_role("alert")).to_have_text("The server can't be reached. Try again in a moment.")
    assert all("ERR_CONNECTION_REFUSED" in complaint for complaint in complaints)
    complaints.clear()


def test_what_one_person_did_is_never_saved_as_anothers(
    ended: Page, form: Locator, project: Project, bob: User, live_server: LiveServer, complaints: list[str]
) -> None:
    Membership.objects.create(project=project, user=bob, role=Role.ANNOTATOR)
    form.get_by_label("Email").fill("bob@example.org")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()
    expect(ended.locator("#saved")).to_have_text("somebody else's, 1 act waiting")
    expect(ended.locator("#trouble")).to_contain_text("Somebody else is signed in in this browser now.")
    ended.goto(live_server.url + DESK)  # Bob's own desk
    saved(ended)
    ended.wait_for_load_state("networkidle")
    assert not Event.objects.exists()
    ended.context.clear_cookies()
    ended.goto(live_server.url + DESK)
    ended.get_by_label("Email").fill("alice@example.org")
    ended.get_by_label("Password").fill(PASSWORD)
    ended.keyboard.press("Enter")
    expect(word(ended, 1)).to_have_attribute("aria-label", "red, wrong, flag 1 of 2")
    saved(ended)
    assert Event.objects.get().annotation.annotator.email == "alice@example.org"
    assert all("403" in complaint for complaint in complaints)
    complaints.clear()
