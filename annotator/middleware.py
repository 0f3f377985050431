"""What happens to every request on its way in and to every answer on its way out."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode, urlsplit

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import resolve_url
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django_htmx.http import HttpResponseClientRedirect

from annotator.accounts import just_read

if TYPE_CHECKING:
    from annotator.sessions import SessionStore

Answer = Callable[[HttpRequest], HttpResponseBase]


class PersonMiddleware(AuthenticationMiddleware):
    """Django's, for sessions that bring their person along. Who is signed in is decided as there, by the signed data."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(partial(_person, request))  # type: ignore[assignment]  # as Django itself does


def _person(request: HttpRequest) -> Any:
    session = cast("SessionStore", request.session)
    session.get(SESSION_KEY)  # now it has been read
    with just_read(session.person):
        return get_user(request)


class LanguageMiddleware(LocaleMiddleware):
    """Django's, but people who chose a language get it in every browser. For all others the cookie, then the browser decides."""

    def process_request(self, request: HttpRequest) -> None:
        # without the cookie nobody is signed in, and there is no session to ask for
        chosen = getattr(request.user, "language", "") if settings.SESSION_COOKIE_NAME in request.COOKIES else ""
        if chosen not in dict(settings.LANGUAGES):
            super().process_request(request)
            return
        translation.activate(chosen)
        request.LANGUAGE_CODE = chosen


def guard_content(get_response: Answer) -> Answer:
    """The policy of what pages may load and run, put together once: it is the same for all of them.

    Django's pages about errors while DEBUG is on need styles of their own.
    """
    policy = build_policy()

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not (settings.DEBUG and response.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.INTERNAL_SERVER_ERROR}):
            response.headers.setdefault(HEADER, policy)
        return response

    return answer


def send_lost_sessions_to_login(get_response: Answer) -> Answer:
    """An htmx request without a session moves the whole page to the sign-in form, not the form into the page."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        login = resolve_url(settings.LOGIN_URL)
        if not getattr(request, "htmx", False) or response.status_code != 302 or not response["Location"].startswith(login):
            return response
        page = urlsplit(request.headers.get("HX-Current-URL", "")).path or "/"
        return HttpResponseClientRedirect(f"{login}?{urlencode({'next': page})}")

    return answer


def take_address_from_proxy(get_response: Answer) -> Answer:
    """The address of the person, not of the proxy, so that one who guesses passwords does not lock out all others.

    Only the last entry is the proxy's own word; the ones before it are whatever the client claimed.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if forwarded := request.headers.get("X-Forwarded-For"):
            request.META["REMOTE_ADDR"] = forwarded.rpartition(",")[2].strip()
        return get_response(request)

    return answer
