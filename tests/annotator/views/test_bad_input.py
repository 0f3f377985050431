"""Whatever is sent to a page or a form: an answer, never a fault of the server."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.http import urlencode

from annotator.models import Item, Membership, Project, Review, User
from tests.annotator.reviewing import judge, share

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
HUGE = "9" * 30
BAD = ["a\x00b", HUGE, "NaN", "{}", "٣", "😀", "\ud83d", "x" * 5_000, "1e400"]
PAGES = {
    "items/": ("state", "text", "flagged", "after", "before"),
    "review/": ("state", "after"),
    "people/": ("after",),
    "study/": ("study",),
    "study/download/": ("study", "format"),
    "agreement/": ("x",),
}
FORMS = {
    "settings/": (
        "name", "instructions", "annotators_per_item", "lease_minutes", "threshold", "check_every", "tutorial", "pass_mark",
    ),
    "settings/preview/": ("instructions",),
    "study/start/": ("arms", "seed"),
    "checks/plant/": ("count",),
    "members/": ("email", "role"),
    "export/": ("format", "state"),
}  # fmt: skip


@pytest.fixture
def disputed(project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User) -> Item:
    share(project)
    [item] = make_items(1, project=project)
    judge(item, alice, [("flag", {"first": 1, "end": 2})])
    judge(item, mary)
    return item


def faults(answers: list[tuple[Any, int]]) -> list[Any]:
    return [said for said, status in answers if status >= 500]


def encoded(**values: str) -> str:
    return urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in values.items()})


@pytest.mark.parametrize("page", PAGES)
def test_pages_take_any_question(page: str, disputed: Item, mary: User, client_of: ClientOf) -> None:
    client = client_of(mary)
    client.raise_request_exception = False
    asked = [f"/projects/kites/{page}?{encoded(**{name: bad})}" for name in PAGES[page] for bad in BAD]
    assert faults([(address, client.get(address).status_code) for address in asked]) == []


@pytest.mark.parametrize("page", FORMS)
def test_forms_refuse_what_makes_no_sense(page: str, disputed: Item, mary: User, client_of: ClientOf) -> None:
    client = client_of(mary)
    client.raise_request_exception = False
    usual = {"name": "Kites", "annotators_per_item": "2", "lease_minutes": "5", "email": "new@example.org", "role": "annotator"}
    answers = []
    for name in FORMS[page]:
        for bad in BAD:
            body = encoded(**(usual | {name: bad}))
            answer = client.post(f"/projects/kites/{page}", body, content_type="application/x-www-form-urlencoded")
            answers.append(((name, bad), answer.status_code))
    assert faults(answers) == []


@pytest.mark.parametrize("field", ["decisions", "made_from", "comment"])
def test_settling_refuses_what_makes_no_sense(field: str, disputed: Item, rita: User, client_of: ClientOf) -> None:
    client = client_of(rita)
    client.raise_request_exception = False
    right = {"first": 1, "end": 2, "verdict": "wrong", "kind": "object", "text": "kite"}
    odd: list[Any] = [None, 0, "x", HUGE, [], {}, True, 1e300, int(HUGE), ["x"], {"a": 1}, "\x00", "\ud800"]
    decisions = [json.dumps([right | {name: value}]) for name in right for value in odd]
    values = [*BAD, *decisions, "[" * 20_000, "[[1e999]]", json.dumps([[int(HUGE), 1]]), '[["\\u0000", 1]]', '"\\ud800"']
    compared = json.dumps(Review.objects.get().compared)
    answers = []
    for value in values:
        body = encoded(**({"decisions": "[]", "made_from": compared, "comment": ""} | {field: value}))
        answer = client.post(
            f"/projects/kites/review/{disputed.pk}/settle/", body, content_type="application/x-www-form-urlencoded"
        )
        answers.append((value, answer.status_code))
    assert faults(answers) == []


@pytest.mark.parametrize("part", ["items", "desk", "review", "people"])
def test_numbers_beyond_all_rows_are_not_found(part: str, project: Project, mary: User, client_of: ClientOf) -> None:
    client = client_of(mary)
    client.raise_request_exception = False
    ends = {"items": "", "desk": "", "review": "", "people": "admit/"}
    ask = client.post if part == "people" else client.get
    assert ask(f"/projects/kites/{part}/{HUGE}/{ends[part]}").status_code == 404


def test_acts_with_odd_times_and_keys_are_refused(item: Item, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    client.raise_request_exception = False
    client.get("/projects/kites/desk/")
    right = {
        "key": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "act": "comment",
        "payload": {"text": ""},
        "at": "2026-01-01T00:00:00Z",
    }
    odd: list[Any] = [
        None,
        0,
        -1,
        HUGE,
        int(HUGE),
        [],
        {},
        True,
        "\x00",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-02-30",
        1.5,
    ]
    answers = []
    for name in [*right, "active"]:
        for value in odd:
            body = {"user": alice.pk, "known": 0, "events": [right | {name: value}]}
            answers.append(
                (
                    (name, value),
                    client.post(f"/projects/kites/desk/{item.pk}/events/", body, content_type="application/json").status_code,
                )
            )
    for name in ("user", "known", "events"):
        for value in odd:
            body = {"user": alice.pk, "known": 0, "events": []} | {name: value}
            answers.append(
                (
                    (name, value),
                    client.post(f"/projects/kites/desk/{item.pk}/events/", body, content_type="application/json").status_code,
                )
            )
    assert faults(answers) == []
    assert Membership.objects.get(user=alice).role == "annotator"
