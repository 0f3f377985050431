"""The page of people: everybody's figures for reviewers, one's own for oneself, and what can be done from there."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotator.models import Annotation, Check, Item, Membership, Project, Role, User
from annotator.services.annotations import save_events
from annotator.services.checks import mark_gold
from annotator.services.people_figures import LEAST
from annotator.views.people import PAGE
from rewardmodel.records import Span
from tests.annotator.labelling import judge
from tests.annotator.services.test_annotations import event

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
PEOPLE, ME = "/projects/kites/people/", "/projects/kites/people/me/"


@pytest.fixture
def gold(item: Item, mary: User) -> Check:
    judge(item, mary, [Span(2, 5)])
    return mark_gold(item=item, user=mary)


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_reviewers_see_everybody(gold: Check, alice: User, rita: User, client_of: ClientOf) -> None:
    judge(gold.item, alice, [])
    page = text(client_of(rita), PEOPLE)
    lines = {line.membership.user: line for line in client_of(rita).get(PEOPLE).context["lines"]}
    assert {user.email for user in lines} == {"alice@example.org", "mary@example.org", "rita@example.org"}
    assert (lines[alice].judged, lines[alice].figures.checks, lines[alice].figures.missed_unflagged) == (0, 1, 1)
    assert "0 of 1" in page
    assert "Open the desk" not in page
    assert 'name="count"' not in page  # planting is for managers


def test_an_annotator_sees_their_own_line_and_nobody_elses(gold: Check, alice: User, mary: User, client_of: ClientOf) -> None:
    judge(gold.item, alice, [])
    page = text(client_of(alice), ME)
    assert "0 of 1" in page
    assert "Mary" not in page
    assert "Let stand, but wrong" not in page  # the project gives no feedback
    Project.objects.update(gives_feedback=True)
    assert "Let stand, but wrong: “red”." in text(client_of(alice), ME)
    assert client_of(alice).get(PEOPLE).status_code == 403


def test_what_was_changed_after_the_answer_was_told_says_which_counts(gold: Check, alice: User, client_of: ClientOf) -> None:
    Project.objects.update(gives_feedback=True)
    judge(gold.item, alice, [])
    assert "at first" not in text(client_of(alice), ME)
    again = [event("undo"), event("flag", first=1, end=2), event("submit", rest_checked=True)]
    save_events(item=Item.objects.select_related("project").get(pk=gold.item_id), user=alice, events=again)
    page = text(client_of(alice), ME)
    assert "You found what is wrong in it." in page
    assert "not passed at first" in page


def test_without_work_the_page_says_so(alice: User, client_of: ClientOf) -> None:
    assert "Nothing to show yet" in text(client_of(alice), ME)


def test_haste_is_told_as_a_signal(
    project: Project, alice: User, make_items: Callable[..., list[Item]], client_of: ClientOf
) -> None:
    for item in make_items(LEAST, response="One two three four five six seven eight nine ten eleven twelve."):
        judge(item, alice, [])  # at once
    page = text(client_of(alice), ME)
    assert "You are very fast." in page
    assert "100 % of responses of 12 words or more were submitted within 2 seconds." in page


def test_pages_of_people_follow_each_other(project: Project, rita: User, client_of: ClientOf) -> None:
    people = User.objects.bulk_create(User(email=f"a{n:03}@example.org") for n in range(PAGE + 1))
    Membership.objects.bulk_create(Membership(project=project, user=user, role=Role.ANNOTATOR) for user in people)
    client = client_of(rita)
    first = client.get(PEOPLE).context
    assert (len(first["lines"]), first["next_after"]) == (PAGE, f"a{PAGE - 1:03}@example.org")
    second = client.get(PEOPLE, {"after": first["next_after"]}).context
    assert [line.membership.user.email for line in second["lines"]] == [f"a{PAGE:03}@example.org", "rita@example.org"]
    assert second["next_after"] is None


@pytest.mark.parametrize("after", ["%00", "%FF", "x" * 5_000])
def test_a_page_after_nobody_is_no_error(after: str, rita: User, client_of: ClientOf) -> None:
    assert client_of(rita).get(f"{PEOPLE}?after={after}").status_code == 200


def test_the_page_costs_the_same_queries_for_few_people_and_for_many(
    project: Project, mary: User, make_items: Callable[..., list[Item]], client_of: ClientOf
) -> None:
    def queries() -> list[int]:
        counts = []
        for address in (PEOPLE, ME):
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            counts.append(len(captured))
        return counts

    client = client_of(mary)
    few = queries()
    people = User.objects.bulk_create(User(email=f"b{n}@example.org") for n in range(30))
    Membership.objects.bulk_create(Membership(project=project, user=user, role=Role.ANNOTATOR) for user in people)
    Annotation.objects.bulk_create(
        Annotation(item=item, annotator=user, status="submitted", submitted_at=item.created_at, started_at=item.created_at)
        for user, item in zip([mary, *people], make_items(31), strict=True)
    )
    assert queries() == few


def test_a_manager_opens_the_desk_to_somebody(project: Project, alice: User, mary: User, client_of: ClientOf) -> None:
    project.tutorial = Project.objects.create(name="Learn", slug="learn", is_tutorial=True)
    project.save()
    membership = Membership.objects.get(user=alice)
    assert "Open the desk" in text(client_of(mary), PEOPLE)
    assert client_of(mary).post(f"{PEOPLE}{membership.pk}/admit/").status_code == 302
    membership.refresh_from_db()
    assert membership.is_admitted
    assert "Open the desk" not in text(client_of(mary), PEOPLE)
