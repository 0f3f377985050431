"""The desk's answers: which item, what the page is told, what it may send."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.models import Annotation, Detection, Event, Item, Lease, Project, User
from tests.annotator.labelling import make_item

DESK = "/projects/kites/desk/"


def event(act: str, key: str | None = None, **payload: Any) -> dict[str, Any]:
    return {"key": key or str(uuid.uuid4()), "act": act, "payload": payload, "at": "2026-11-23T10:00:00Z", "url": "ignored"}


def send(client: Client, item: Item, *events: dict[str, Any], known: int = 0, user: int | None = None) -> Any:
    body = {"user": user or int(client.session["_auth_user_id"]), "known": known, "events": list(events)}
    return client.post(f"{DESK}{item.pk}/events/", body, content_type="application/json")


def shown(response: Any) -> dict[str, Any]:
    """The item as the page's script gets it with the page."""
    script = re.search(r'<script id="item-data" type="application/json">(.*?)</script>', response.content.decode())
    assert script is not None
    data: dict[str, Any] = json.loads(script[1])
    return data


@pytest.fixture
def client(scored: Item, alice: User, client_of: Callable[[User], Client]) -> Client:
    """Alice's browser; the item is on her desk."""
    client = client_of(alice)
    assert shown(client.get(DESK))["item"] == scored.pk
    return client


@pytest.mark.django_db
def test_the_page_is_told_words_flags_and_levels_but_no_offsets(client: Client, scored: Item, alice: User) -> None:
    desk = shown(client.get(f"{DESK}{scored.pk}/"))
    assert (desk["flags"], desk["levels"][:4], desk["events"]) == ([[1, 3]], [0, 3, 2, 0], [])
    assert desk["pieces"][:4] == ["", "A", " ", "red"]
    assert desk["size"] == [scored.image.width, scored.image.height]
    assert desk["checkpoint"]["threshold"] == 0.5
    assert not {"words", "start", "end", "offsets"} & set(desk)


@pytest.mark.django_db
def test_the_words_put_together_are_the_response(
    make_items: Callable[..., list[Item]], project: Project, alice: User, client_of: Callable[[User], Client]
) -> None:
    text = ' “Zwei  Hunde”,\n👩‍👩‍👧 sagt: "<b>كلب</b>" — fin. '
    [item] = make_items(1, response=text)
    pieces = shown(client_of(alice).get(DESK))["pieces"]
    assert "".join(pieces) == text
    assert pieces[1::2] == item.quotes


@pytest.mark.django_db
def test_the_next_item_is_held_ahead_and_never_the_one_at_work(
    client: Client, scored: Item, make_items: Callable[..., list[Item]], alice: User
) -> None:
    address = f"{DESK}{scored.pk}/next/"
    assert client.get(address).json() == {}  # nothing else waits
    second, third = make_items(2)
    ahead = client.get(address).json()
    assert ahead["item"] == client.get(address).json()["item"] == second.pk  # asking again takes no more
    assert ahead["pieces"][1] == "A"
    assert set(Lease.objects.values_list("item", flat=True)) == {scored.pk, second.pk}
    assert shown(client.get(DESK))["item"] == scored.pk  # the one at work stays it, from another tab too
    send(client, scored, event("submit", rest_checked=True))
    assert shown(client.get(DESK))["item"] == second.pk
    assert client.get(f"{DESK}{second.pk}/next/").json()["item"] == third.pk


@pytest.mark.django_db
def test_a_response_never_becomes_part_of_the_page(
    make_items: Callable[..., list[Item]], project: Project, alice: User, client_of: Callable[[User], Client]
) -> None:
    make_items(1, response='<script>alert(1)</script> "><b>kite</b> & co')
    page = client_of(alice).get(DESK).content.decode()
    assert "<script>alert" not in page
    assert "<b>kite" not in page
    assert shown(client_of(alice).get(DESK))["pieces"][:2] == ["<", "script>alert(1)</script"]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 10**19, 10**40])
def test_an_item_that_cannot_be_is_not_found(
    number: int, project: Project, alice: User, client_of: Callable[[User], Client]
) -> None:
    for address in (f"{DESK}{number}/", f"/projects/kites/items/{number}/image/"):
        assert client_of(alice).get(address).status_code == 404


@pytest.mark.django_db
def test_acts_are_kept_and_answered_with_what_the_page_does_not_know(client: Client, scored: Item) -> None:
    first, second = event("confirm", first=1, end=3), event("comment", text="Hm.")
    assert send(client, scored, first).json()["version"] == 1
    reply = send(client, scored, first, second, known=1).json()  # the first comes again: its answer was lost
    assert reply == {
        "known": 1, "version": 2, "late": False, "extra": False,
        "events": [{"key": second["key"], "act": "comment", "payload": {"text": "Hm."}}],
    }  # fmt: skip
    assert Event.objects.count() == 2
    desk = shown(client.get(f"{DESK}{scored.pk}/"))
    assert [act["act"] for act in desk["events"]] == ["confirm", "comment"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"no json", "The request is not JSON"),
        (b"[]", "The request is not a JSON object"),
        (b"[" * 100_000, "The request is not JSON"),
        ({"user": 1, "known": 0, "events": []}, "events: send a list of 1 to 500"),
        ({"user": 1, "known": 0, "events": [event("undo")] * 501}, "events: send a list of 1 to 500"),
        ({"known": 0, "events": [event("undo")]}, "user: must be a whole number of at least 0, got None"),
        ({"user": 1, "known": -1, "events": [event("undo")]}, "known: must be a whole number of at least 0, got -1"),
        (
            {"user": 1, "known": 0, "events": [event("confirm", first=1, end=99)]},
            "Event 0: Words must satisfy 0 <= first < end <= 10, got [1, 99)",
        ),
        ({"user": 1, "known": 0, "events": [event("confirm", key="x", first=1, end=2)]}, "key: must be a UUID, got 'x'"),
        ({"user": 1, "known": 0, "events": [event("undo"), event("explode")]}, "Event 1: There is no act 'explode'"),
        ({"user": 1, "known": 0, "events": [event("undo") | {"at": "10:00"}]}, "at: must be a time of the years 1900 to 9000"),
        ({"user": 1, "known": 0, "events": [event("undo") | {"at": "0001-01-01T00:00:00+14:00"}]}, "got '0001-01-01T00"),
        ({"user": 1, "known": 0, "events": [event("undo") | {"at": "2026-13-01T10:00:00Z"}]}, "month must be in 1..12"),
        ({"user": 1, "known": 0, "events": [event("undo") | {"payload": [1]}]}, "must be an object with an act and a payload"),
        ({"user": 1, "known": 0, "events": [event("kind", first=1, end=2, kind="ugly")]}, "There is no kind 'ugly'"),
        ({"user": 1, "known": 0, "events": ["x"]}, "must be an object with an act and a payload, got 'x'"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(body: Any, reason: str, client: Client, scored: Item) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body)
    response = client.post(f"{DESK}{scored.pk}/events/", data, content_type="application/json")
    assert response.status_code == 422
    assert reason in response.json()["reason"]
    assert not Annotation.objects.exists()


@pytest.mark.django_db
def test_requests_that_come_again_change_nothing(client: Client, scored: Item) -> None:
    old = [event("kind", first=1, end=3, kind="object"), event("undo"), event("redo")]
    for act in old:
        send(client, scored, act)
    send(client, scored, event("submit", rest_checked=True))
    before = Annotation.objects.values().get()
    for again in (old, old[::-1], [old[0] | {"act": "clear", "payload": {"first": 0, "end": 9}}], [old[1]] * 3):
        reply = send(client, scored, *again, known=4)
        assert (reply.status_code, reply.json()["version"], reply.json()["events"]) == (200, 4, [])
    assert Annotation.objects.values().get() == before
    assert Event.objects.count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"events": []},
        {"events": None},
        {"judgements": [], "spans": [], "corrected": "", "status": "draft", "version": 0},
        {"events": [{}]},
        {"events": [{"act": "clear"}]},
        {
            "events": [
                {"key": str(uuid.uuid4()), "act": "replace_all", "payload": {"judgements": []}, "at": "2026-11-23T10:00:00Z"}
            ]
        },
    ],
)
def test_a_request_without_acts_never_erases_work(body: dict[str, Any], client: Client, scored: Item, alice: User) -> None:
    send(client, scored, event("replace", first=1, end=3, text="plane"), event("comment", text="Hm."))
    before = Annotation.objects.values().get()
    for sent in (body, {"user": alice.pk, "known": 2, **body}):
        assert client.post(f"{DESK}{scored.pk}/events/", sent, content_type="application/json").status_code == 422
    assert client.post(f"{DESK}{scored.pk}/events/").status_code == 422
    assert Annotation.objects.values().get() == before


@pytest.mark.django_db
def test_what_no_act_has_is_left_aside(client: Client, scored: Item) -> None:
    act = event("confirm", first=1, end=3, judgements=[], status="submitted") | {"spans": []}
    body = {"user": int(client.session["_auth_user_id"]), "known": 0, "events": [act], "judgements": [], "version": 9}
    reply = client.post(f"{DESK}{scored.pk}/events/", body, content_type="application/json").json()
    assert (reply["version"], reply["events"][0]["payload"]) == (1, {"first": 1, "end": 3, "kind": None})
    assert Annotation.objects.get().status == "draft"


@pytest.mark.django_db
def test_an_act_after_submit_is_refused_and_the_submit_stands(client: Client, scored: Item) -> None:
    assert send(client, scored, event("submit", rest_checked=True)).status_code == 200
    response = send(client, scored, event("flag", first=0, end=1), known=1)
    assert (response.status_code, Annotation.objects.get().status) == (422, "submitted")


@pytest.mark.django_db
def test_acts_of_somebody_else_who_used_the_browser_are_not_taken(client: Client, scored: Item, mary: User) -> None:
    response = send(client, scored, event("flag", first=0, end=1), user=mary.pk)
    assert (response.status_code, Event.objects.count()) == (403, 0)


@pytest.mark.django_db
def test_a_lost_session_is_not_answered_with_a_page(client: Client, scored: Item) -> None:
    client.logout()
    assert send(client, scored, event("flag", first=0, end=1), user=1).status_code == 302  # the script does not follow it


@pytest.mark.django_db
def test_without_the_token_nothing_is_taken(scored: Item, alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice, backend="annotator.accounts.PasswordBackend")
    client.get(DESK)
    body = {"user": alice.pk, "known": 0, "events": [event("flag", first=0, end=1)]}
    address = f"{DESK}{scored.pk}/events/"
    assert client.post(address, body, content_type="application/json").status_code == 403
    client.get(f"{DESK}{scored.pk}/")  # the desk itself brings the token, though it has no form
    token = client.cookies["tldr_csrf"].value
    assert client.post(address, body, content_type="application/json", headers={"X-CSRFToken": token}).status_code == 200


@pytest.mark.django_db
def test_a_lease_is_renewed_while_it_is_held(client: Client, scored: Item) -> None:
    before = Lease.objects.get().expires_at
    assert client.post(f"{DESK}{scored.pk}/lease/").json() == {"late": False}
    assert Lease.objects.get().expires_at > before
    Lease.objects.all().delete()
    assert client.post(f"{DESK}{scored.pk}/lease/").json() == {"late": True}


@pytest.mark.django_db
def test_an_item_without_detection_has_no_flags_and_says_so(item: Item, alice: User, client_of: Callable[[User], Client]) -> None:
    desk = shown(client_of(alice).get(DESK))
    assert (desk["grounded"], desk["levels"], desk["flags"], desk["checkpoint"]) == (None, [], [], None)


@pytest.mark.django_db
def test_an_empty_queue_says_what_is_still_scoring(project: Project, alice: User, client_of: Callable[[User], Client]) -> None:
    assert "No items yet" in client_of(alice).get(DESK).content.decode()


@pytest.mark.django_db
def test_the_desk_costs_the_same_queries_however_much_was_done(
    client: Client, scored: Item, make_items: Callable[..., list[Item]]
) -> None:
    few = count_queries(client, scored)
    make_items(100)
    send(client, scored, *(event("flag", first=n % 9, end=n % 9 + 1) for n in range(50)))
    assert count_queries(client, scored) == few


def count_queries(client: Client, item: Item) -> int:
    client.get(f"{DESK}{item.pk}/")  # fills the caches
    with CaptureQueriesContext(connection) as captured:
        client.get(f"{DESK}{item.pk}/")
    return len(captured)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("active", "kept"), [(1_200, 0), (0, 0), (-5, None), (1.5, None), (True, None), ("x", None), (10**12, None)]
)
def test_a_stopwatch_that_went_wrong_loses_no_act(active: Any, kept: int | None, client: Client, scored: Item) -> None:
    Lease.objects.update(created_at=timezone.now() + timedelta(minutes=1))  # a clock that allows nothing
    assert send(client, scored, event("flag", first=1, end=2) | {"active": active}).status_code == 200
    assert Event.objects.get().active_ms == kept


@pytest.mark.django_db
@pytest.mark.parametrize(("lowest", "doubts"), [(0.1, True), (0.8, False)])
def test_a_verdict_is_one_bit(
    lowest: float, doubts: bool, scored: Item, alice: User, client_of: Callable[[User], Client]
) -> None:
    Detection.objects.all().delete()
    grounded = [0.9, lowest, *[0.9] * (len(scored.words) - 2)]
    Detection.objects.create(item=scored, checkpoint=scored.project.active_checkpoint, grounded=grounded)
    desk = in_arm("verdict", scored, client_of(alice))
    assert (desk["help"], desk["verdict"]) == ("verdict", doubts)


@pytest.mark.django_db
@pytest.mark.parametrize("arm", ["none", "verdict"])
def test_other_arms_are_told_no_values_no_flags_and_no_help(
    arm: str, scored: Item, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    plain = in_arm("highlights", scored, client)
    desk = in_arm(arm, scored, client)
    assert (plain["help"], plain["flags"], plain["verdict"]) == ("highlights", [[1, 3]], None)
    hidden = {"grounded": None, "levels": [], "flags": [], "checkpoint": None, "verdict": True if arm == "verdict" else None}
    assert desk == plain | hidden | {"help": arm}
    questions = [
        {"kind": "values", "edits": [[1, 3, "plane"]]}, {"kind": "suggestions", "edits": [], "first": 1, "end": 3},
        {"kind": "evidence", "edits": [], "word": 1},
    ]  # fmt: skip
    for question in questions:
        asked = client.post(f"{DESK}{scored.pk}/help/", question, content_type="application/json")
        assert asked.json() == {"answer": None}


def in_arm(arm: str, item: Item, client: Client) -> dict[str, Any]:
    """What the page is told of the item in that arm: the same with the page and when it is fetched ahead."""
    assert shown(client.get(DESK))["item"] == item.pk
    Lease.objects.filter(item=item).update(arm=arm)
    other = Item.objects.exclude(pk=item.pk).first() or make_item(item.project, item.image, "Two dogs.")
    ahead: dict[str, Any] = client.get(f"{DESK}{other.pk}/next/").json()
    assert ahead == shown(client.get(f"{DESK}{item.pk}/"))
    return ahead
