"""The pages of a study in a real browser: nothing to complain about in any view, and a study from start to end by hand."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Assignment, Item, Project, User
from annotator.services.studies import start_study
from tests.annotator.services.test_queue import people
from tests.annotator.views.test_studies import fill
from tests.e2e.test_pages import VIEWS, look

STUDY, SETTINGS = "/projects/kites/study/", "/projects/kites/settings/"


@pytest.mark.parametrize("view", VIEWS)
def test_the_pages_of_a_study_have_nothing_to_complain_about(
    quiet: Page, live_server: LiveServer, *, project: Project, doubted: list[Item], make_items: Callable[..., list[Item]],
    mary: User, sign_in: Callable[[User], None], view: str,
) -> None:  # fmt: skip
    sign_in(mary)
    found = {f"before {address}": look(quiet, live_server.url + address) for address in (STUDY, SETTINGS)}
    study = start_study(project=project, arms=["highlights", "verdict", "none"], user=mary, seed=1)
    found |= {f"at first {address}": look(quiet, live_server.url + address) for address in (STUDY, SETTINGS)}
    assert project.active_checkpoint is not None
    fill(study, make_items(24), people(5, project), project.active_checkpoint)
    found["filled"] = look(quiet, live_server.url + STUDY)
    expect(quiet.locator("svg.slopes .person")).to_have_count(5)
    expect(quiet.get_by_role("region", name="Figures by person").get_by_role("row")).to_have_count(6)
    assert {page: complaints for page, complaints in found.items() if complaints} == {}


def test_a_study_by_hand(
    quiet: Page, live_server: LiveServer, doubted: list[Item], alice: User, mary: User, sign_in: Callable[[User], None]
) -> None:
    sign_in(mary)
    quiet.goto(live_server.url + SETTINGS)
    quiet.get_by_label("No help at all").check()
    quiet.get_by_label("Highlights: the doubtful words").uncheck()
    quiet.get_by_label("Seed").fill("5")
    quiet.get_by_role("button", name="Start the study").click()
    expect(quiet.get_by_text("The study has begun")).to_be_visible()
    sign_in(alice)
    quiet.goto(f"{live_server.url}/projects/kites/desk/")
    for item in doubted:
        expect(quiet.locator("#title")).to_have_text(f"Item {item.pk}")
        expect(quiet.locator("#arm")).to_be_visible()
        quiet.wait_for_timeout(450)  # before that nobody has read it
        quiet.keyboard.press("Enter")
    expect(quiet.get_by_role("heading", name="All done")).to_be_visible()
    sign_in(mary)
    quiet.goto(live_server.url + STUDY)
    expect(quiet.get_by_text("3 judgements by 1 person")).to_be_visible()
    assert set(Assignment.objects.values_list("arm", flat=True)) == {"none", "verdict"}
    quiet.get_by_role("button", name="End the study").click()
    expect(quiet.get_by_text("The study has ended")).to_be_visible()
