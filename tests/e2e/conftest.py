"""A real browser on a real server: Debian's Chromium, signed in as one of the usual people, complaining about everything."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Checkpoint, Detection, Item, Project, User
from tests.annotator.conftest import wait_until

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop beside the test
CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
expect.set_options(timeout=20_000)  # a machine that does other work stalls for seconds; what never comes fails all the same


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for test in items:
        if "tests/e2e" in str(test.path):
            test.add_marker(pytest.mark.e2e)
            if CHROMIUM is None:
                test.add_marker(pytest.mark.skip(reason="Chromium is not installed: `make browser` says how"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "viewport": {"width": 1280, "height": 800}}


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complained about so far."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda response: said.append(f"{response.status} {response.url}") if response.status >= 400 else None)
    return said


@pytest.fixture
def unanswered() -> Iterator[list[None]]:
    """As many as there are requests that the server has begun to answer and not done with."""
    begun: list[None] = []

    def begin(**_: Any) -> None:
        begun.append(None)

    def finish(**_: Any) -> None:
        if begun:
            begun.pop()

    request_started.connect(begin)
    request_finished.connect(finish)
    yield begun
    request_started.disconnect(begin)
    request_finished.disconnect(finish)


@pytest.fixture
def quiet(page: Page, complaints: list[str], unanswered: list[None]) -> Iterator[Page]:
    """A page that must not complain about anything until the test ends."""
    yield page
    for tab in page.context.pages:
        leave(tab)
    wait_until(lambda: not unanswered, seconds=10)
    assert complaints == []


def leave(page: Page) -> None:
    """End what the page is doing: nothing must ask the server after the test's data are gone."""
    page.goto("about:blank")


@pytest.fixture
def sign_in(context: BrowserContext, live_server: LiveServer, client_of: Callable[[User], Client]) -> Callable[[User], None]:
    """Signs the browser in as somebody, without the form."""

    def sign_in(user: User) -> None:
        cookie = client_of(user).cookies["tldr_session"]
        context.add_cookies([{"name": "tldr_session", "value": cookie.value, "url": live_server.url}])

    return sign_in


@pytest.fixture
def doubted(make_items: Callable[..., list[Item]], project: Project) -> list[Item]:
    """Three items of which the active checkpoint doubts "red kite" and "white"; the queue hands them out in this order."""
    checkpoint = Checkpoint.objects.create(name="picture book", path="checkpoints/picturebook-0", weights_sha256="0" * 64)
    project.active_checkpoint = checkpoint
    project.instructions = "Judge the words by the picture."
    project.save()
    items = make_items(3)
    for number, item in enumerate(items):
        grounded = [0.95] * len(item.words)
        grounded[1:3] = [0.1, 0.3]
        grounded[8] = 0.45
        Detection.objects.create(item=item, checkpoint=checkpoint, grounded=grounded)
        item.doubt = 0.9 - number / 100
        item.save()
    return items
