"""What happens to every answer on its way out."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

Answer = Callable[[HttpRequest], HttpResponseBase]


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
