"""German, and a language written from the right: axe finds nothing, nothing scrolls sideways, and the page is turned around."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Item, Project, User
from tests.e2e.test_pages import PHONE, WIDE, lived_in, look  # noqa: F401 -- a fixture

# German words are long, which is felt where there is little room
VIEWS = [
    pytest.param(language, marks=pytest.mark.browser_context_args(**size), id=f"{language} {name}")
    for language, name, size in (("de", "phone", PHONE), ("ar", "wide", WIDE), ("ar", "phone", PHONE))
]
DESK = "/projects/kites/desk/"


@pytest.fixture(autouse=True)
def _arabic() -> Iterator[None]:
    """A language written from the right, in which Django's own texts are there and ours are English."""
    with override_settings(LANGUAGES=[*settings.LANGUAGES, ("ar", "Arabic")]):
        yield


@pytest.fixture
def reads(sign_in: Callable[[User], None]) -> Callable[[User, str], None]:
    """Signs somebody in who reads that language."""

    def reads(person: User, language: str) -> None:
        person.language = language
        person.save()
        sign_in(person)

    return reads


@pytest.mark.parametrize("language", VIEWS)
def test_no_page_has_anything_to_complain_about(
    quiet: Page, live_server: LiveServer, lived_in: list[str], mary: User,  # noqa: F811
    reads: Callable[[User, str], None], language: str,
) -> None:  # fmt: skip
    reads(mary, language)
    found = {address: look(quiet, live_server.url + address) for address in lived_in}
    assert {address: complaints for address, complaints in found.items() if complaints} == {}
    expect(quiet.locator("html")).to_have_attribute("lang", language)
    expect(quiet.locator("html")).to_have_attribute("dir", {"de": "ltr", "ar": "rtl"}[language])


def test_somebody_chooses_german_and_keeps_it(
    quiet: Page, live_server: LiveServer, project: Project, mary: User, sign_in: Callable[[User], None]
) -> None:
    sign_in(mary)
    quiet.goto(f"{live_server.url}/projects/kites/members/")
    quiet.get_by_role("button", name="Deutsch").click()
    expect(quiet.get_by_role("heading", name="Mitglieder", exact=True)).to_be_visible()
    quiet.goto(live_server.url)
    expect(quiet.get_by_role("heading", name="Projekte")).to_be_visible()
    quiet.get_by_role("button", name="Abmelden").click()
    expect(quiet.get_by_role("heading", name="Anmelden")).to_be_visible()
    quiet.get_by_role("button", name="English").click()
    expect(quiet.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_desk_is_worked_in_german(
    quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, reads: Callable[[User, str], None]
) -> None:
    reads(alice, "de")
    quiet.goto(live_server.url + DESK)
    expect(quiet.locator("html")).to_have_attribute("lang", "de")
    expect(quiet.locator(".word[data-n='1']")).to_be_focused()
    quiet.get_by_role("button", name="Falsch", exact=False).first.click()
    quiet.get_by_role("button", name="Tasten").click()
    expect(quiet.get_by_role("heading", name="Die ausgewählten Wörter beurteilen")).to_be_visible()
    expect(quiet.locator("#does-undo")).to_have_text("rückgängig, auch Abgeben und Überspringen")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_arrows_point_where_the_response_goes_on(
    quiet: Page, live_server: LiveServer, make_items: Callable[..., list[Item]], alice: User,
    reads: Callable[[User, str], None], language: str,
) -> None:  # fmt: skip
    """Fewer words towards its beginning, more towards its end."""
    reads(alice, language)
    for response, is_left_to_right in (("A red kite flies.", True), ("ولد أحمر يركض خلف الكلب الصغير.", False)):
        Item.objects.all().delete()
        make_items(1, response=response)
        quiet.goto(live_server.url + DESK)
        expect(quiet.locator(".word").first).to_be_visible()
        fewer, more = (quiet.locator(f"[data-act={act}]").bounding_box() for act in ("shrink", "extend"))
        assert fewer is not None
        assert more is not None
        assert (fewer["x"] < more["x"]) is is_left_to_right
        mirrored = quiet.locator("[data-act=extend]").evaluate("button => getComputedStyle(button).transform")
        assert mirrored == ("none" if is_left_to_right else "matrix(-1, 0, 0, 1, 0, 0)")


def test_from_the_right_picture_and_words_change_sides(
    quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, reads: Callable[[User, str], None]
) -> None:
    def left(selector: str) -> float:
        box = quiet.locator(selector).bounding_box()
        assert box is not None
        return box["x"]

    for language, is_picture_left in (("de", True), ("ar", False)):
        reads(alice, language)
        quiet.goto(live_server.url + DESK)
        expect(quiet.locator(".word").first).to_be_visible()
        assert (left(".picture") < left(".sheet")) is is_picture_left
        assert (left(".brand") < left(".desk-menu")) is is_picture_left
        first, second = left(".word[data-n='0']"), left(".word[data-n='1']")
        assert first < second  # an English response reads from the left on any page
        quiet.locator(".word[data-n='0']").click()
        quiet.keyboard.press("ArrowRight")
        expect(quiet.locator(".word[data-n='1']")).to_be_focused()


def test_arrow_keys_lead_the_eye_in_a_response_from_the_right(
    quiet: Page, live_server: LiveServer, make_items: Callable[..., list[Item]], alice: User, reads: Callable[[User, str], None]
) -> None:
    reads(alice, "en")
    make_items(1, response="ولد أحمر يركض خلف الكلب الصغير.")
    quiet.goto(live_server.url + DESK)
    quiet.locator(".word[data-n='1']").click()
    quiet.keyboard.press("ArrowLeft")
    expect(quiet.locator(".word[data-n='2']")).to_be_focused()
    quiet.keyboard.press("Shift+ArrowLeft")
    expect(quiet.locator(".word.is-selected")).to_have_count(2)
    quiet.keyboard.press("Escape")
    quiet.locator(".word[data-n='1']").click()
    quiet.keyboard.press("ArrowRight")
    expect(quiet.locator(".word[data-n='0']")).to_be_focused()
    quiet.keyboard.press("n")
    quiet.keyboard.press("ArrowLeft")  # from behind the first word to behind the second
    quiet.keyboard.type("هنا")
    quiet.keyboard.press("Enter")
    second, third = (quiet.locator(f".word[data-n='{number}']").bounding_box() for number in (1, 2))
    put_in = quiet.locator("ins.is-missing").bounding_box()
    assert second
    assert third
    assert put_in
    assert third["x"] < put_in["x"] < second["x"]
