"""Text of any kind keeps its offsets all the way: from the import over the words of the page to the export."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Item, Project, User
from annotator.services.exports import export_rows

DESK = "/projects/kites/desk/"
TEXTS = {
    "emoji with joiners": "A 👩‍👩‍👧‍👦 waves 👋🏽, and 🏳️‍🌈 flies.",
    "combining marks": "U\u0308ber dem Cafe\u0301 fliegt ein Dra\u0302chen.",
    "right to left": "ولد أحمر يركض خلف الكلب الصغير.",
    "mixed directions": 'A sign reads "שלום" beside the כלב door.',
    "Japanese": "赤い犬が、家の前で走る。",
    "Chinese and Latin": "两只dog在grass上。",
    "line breaks and double spaces": "A  red dog.\n\n  Two\tcats  sit\u00a0here.\r\nIt is day.",
    "beyond the basic plane": "A 𠀀 house 🀄 and 𐍈.",
}


@pytest.fixture
def desk_of(
    quiet: Page, live_server: LiveServer, alice: User, sign_in: Callable[[User], None], make_items: Callable[..., list[Item]]
) -> Callable[[str], Item]:
    """Opens Alice's desk with an item of that response."""
    sign_in(alice)

    def open_desk(response: str) -> Item:
        (item,) = make_items(1, response=response)
        quiet.goto(live_server.url + DESK)
        expect(quiet.locator("#title")).to_have_text(f"Item {item.pk}")
        return item

    return open_desk


@pytest.mark.parametrize("response", TEXTS.values(), ids=TEXTS)
def test_what_is_judged_on_the_page_is_what_the_export_says(
    response: str, desk_of: Callable[[str], Item], quiet: Page, project: Project
) -> None:
    item = desk_of(response)
    assert quiet.evaluate("document.getElementById('response').textContent") == response  # nothing collapsed
    last = len(item.words) - 1
    quiet.locator(".word[data-n='1']").click()
    quiet.keyboard.press("2")
    quiet.locator(f".word[data-n='{last}']").click()
    quiet.keyboard.press("r")
    quiet.keyboard.type("ערב 👍🏽")
    quiet.keyboard.press("Enter")
    quiet.keyboard.press("Enter")
    expect(quiet.get_by_role("heading", name="All done")).to_be_visible()
    (row,) = export_rows(project=project)
    (second, (start, end)) = item.words[1], item.words[last]
    assert [(span["start"], span["end"], span["quote"], span["kind"]) for span in row["spans"]] == [
        (*second, response[slice(*second)], "attribute"),
        (start, end, response[start:end], None),
    ]
    assert row["corrected"] == response[:start] + "ערב 👍🏽" + response[end:]
    assert row["response"] == response
