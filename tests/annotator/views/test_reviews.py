"""The pages of reviews: what they list, hide, show, take and refuse."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from annotator.models import Image, Item, Project, Review, User
from annotator.services.annotations import save_events
from annotator.services.folding import Judgement
from annotator.services.queue import take_item
from annotator.views import projects, reviews
from annotator.views.boxes import Box
from annotator.views.differences import direction_of
from tests.annotator.reviewing import judge, settle, share
from tests.annotator.services.test_annotations import event

pytestmark = pytest.mark.django_db
LIST = "/projects/kites/review/"


@pytest.fixture
def disputed(project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User) -> list[Item]:
    """Five items; of their words Alice calls one, two, three, none and one wrong, Mary none."""
    share(project)
    items = make_items(5, project=project)
    for item, count in zip(items, [1, 2, 3, 0, 1], strict=True):
        judge(item, alice, [("flag", {"first": 1, "end": 1 + count})] if count else [])
        judge(item, mary)
    return items


def listed(client: Client, query: str = "") -> list[int]:
    return [review.item_id for review in client.get(LIST + query).context["reviews"]]


def posted(client: Client, item: Item, decisions: Any, **values: Any) -> Any:
    made_from = Review.objects.get(item=item).compared
    data = {"decisions": json.dumps(decisions), "made_from": json.dumps(made_from), **values}
    return client.post(f"{LIST}{item.pk}/settle/", data)


def said(first: int, end: int, verdict: str = "right", **values: Any) -> dict[str, Any]:
    return {"first": first, "end": end, "verdict": verdict, "kind": None, "text": None, **values}


def test_list_has_most_to_settle_first_and_a_page_follows_the_other(
    disputed: list[Item], rita: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three, none, one_too = (item.pk for item in disputed)
    client = client_of(rita)
    assert listed(client) == [three, two, one, one_too]
    assert listed(client, "?state=agreed") == [none]
    assert listed(client, "?state=nonsense&after=nonsense") == [three, two, one, one_too]
    monkeypatch.setattr(reviews, "PAGE", 2)
    assert (listed(client), client.get(LIST).context["next_after"]) == ([three, two], two)
    assert (listed(client, f"?after={two}"), client.get(f"{LIST}?after={two}").context["next_after"]) == ([one, one_too], None)
    assert listed(client, f"?after={one}") == [one_too]
    assert "2 of 10 words differ<" in client.get(LIST).content.decode()
    assert "1 of 10 words differs<" in client.get(f"{LIST}?after={two}").content.decode()


def test_list_costs_the_same_queries_for_one_and_for_many(
    project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    share(project)
    client, costs = client_of(mary), []
    for number in (1, 9):
        for item in make_items(number, project=project):
            judge(item, alice, [("flag", {"first": 1, "end": 2})])
            judge(item, mary)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 4


def test_empty_list_says_what_would_fill_it(
    project: Project, rita: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    assert "Once a manager lets two or more do so" in client_of(rita).get(LIST).content.decode()
    assert "/projects/kites/settings/" in client_of(mary).get(LIST).content.decode()
    share(project, 3)
    assert "3 people judge each item here" in client_of(rita).get(LIST).content.decode()
    assert "No item is in this state" in client_of(rita).get(f"{LIST}?state=stale").content.decode()


def test_people_are_letters_until_it_is_settled(disputed: list[Item], rita: User, client_of: Callable[[User], Client]) -> None:
    client, page = client_of(rita), f"{LIST}{disputed[0].pk}/"
    before = client.get(page).content.decode()
    assert ("Alice" in before, "Mary" in before, "alice@" in before) == (False, False, False)
    assert ('aria-label="Take A"' in before, 'aria-label="Take B"' in before) == (True, True)
    settle(disputed[0], rita, Judgement(1, 2, "right"))
    after = client.get(page).content.decode()
    assert ("Alice" in after, "Mary" in after, "Take A" in after, "Reopen" in after) == (True, True, False, True)


def test_differing_words_stand_below_each_other_with_their_neighbours(
    project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    share(project, 3)
    (item,) = make_items(1, project=project)  # A red kite number 0 flies above the white house.
    judge(item, alice, [("replace", {"first": 3, "end": 5, "text": "", "kind": "text"}), ("flag", {"first": 9, "end": 10})])
    judge(item, mary, [("clear", {"first": 0, "end": 4}), ("flag", {"first": 9, "end": 10})], rest_checked=False)
    context = client_of(mary).get(f"{LIST}{item.pk}/").context
    (shown,) = context["comparison"].shown
    assert (shown.before, shown.words, shown.after) == (["red", "kite"], ["number", "0"], ["flies", "above"])
    cells = [[(cell.span, cell.look, cell.kind, cell.text) for cell in row.cells] for row in shown.rows]
    assert sorted(cells, key=len) == [
        [(2, "wrong", "text", "")],
        [(1, "right", None, None), (1, "untouched", None, None)],
    ]
    assert [(text, number) for text, number in context["comparison"].passages] == [
        ("A red kite ", 0), ("number 0", 1), (" flies above the white house.", 0),
    ]  # fmt: skip
    assert [span["quote"] for span in context["comparison"].agreed] == ["house"]
    takes = context["comparison"].script["differences"][0]["takes"]
    assert sorted([(one["first"], one["end"], one["verdict"]) for one in take] for take in takes) == [
        [(3, 5, "right")],
        [(3, 5, "wrong")],
    ]


def test_boxes_and_comments_are_shown_with_the_letter_of_whoever_made_them(
    project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    share(project)
    (item,) = make_items(1, project=project)  # A red kite number 0 flies above the white house.
    Image.objects.update(width=400, height=200)
    box = ("evidence", {"first": 1, "end": 3, "box": [0.25, 0.5, 0.75, 1.0]})
    judge(item, alice, [("flag", {"first": 1, "end": 3}), box, ("comment", {"text": "A <kite>?"})])
    judge(item, mary)
    page = client_of(mary).get(f"{LIST}{item.pk}/")
    comparison = page.context["comparison"]
    letter = next(row.letter for row in comparison.shown[0].rows if row.cells[0].look == "wrong")
    assert comparison.boxes == [Box(letter, "red kite", 100, 100, 200, 100)]
    assert comparison.comments == [(letter, "A <kite>?")]
    text = page.content.decode()
    assert '<rect x="100" y="100" width="200" height="100"/>' in text
    assert "A &lt;kite&gt;?" in text
    assert "Alice" not in text


def test_place_where_one_put_something_in_is_a_difference_of_its_own(
    project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    share(project)
    (item,) = make_items(1, project=project)  # A red kite number 0 flies above the white house.
    both = ("insert", {"at": 1, "text": "big"})
    judge(item, alice, [both, ("insert", {"at": 10, "text": "today", "kind": "text"}), ("flag", {"first": 8, "end": 10})])
    judge(item, mary, [both, ("insert", {"at": 9, "text": "old"}), ("flag", {"first": 8, "end": 10})], rest_checked=False)
    client = client_of(mary)
    page = client.get(f"{LIST}{item.pk}/")
    comparison = page.context["comparison"]
    assert comparison.missing == [{"text": "big", "before": "red", "kind": None}]
    assert [(shown.before, shown.words, shown.after) for shown in comparison.shown] == [
        (["the", "white"], [], ["house"]),
        (["white", "house"], [], []),
    ]
    for shown, text in zip(comparison.shown, ["old", "today"], strict=True):
        cells = {(cell.span, cell.look, cell.text, cell.is_place) for row in shown.rows for cell in row.cells}
        rest = "read" if text == "old" else "untouched"
        assert cells == {(1, "wrong", text, True), (1, rest, None, True)}
    assert comparison.passages[1:] == [("", 1), ("house", 0), ("", 2), (".", 0)]
    takes = [sorted(((one["verdict"], one["text"]) for take in said["takes"] for one in take), key=str)
             for said in comparison.script["differences"]]  # fmt: skip
    assert takes == [[("right", None), ("wrong", "old")], [("right", None), ("wrong", "today")]]
    assert "✗ missing, text <ins" in page.content.decode()
    assert posted(client, item, [said(9, 9, "wrong", text="old "), said(10, 10)]).status_code == 302
    assert Review.objects.get(item=item).corrected == "A big red kite number 0 flies above the white old house."
    reopened = client.post(f"{LIST}{item.pk}/reopen/", follow=True).context["comparison"].script["differences"]
    assert [[(one["verdict"], one["text"]) for one in difference["settled"]] for difference in reopened] == [
        [("wrong", "old")],
        [("right", None)],
    ]


@pytest.mark.parametrize(
    ("response", "direction"), [("«Two» dogs.", "ltr"), ("12 عفريت أحمر", "rtl"), ("כלב אחד", "rtl"), ("12 34", "ltr")]
)
def test_words_run_as_the_response_is_read(response: str, direction: str) -> None:
    assert direction_of(response) == direction


def test_settling_leads_to_the_next_and_from_the_last_to_the_list(
    disputed: list[Item], rita: User, client_of: Callable[[User], Client]
) -> None:
    one, two, three, _, one_too = disputed
    client = client_of(rita)
    answers = [posted(client, item, [said(1, 1 + count)]) for item, count in [(two, 2), (one, 1), (one_too, 1)]]
    assert [answer["Location"] for answer in answers] == [f"{LIST}{item.pk}/" for item in (one, one_too, three)]
    last = posted(client, three, [said(1, 3, "wrong", kind="object", text="dogs"), said(3, 4)], comment="Hm.")
    assert last["Location"] == LIST
    assert "everything is settled" in client.get(LIST).content.decode()
    review = Review.objects.get(item=three)
    assert (review.reviewer, review.comment, review.corrected) == (rita, "Hm.", "A dogs number 2 flies above the white house.")


def test_whoever_comes_back_to_settling_after_signing_in_is_led_to_the_page(
    disputed: list[Item], rita: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    address = f"{LIST}{disputed[0].pk}/settle/"
    answer = Client().post(address, {"decisions": "[]"})
    assert answer["Location"] == f"/accounts/login/?next={address}"
    assert client_of(rita).get(address)["Location"] == f"{LIST}{disputed[0].pk}/"
    assert client_of(alice).get(address).status_code == 403


def test_decisions_are_kept_in_the_browser_for_one_person_and_as_long_as_they_fit(
    disputed: list[Item], rita: User, alice: User, mary: User, client_of: Callable[[User], Client]
) -> None:
    def kept(user: User) -> str:
        return str(client_of(user).get(f"{LIST}{disputed[0].pk}/").context["kept"])

    first = kept(rita)
    assert kept(rita) == first
    assert kept(mary) != first
    settle(disputed[0], rita, Judgement(1, 2, "wrong"))
    client_of(rita).post(f"{LIST}{disputed[0].pk}/reopen/")
    reopened = kept(rita)
    save_events(item=disputed[0], user=alice, events=[event("undo"), event("comment", text="Hm."), event("submit")])
    assert len({first, reopened, kept(rita)}) == 3


def test_item_on_which_nobody_differs_may_be_settled_too(
    disputed: list[Item], rita: User, client_of: Callable[[User], Client]
) -> None:
    assert posted(client_of(rita), disputed[3], []).status_code == 302
    assert Review.objects.get(item=disputed[3]).state == "settled"


@pytest.mark.parametrize(
    ("decisions", "told"),
    [
        ([], "Decide every difference"),
        ([said(1, 2), said(4, 5)], "Decide every difference"),
        ([said(1, 99)], "Words must satisfy 0 &lt;= first &lt; end &lt;= 10"),
        ([said(1, 2, "wrong", kind="colour")], "There is no kind &#x27;colour&#x27;"),
        ([said(1, 2, "wrong", text="x" * 1_001)], "at most 1,000"),
        ([said(1, 2, "right", text="x")], "A decision must be an object"),
        ([said(1, 2, "maybe")], "A decision must be an object"),
        ([[1, 2]], "A decision must be an object"),
        ({"first": 1}, "must be a list"),
        ([said(1, 2)] * 22, "at most one for each word"),
        ([said(1, 2), said(11, 11)], "at must satisfy 0 &lt;= at &lt;= 10, got 11"),
        ([said(1, 2), said(4, 4, "wrong")], "A decision must be an object"),
        ([said(1, 2), said(4, 4, "wrong", text=" ")], "A decision must be an object"),
        ([said(1, 2), said(4, 4, text="x")], "A decision must be an object"),
        ([said(1, 2), said(4, 4)], "Decide every difference"),
    ],
)
def test_decisions_that_make_no_sense_are_refused(
    disputed: list[Item], rita: User, client_of: Callable[[User], Client], decisions: Any, told: str
) -> None:
    response = posted(client_of(rita), disputed[0], decisions)
    assert (response.status_code, told in response.content.decode()) == (422, True)
    assert Review.objects.get(item=disputed[0]).state == "open"


def test_page_that_is_out_of_date_is_refused_and_shown_as_it_is_now(
    disputed: list[Item], rita: User, client_of: Callable[[User], Client]
) -> None:
    response = posted(client_of(rita), disputed[0], [said(1, 2)], made_from="[[1, 1]]")
    assert response.status_code == 422
    assert "changed their judgement since" in response.content.decode()
    assert response.context["form"]["made_from"].value() == json.dumps(Review.objects.get(item=disputed[0]).compared)


def test_reopened_review_begins_with_what_was_settled(
    disputed: list[Item], rita: User, client_of: Callable[[User], Client]
) -> None:
    client, (item, *_) = client_of(rita), disputed
    settle(item, rita, Judgement(1, 2, "wrong", "object", "cat"), comment="Look at the tail.")
    response = client.post(f"{LIST}{item.pk}/reopen/", follow=True)
    (difference,) = response.context["comparison"].script["differences"]
    assert [(one["verdict"], one["kind"], one["text"]) for one in difference["settled"]] == [("wrong", "object", "cat")]
    assert "Look at the tail." in response.content.decode()


def test_stale_review_says_so_and_what_still_holds(
    disputed: list[Item], alice: User, rita: User, client_of: Callable[[User], Client]
) -> None:
    client, (item, *_) = client_of(rita), disputed
    settle(item, rita, Judgement(1, 2, "wrong", None, "blue"))
    save_events(item=item, user=alice, events=[event("undo")])
    page = client.get(f"{LIST}{item.pk}/").content.decode()
    assert ("What was settled still holds" in page, "<ins>blue</ins>" in page, "Alice" in page) == (True, True, False)
    assert listed(client, "?state=stale") == [item.pk]


def test_item_without_a_second_judgement_has_no_review(
    project: Project, item: Item, rita: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(rita).get(f"{LIST}{item.pk}/").status_code == 404


def test_overview_tells_reviewers_how_much_there_is_to_settle(
    disputed: list[Item], alice: User, rita: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = client_of(rita).get("/projects/kites/").content.decode()
    assert ("People differ on 4 items." in page, f'href="{LIST}"' in page) == (True, True)
    assert LIST not in client_of(alice).get("/projects/kites/").content.decode()
    monkeypatch.setattr(projects, "COUNTED", 3)
    assert "People differ on more than 3 items." in client_of(rita).get("/projects/kites/").content.decode()
    Review.objects.update(state=Review.State.AGREED)
    assert "Nothing to settle" in client_of(rita).get("/projects/kites/").content.decode()


def test_item_and_review_lead_to_each_other(
    disputed: list[Item], rita: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    item, review = f"/projects/kites/items/{disputed[0].pk}/", f"/projects/kites/review/{disputed[0].pk}/"
    client = client_of(rita)
    assert f'href="{review}"' in client.get(item).content.decode()
    assert f'href="{item}">The item, with names</a>' in client.get(review).content.decode()
    assert "/review/" not in client_of(alice).get(item).content.decode()


def test_reviewer_judges_what_is_on_their_own_desk_before_they_see_what_others_said(
    disputed: list[Item], rita: User, client_of: Callable[[User], Client]
) -> None:
    Project.objects.update(annotators_per_item=3)
    [item] = disputed[:1]
    Item.objects.filter(pk=item.pk).update(open_slots=1)
    item.project.refresh_from_db()
    assert take_item(item=item, user=rita) is not None
    client = client_of(rita)
    page, review = f"/projects/kites/items/{item.pk}/", f"/projects/kites/review/{item.pk}/"
    seen = client.get(page)
    assert list(seen.context["annotations"]) == []
    assert "It is on your desk." in seen.content.decode()
    assert client.get(review)["Location"] == "/projects/kites/review/"
    assert client.post(f"{review}settle/")["Location"] == "/projects/kites/review/"
    judge(item, rita)
    assert len(client.get(page).context["annotations"]) == 3
    assert client.get(review).status_code == 200
