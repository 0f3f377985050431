"""A large picture comes scaled to what the desk shows, and in full when somebody zooms in."""

import io
import time
from collections.abc import Callable

import PIL.Image
import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from annotator.models import Item, Project, User
from annotator.services.images import store_image


def expect_width(page: Page, pixels: int) -> None:
    """The picture that is shown has so many pixels of its own, soon."""
    width = "document.querySelector('#stage img').naturalWidth"
    deadline = time.monotonic() + 5
    while page.evaluate(width) != pixels and time.monotonic() < deadline:
        page.wait_for_timeout(50)  # not wait_for_function: the policy of the page forbids eval
    assert page.evaluate(width) == pixels


@pytest.fixture
def signed_in(quiet: Page, alice: User, sign_in: Callable[[User], None]) -> Page:
    sign_in(alice)
    return quiet


@pytest.mark.parametrize(("side", "at_first"), [(1600, 1280), (1000, 1000)])
def test_a_large_picture_comes_scaled_and_in_full_on_zoom(
    side: int, at_first: int, signed_in: Page, live_server: LiveServer, project: Project
) -> None:
    page = signed_in
    stream = io.BytesIO()
    PIL.Image.new("RGB", (side, side // 2), "teal").save(stream, "JPEG")
    image = store_image(data=stream.getvalue())
    Item.objects.create(project=project, image=image, response="A line.", words=[[0, 1], [2, 6]], fingerprint="0" * 64)
    page.goto(f"{live_server.url}/projects/kites/desk/")
    expect(page.locator("#stage img")).to_be_visible()
    expect_width(page, at_first)
    before = page.locator("#stage img").bounding_box()
    page.keyboard.press("+")
    expect_width(page, side)
    page.keyboard.press("0")
    assert page.locator("#stage img").bounding_box() == before
    expect_width(page, side)
