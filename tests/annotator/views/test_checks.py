"""Checks and tutorials on the pages: who makes them, who sees the answer, and what the desk says."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from annotator.forms.projects import INSTRUCTIONS_CHARACTERS
from annotator.models import Annotation, Check, CheckResult, Item, Membership, Project, Role, User
from annotator.services.checks import mark_gold
from annotator.services.drawn import create_tutorial
from annotator.views import progress
from rewardmodel.records import Span
from tests.annotator.labelling import judge
from tests.annotator.views.test_desk import event, send, shown

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DESK = "/projects/kites/desk/"


def said(response: Any) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def gold(item: Item, mary: User) -> Check:
    """Wrong is "red"; handed out before everything else."""
    judge(item, mary, [Span(2, 5)])
    Project.objects.update(check_every=1)
    return mark_gold(item=item, user=mary)


@pytest.fixture
def tutorial(project: Project, mary: User, monkeypatch: pytest.MonkeyPatch, tiny_folder: object) -> Project:
    """A tutorial that the project requires."""
    monkeypatch.setattr(settings, "TLDR_CHECKPOINT", str(tiny_folder))
    project.tutorial = create_tutorial(name="Learn", slug="learn", user=mary)
    project.save()
    return project.tutorial


def test_a_manager_takes_their_judgement_as_the_answer(item: Item, mary: User, client_of: ClientOf) -> None:
    client = client_of(mary)
    page = f"/projects/kites/items/{item.pk}/"
    assert "Use as a check" not in said(client.get(page))
    assert "Judge the item first" in said(client.post(f"{page}check/", follow=True))
    judge(item, mary, [Span(2, 5)])
    assert "Use as a check" in said(client.get(page))
    answer = said(client.post(f"{page}check/", follow=True))
    check = Check.objects.get()
    again = said(client.get(page))
    assert f'Checks made from it: <a href="/projects/kites/items/{check.item_id}/">item {check.item_id}</a> (gold).' in again
    assert "Use as a check" not in again
    assert f"as item {check.item_id}" in answer
    assert '<span class="wrong">red</span>' in answer
    retired = said(client.post(f"/projects/kites/items/{check.item_id}/check/retire/", follow=True))
    assert "handed to nobody any more" in retired
    assert Check.objects.get().is_retired


def test_an_annotator_cannot_tell_a_check_from_an_item(
    gold: Check, item: Item, alice: User, rita: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    desk = shown(client.get(DESK))
    assert (desk["item"], "check" in json.dumps(desk).replace("checkpoint", "")) == (gold.item_id, False)
    reply = send(client, gold.item, event("submit", rest_checked=True)).json()
    assert ("check" in reply, reply["extra"], reply["late"]) == (False, False, False)
    pages = {"/projects/kites/items/": ">check</span>", f"/projects/kites/items/{gold.item_id}/": "By the answer"}
    seen = {person: [mark in said(client_of(person).get(page)) for page, mark in pages.items()] for person in (alice, rita)}
    assert seen == {alice: [False, False], rita: [True, True]}
    assert [one.pk for one in client.get("/projects/kites/items/").context["items"]] == [gold.item_id]  # what was theirs
    assert client.get(f"/projects/kites/items/{item.pk}/").status_code == 403  # beside the check it would look alike
    sent_back = client.get(f"{DESK}{item.pk}/")
    assert (sent_back.status_code, sent_back["Location"]) == (302, "/projects/kites/")


def test_what_an_annotator_sees_moves_by_one_for_a_check_as_for_an_item(
    gold: Check,
    make_items: Callable[..., list[Item]],
    alice: User,
    rita: User,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "QUARTER", 100_000_000)  # seconds: none ends while the test runs
    other, _ = make_items(2)
    client, seen = client_of(alice), []
    for done in (gold.item, other, None):
        seen.append(
            (
                shown(client.get(DESK))["progress"],
                client.get("/projects/kites/").context["mine"],
                client.get("/projects/kites/").context["progress"].annotated,
                said(client.get("/projects/kites/people/me/")).partition("<h1>")[2].count("1 of 1"),
                said(client.get("/")).partition("card")[2].count("<progress"),
            )
        )
        if done:
            judge(done, alice, [])
    assert seen == [([0, 3], 0, 0, 0, 0), ([1, 3], 1, 0, 0, 0), ([2, 3], 2, 0, 0, 0)]
    exact = client_of(rita).get("/projects/kites/").context["progress"]
    assert (exact.annotated, exact.wanted) == (2, 3)  # exact: Mary's of the first item, Alice's of the second


def test_a_list_of_ones_own_does_not_say_that_everybody_judged_a_check(
    gold: Check, make_items: Callable[..., list[Item]], alice: User, rita: User, client_of: ClientOf
) -> None:
    [own] = make_items(1)
    judge(gold.item, rita, [])
    for mine in (gold.item, own):
        judge(mine, alice, [])
    page = said(client_of(alice).get("/projects/kites/items/?state=waiting"))  # a check always waits
    assert page.count("submitted by Alice") == 2
    assert page.count(">submitted") == 2
    assert 'name="state"' not in page


def test_figures_about_checks_come_the_day_after(gold: Check, alice: User, rita: User, client_of: ClientOf) -> None:
    judge(gold.item, alice, [])
    assert "Nothing to show yet" in said(client_of(alice).get("/projects/kites/people/me/"))
    assert "0 of 1" in said(client_of(rita).get("/projects/kites/people/"))
    yesterday = timezone.now() - timedelta(days=1)
    Annotation.objects.filter(annotator=alice).update(submitted_at=yesterday)
    CheckResult.objects.update(submitted_at=yesterday)
    assert "0 of 1" in said(client_of(alice).get("/projects/kites/people/me/"))


def test_a_check_has_what_an_items_page_shows(item: Item, alice: User, mary: User, client_of: ClientOf) -> None:
    Item.objects.filter(pk=item.pk).update(metadata={"source": "kites"}, external_id="k-1")
    judge(item, mary, [])
    Project.objects.update(check_every=1)
    check = mark_gold(item=Item.objects.get(pk=item.pk), user=mary)
    client = client_of(alice)
    client.get(DESK)
    page = said(client.get(f"/projects/kites/items/{check.item_id}/"))
    assert "<dt>source</dt><dd>kites</dd>" in page
    Project.objects.update(check_every=0)
    assert "k-1" in said(client.get(f"/projects/kites/items/{item.pk}/"))
    judge(item, alice, [])
    Project.objects.update(check_every=1)
    assert "k-1" not in said(client.get(f"/projects/kites/items/{item.pk}/"))  # a check has none
    assert "k-1" not in said(client.get("/projects/kites/items/"))


def test_where_feedback_is_given_the_answer_comes_with_the_save(gold: Check, alice: User, client_of: ClientOf) -> None:
    Project.objects.update(gives_feedback=True)
    client = client_of(alice)
    page = f"/projects/kites/items/{gold.item_id}/"
    client.get(DESK)
    assert "check" not in send(client, gold.item, event("flag", first=2, end=3)).json()
    assert "By the answer" not in said(client.get(page))  # not before it is submitted
    reply = send(client, gold.item, event("submit", rest_checked=True), known=1).json()
    assert reply["check"] == "Let stand, but wrong: “red”. Called wrong, but right: “kite”."
    assert "By the answer, this is wrong" in said(client.get(page))


def test_errors_are_planted_from_the_page(item: Item, alice: User, mary: User, client_of: ClientOf) -> None:
    client = client_of(mary)
    address = "/projects/kites/checks/plant/"
    assert "Nothing to plant in" in said(client.post(address, {"count": 5}, follow=True))
    judge(item, alice, [])
    assert "1 planted." in said(client.post(address, {"count": 5}, follow=True))
    assert "How many? 1 to 100 at once." in said(client.post(address, {"count": 500}, follow=True))
    assert Check.objects.count() == 1


def test_a_tutorial_is_made_from_the_page(
    mary: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, tiny_folder: object
) -> None:
    monkeypatch.setattr(settings, "TLDR_CHECKPOINT", str(tiny_folder))
    client = client_of(mary)
    assert client.post("/projects/new/tutorial/", {"name": "狗"}).status_code == 422
    page = said(client.post("/projects/new/tutorial/", {"name": "Learn"}, follow=True))
    assert "A tutorial" in page
    assert "No items yet" not in page
    assert "Go to the tutorial" in said(client.get("/"))
    assert "check_every" not in said(client.get("/projects/learn/settings/"))  # it is all checks


def test_the_desk_sends_to_the_tutorial_first(tutorial: Project, item: Item, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    assert "The tutorial comes first" in said(client.get(DESK))
    assert client.get(f"{DESK}{item.pk}/next/").status_code == 403  # nor by the address that the script asks
    acts = {"user": alice.pk, "known": 0, "events": [event("submit", rest_checked=True)]}
    refused = client.post(f"{DESK}{item.pk}/events/", acts, content_type="application/json")  # nor unasked
    assert (refused.status_code, refused.json()["reason"][:25]) == (422, "The tutorial comes first.")
    assert not Annotation.objects.exists()
    assert client.get("/projects/learn/desk/").status_code == 404
    begun = client.post("/projects/kites/tutorial/", follow=True)
    assert begun.redirect_chain == [("/projects/learn/desk/", 302)]
    scene = Item.objects.get(pk=shown(begun)["item"])
    assert shown(begun)["progress"] == [0, 10]
    body = {"user": alice.pk, "known": 0, "events": [event("submit", rest_checked=True)]}
    reply = client.post(f"/projects/learn/desk/{scene.pk}/events/", body, content_type="application/json").json()
    assert reply["check"].startswith("Let stand, but wrong: “")
    assert "1 of 10" in said(client.get(DESK))
    assert "Nothing to show yet" in said(client.get("/projects/kites/people/me/"))


def test_whoever_is_through_reads_how_it_went(
    tutorial: Project, item: Item, alice: User, mary: User, client_of: ClientOf
) -> None:
    Membership.objects.create(project=tutorial, user=alice, role=Role.ANNOTATOR)
    client = client_of(alice)
    for check in Check.objects.filter(project=tutorial).select_related("item"):
        judge(check.item, alice, [Span(span["start"], span["end"]) for span in check.spans])
    end = said(client.get("/projects/learn/desk/"))
    assert "You are through" in end
    assert "The desk of Kites is open to you." in end
    assert end.count("You found what is wrong in it.") == 8
    assert shown(client.get(DESK))["item"] == item.pk


def test_whoever_did_badly_is_told_whom_to_ask(tutorial: Project, item: Item, alice: User, client_of: ClientOf) -> None:
    Membership.objects.create(project=tutorial, user=alice, role=Role.ANNOTATOR)
    for check in Check.objects.filter(project=tutorial).select_related("item"):
        judge(check.item, alice, [])
    assert CheckResult.objects.filter(annotator=alice, has_passed=True).count() == 2
    client = client_of(alice)
    assert "reached 0.00 of 1. This project asks for 0.60" in said(client.get(DESK))
    assert "Kites asks for 0.60. Take the tutorial again, or talk to a manager" in said(client.get("/projects/learn/desk/"))


def test_a_tutorial_is_taken_again_from_wherever_it_says_how_one_did(
    tutorial: Project, item: Item, alice: User, client_of: ClientOf
) -> None:
    Membership.objects.create(project=tutorial, user=alice, role=Role.ANNOTATOR)
    client = client_of(alice)
    for slug in ("kites", "learn"):
        for check in Check.objects.filter(project=tutorial).select_related("item"):
            judge(check.item, alice, [])
        for page in (DESK, "/projects/learn/desk/", "/projects/kites/people/me/", "/projects/learn/people/me/"):
            assert "Take it again</button>" in said(client.get(page))
        begun = client.post(f"/projects/{slug}/tutorial/again/", follow=True)
        assert shown(begun)["progress"] == [0, 10]
        scene = f"/projects/learn/items/{shown(begun)['item']}/"
        assert "By the answer" not in said(client.get(scene))  # what was told the last time is not told now
    for check in Check.objects.filter(project=tutorial).select_related("item"):
        judge(check.item, alice, [Span(span["start"], span["end"]) for span in check.spans])
    page = said(client.get("/projects/kites/people/me/"))
    assert page.index("1.00 of 1") < page.index("0.00 of 1")
    assert page.count("0.00 of 1") == 2
    assert shown(client.get(DESK))["item"] == item.pk


def test_a_manager_asks_somebody_to_take_it_again(
    tutorial: Project, item: Item, alice: User, mary: User, rita: User, client_of: ClientOf
) -> None:
    Membership.objects.create(project=tutorial, user=alice, role=Role.ANNOTATOR)
    manager, people = client_of(mary), "/projects/kites/people/"
    assert "Tutorial again" not in said(manager.get(people)).split("</table>")[0]  # nobody has taken it yet
    for check in Check.objects.filter(project=tutorial).select_related("item"):
        judge(check.item, alice, [Span(span["start"], span["end"]) for span in check.spans])
    assert "1.00" in said(manager.get(people))
    assert "Tutorial again" not in said(client_of(rita).get(people)).split("</table>")[0]
    ask = f"{people}{Membership.objects.get(user=alice, project__slug='kites').pk}/again/"
    assert "The desk opens to Alice once they have passed the tutorial again." in said(manager.post(ask, follow=True))
    assert ">asked again</span>" in said(manager.get(people))
    assert "A manager of Kites asks you to take the tutorial again." in said(client_of(alice).get(DESK))
    refused = send(client_of(alice), item, event("submit", rest_checked=True))
    assert (refused.status_code, refused.json()["reason"][:46]) == (422, "A manager asks you to take the tutorial again.")
    assert "A manager asks you to take the tutorial again." in said(client_of(alice).get("/projects/kites/people/me/"))


def test_without_a_tutorial_taking_it_again_leads_to_the_project(project: Project, alice: User, client_of: ClientOf) -> None:
    response = client_of(alice).post("/projects/kites/tutorial/again/")
    assert (response.status_code, response["Location"]) == (302, "/projects/kites/")


def test_reviewers_and_managers_go_straight_to_the_desk(tutorial: Project, item: Item, rita: User, client_of: ClientOf) -> None:
    assert shown(client_of(rita).get(DESK))["item"] == item.pk


def test_settings_offer_only_tutorials_of_ones_own(tutorial: Project, mary: User, client_of: ClientOf) -> None:
    hidden = Project.objects.create(name="Hidden", slug="hidden", is_tutorial=True)
    client = client_of(mary)
    values = {"name": "Kites", "annotators_per_item": 1, "lease_minutes": 5, "check_every": 20, "pass_mark": "0.8"}
    refused = client.post("/projects/kites/settings/", values | {"tutorial": hidden.pk})
    assert (refused.status_code, set(refused.context["form"].errors)) == (422, {"tutorial"})
    assert "Hidden" not in said(refused)
    assert client.post("/projects/kites/settings/", values | {"tutorial": tutorial.pk}).status_code == 302
    project = Project.objects.get(slug="kites")
    assert (project.check_every, project.tutorial, project.pass_mark, project.gives_feedback) == (20, tutorial, 0.8, False)


def test_instructions_have_a_limit_and_old_ones_beyond_it_stay(project: Project, mary: User, client_of: ClientOf) -> None:
    client, settings_page = client_of(mary), "/projects/kites/settings/"
    values = {"name": "Kites", "annotators_per_item": 1, "lease_minutes": 5}
    whole, longer = "a\r\n" * (INSTRUCTIONS_CHARACTERS // 2), "b\r\n" * (INSTRUCTIONS_CHARACTERS // 2) + "bb"
    assert client.post(settings_page, values | {"instructions": whole}).status_code == 302
    refused = client.post(settings_page, values | {"instructions": longer})
    reason = "The instructions have 20,002 characters; at most 20,000 are taken."
    assert (refused.status_code, refused.context["form"].errors["instructions"]) == (422, [reason])
    assert client.post("/projects/new/", {"name": "New", "instructions": longer}).status_code == 422
    assert "at most 20,000 are taken" in said(client.post(f"{settings_page}preview/", {"instructions": longer}))
    Project.objects.update(instructions=longer)
    assert client.post(settings_page, values | {"instructions": longer, "lease_minutes": 7}).status_code == 302
    assert (Project.objects.get().instructions[:4], Project.objects.get().lease_minutes) == ("b\r\nb", 7)


def test_instructions_are_previewed_as_they_will_be_shown(project: Project, mary: User, client_of: ClientOf) -> None:
    page = said(client_of(mary).post("/projects/kites/settings/preview/", {"instructions": "# Look\n<b>x</b>"}))
    assert page.startswith('<div id="preview"')
    assert "<h3>Look</h3> <p>&lt;b&gt;x&lt;/b&gt;</p>" in page
    assert "<b>" not in page
