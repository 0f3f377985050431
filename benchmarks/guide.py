"""The demo in a real browser, on servers of its own: what the pictures of the guide are taken of."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from benchmarks.desk_help import worker
from benchmarks.desk_load import session_of, start_web
from benchmarks.throwaway import site

if TYPE_CHECKING:
    from annotator.models import Item, Project, User

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop beside the script
WIDE, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
ITEMS = 320


class Guide:
    """Two people and a project of drawings."""

    def __init__(self, browser: Browser, address: str, project: "Project", helper: ExitStack) -> None:
        from annotator.models import Item, User  # noqa: PLC0415 -- settings had to be made first

        self.browser, self.address, self.project, self.helper = browser, address, project, helper
        self.alex, self.mary = (User.objects.get(email=f"{who}@example.org") for who in ("annotator", "manager"))
        items = Item.objects.filter(project=project).select_related("project", "image").order_by("-doubt", "pk")
        self.unused = [item for item in items if len(self.flags(item)) == 2]
        self.contexts: list[BrowserContext] = []

    def flags(self, item: "Item") -> list[tuple[int, int]]:
        """The runs of words that the checkpoint doubts."""
        from annotator.models.detection import flagged_runs  # noqa: PLC0415 -- settings had to be made first

        detection, checkpoint = item.detections.first(), self.project.active_checkpoint
        assert checkpoint is not None
        return flagged_runs(detection.grounded, checkpoint.threshold) if detection else []

    def page(self, user: "User", **options: Any) -> Page:
        """A new browser window of somebody."""
        context = self.browser.new_context(**{"viewport": WIDE, "locale": "en", **options})
        context.add_cookies([{"name": "tldr_session", "value": session_of(user), "url": self.address}])
        self.contexts.append(context)
        return context.new_page()

    def open(self, path: str, user: "User | None" = None, **options: Any) -> Page:
        """A page of the site, as Alex sees it unless somebody else is named."""
        page = self.page(user or self.alex, **options)
        page.goto(f"{self.address}/projects/{path}")
        return page

    def desk(self, item: "Item | None" = None, *, arm: str = "highlights", has_help: bool = True, **options: Any) -> Page:
        """Alex's desk with an item that nobody has seen, or with that one; the suggestions for its first flag are there."""
        from annotator.models import Lease  # noqa: PLC0415 -- settings had to be made first
        from annotator.services.queue import take_item  # noqa: PLC0415

        self.item = item or self.unused.pop(0)
        lease = take_item(item=self.item, user=self.alex)
        assert lease is not None
        Lease.objects.filter(pk=lease.pk).update(arm=arm)
        page = self.open(f"{self.item.project.slug}/desk/{self.item.pk}/", **options)
        expect(page.locator("#title")).to_have_text(f"Item {self.item.pk}")
        if has_help and arm == "highlights" and self.flags(self.item):
            expect(page.locator(".suggestion").first).to_be_visible(timeout=30_000)
        return page

    def close(self) -> None:
        """End what a picture needed: its windows, and what they held."""
        from annotator.models import Lease  # noqa: PLC0415 -- settings had to be made first

        for context in self.contexts:
            context.close()
        self.contexts.clear()
        Lease.objects.all().delete()


def press(page: Page, *keys: str) -> Page:
    """Keys one after the other."""
    for key in keys:
        page.keyboard.press(key)
    return page


def act(name: str, **payload: Any) -> dict[str, Any]:
    """An act as the page sends it."""
    from uuid import uuid4  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415 -- settings had to be made first

    return {"key": uuid4(), "act": name, "payload": payload, "at": timezone.now(), "active": 4_000}


def judge(item: "Item", user: "User", *acts: dict[str, Any]) -> None:
    """Submit an item for somebody."""
    from annotator.services.annotations import save_events  # noqa: PLC0415 -- settings had to be made first
    from annotator.services.queue import take_item  # noqa: PLC0415

    take_item(item=item, user=user)
    save_events(item=item, user=user, events=[*acts, act("submit", rest_checked=True)])


@contextmanager
def running() -> Iterator[Guide]:
    """The site with its demo, scored, and a browser."""
    with site() as (_, database), ExitStack() as stack:
        from annotator.models import Project  # noqa: PLC0415 -- settings had to be made first
        from annotator.services.demo import SLUG, create_demo  # noqa: PLC0415

        create_demo(items=ITEMS)
        project = Project.objects.select_related("active_checkpoint").get(slug=SLUG)
        stack.enter_context(worker("live,score"))
        while project.items.filter(detections__isnull=True).exists():
            time.sleep(0.5)
        web = start_web(database, 1, 4)
        stack.callback(web.process.wait)
        stack.callback(web.process.terminate)
        helper = stack.enter_context(ExitStack())
        helper.enter_context(worker("help"))
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        stack.callback(browser.close)
        yield Guide(browser, f"http://{web.address[0]}:{web.address[1]}", project, helper)
