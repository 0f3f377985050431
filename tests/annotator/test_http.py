"""A page for a browser, a partial for htmx."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.template import engines
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from annotator.http import render_page

PAGE = "{% load partials %}<main>{% partialdef rows inline %}<ul>{{ n }}</ul>{% endpartialdef rows %}</main>"


def answer(monkeypatch: pytest.MonkeyPatch, **headers: str) -> HttpResponse:
    """The answer of a view that renders PAGE to a request with these headers."""
    loader = ("template_partials.loader.Loader", [("django.template.loaders.locmem.Loader", {"page.html": PAGE})])
    engine: Any = engines["django"]
    monkeypatch.setattr(engine.engine, "template_loaders", engine.engine.get_template_loaders([loader]))
    request = RequestFactory().get("/", headers=headers)
    return HtmxMiddleware(lambda request: render_page(request, "page.html", {"n": 3}, partial="rows"))(request)  # type: ignore[return-value]


def test_browser_gets_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(monkeypatch).content == b"<main><ul>3</ul></main>"


def test_htmx_gets_the_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    response = answer(monkeypatch, HX_Request="true")
    assert response.content == b"<ul>3</ul>"
    assert response.headers["Vary"] == "HX-Request"


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_whole_page_for_boosted_links_and_restored_history(header: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(monkeypatch, **{"HX-Request": "true", header: "true"}).content == b"<main><ul>3</ul></main>"
