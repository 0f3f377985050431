"""Every page, light and dark, wide and on a phone: axe finds nothing, the browser says nothing, nothing scrolls sideways."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Checkpoint, Item, Project, Run, Snapshot, User
from annotator.services.annotations import save_events
from annotator.services.folding import Judgement
from annotator.services.queue import take_next
from tests.annotator.reviewing import judge, settle, share

WIDE, PHONE = {"viewport": {"width": 1280, "height": 800}}, {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
VIEWS = [
    pytest.param(name, marks=pytest.mark.browser_context_args(**size, color_scheme=scheme))
    for name, size, scheme in [("wide light", WIDE, "light"), ("wide dark", WIDE, "dark"), ("phone", PHONE, "light")]
]


@pytest.fixture
def lived_in(doubted: list[Item], project: Project, mary: User, make_items: Callable[..., list[Item]]) -> list[str]:
    """A project in which something of everything has happened, and all its addresses for a manager."""
    lease = take_next(project=project, user=mary)
    assert lease is not None
    acts = [
        ("replace", {"first": 1, "end": 3, "text": "blue balloon"}),
        ("clear", {"first": 8, "end": 9}),
        ("submit", {"rest_checked": True}),
    ]
    events = [{"key": uuid.uuid4(), "act": act, "payload": payload, "at": datetime.now(UTC)} for act, payload in acts]
    save_events(item=lease.item, user=mary, events=events)
    disputed = review_of(project, make_items, mary)
    runs = [run(project, mary, kind) for kind in ("checked", "failed", "export")]
    metrics = {"map_neg": 0.8, "response_accuracy": 0.9, "by_kind": {"object": 0.7}}
    snapshot = Snapshot.objects.create(project=project, sha256="1" * 64, path="x", train_items=80, test_items=20)
    child = Checkpoint.objects.create(
        project=project, name="kites 2", path="x", weights_sha256="2" * 64, parent=project.active_checkpoint, snapshot=snapshot,
        metrics={"child": metrics, "parent": metrics | {"map_neg": 0.7}},
    )  # fmt: skip
    names = [
        "",
        "items/",
        f"items/{lease.item_id}/",
        "items/?text=nowhere",
        "import/",
        "runs/",
        *(f"runs/{run.pk}/" for run in runs),
    ]
    names += [
        "checkpoints/",
        f"checkpoints/{child.pk}/promote/",
        "export/",
        "members/",
        "settings/",
        "review/",
        "review/?state=settled",
        "review/?state=stale",
        *(f"review/{item.pk}/" for item in disputed),
        "agreement/",
        "people/",
        "people/me/",
        "desk/",
        f"desk/{lease.item_id}/",
    ]
    return [
        "/",
        "/projects/new/",
        "/projects/new/tutorial/",
        "/accounts/password/change/",
        "/accounts/logout/",
        *(f"/projects/kites/{name}" for name in names),
    ]


def review_of(project: Project, make_items: Callable[..., list[Item]], mary: User) -> list[Item]:
    """Two items on which two people differ; the second is settled."""
    share(project)
    other = User.objects.create_user("olaf@example.org", name="Olaf")
    items = make_items(2, project=project)
    for item in items:
        judge(
            item,
            mary,
            [
                ("replace", {"first": 1, "end": 3, "text": "blue balloon", "kind": "object"}),
                ("flag", {"first": 8, "end": 9}),
                ("insert", {"at": 9, "text": "small", "kind": "attribute"}),
            ],
        )
        judge(item, other, [("clear", {"first": 2, "end": 3})], rest_checked=False)
    decisions = Judgement(1, 3, "wrong", "object", "cat"), Judgement(8, 9, "right"), Judgement(9, 9, "right")
    settle(items[1], mary, *decisions, comment="Look closely.")
    return items


def run(project: Project, mary: User, sort: str) -> Run:
    values = {
        "checked": {
            "kind": "import", "status": "checked",
            "report": {
                "lines": 3, "added": 1, "known": 1, "refused": 1, "errors": [{"line": 2, "reason": "The line is not JSON"}],
                "preview": [{"line": 1, "image": "kite.png", "prompt": "", "response": "A kite", "external_id": "a-" * 40}],
            },
        },
        "failed": {"kind": "train", "status": "failed", "error": "TrainingError: no space left on device\n" * 4},
        "export": {"kind": "export", "status": "done", "report": {"rows": 1, "bytes": 400}, "parameters": {"format": "jsonl"}},
    }[sort]  # fmt: skip
    return Run.objects.create(project=project, started_by=mary, **values)


def look(page: Page, address: str) -> list[str]:
    """What is wrong with a page."""
    page.goto(address, wait_until="load")
    found = [f"{violation['id']}: {violation['nodes'][0]['html'][:120]}" for violation in Axe().run(page).response["violations"]]
    wider = page.evaluate("document.documentElement.scrollWidth") - page.viewport_size["width"] if page.viewport_size else 0
    return found + ([f"scrolls sideways by {wider} px"] if wider > 0 else [])


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_has_anything_to_complain_about(
    quiet: Page, live_server: LiveServer, lived_in: list[str], mary: User, sign_in: Callable[[User], None], view: str
) -> None:
    found = {address: look(quiet, live_server.url + address) for address in ["/accounts/login/", "/accounts/password/reset/"]}
    sign_in(mary)
    found |= {address: look(quiet, live_server.url + address) for address in lived_in}
    assert {address: complaints for address, complaints in found.items() if complaints} == {}


def test_an_empty_project_invites(
    quiet: Page, live_server: LiveServer, project: Project, mary: User, sign_in: Callable[[User], None]
) -> None:
    sign_in(mary)
    quiet.goto(f"{live_server.url}/projects/kites/")
    quiet.get_by_role("link", name="Import items").click()
    expect(quiet.get_by_role("heading", name="Import")).to_be_visible()
    quiet.goto(f"{live_server.url}/projects/kites/desk/")
    expect(quiet.get_by_role("heading", name="No items yet")).to_be_visible()


def test_colours_are_remembered(quiet: Page, live_server: LiveServer, mary: User, sign_in: Callable[[User], None]) -> None:
    sign_in(mary)
    quiet.goto(live_server.url)
    quiet.get_by_label("Colours").select_option("Dark")
    quiet.goto(f"{live_server.url}/projects/new/")
    expect(quiet.locator("html")).to_have_attribute("data-theme", "dark")
    expect(quiet.get_by_label("Colours")).to_have_value("dark")
    quiet.get_by_label("Colours").select_option("System")
    expect(quiet.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_nothing_inline_gets_past_the_policy(page: Page, live_server: LiveServer) -> None:
    response = page.goto(f"{live_server.url}/accounts/login/")
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
