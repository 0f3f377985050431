"""What a person chose for themselves."""

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from annotator.forms.keys import keys_from
from annotator.forms.languages import LanguageForm
from annotator.services.people import keep_desk_keys, keep_language
from annotator.views import access


@require_POST
@login_required
def save_keys(request: HttpRequest) -> HttpResponse:
    """Keep the own keys of whoever asks; answers with those that are not as usual."""
    try:
        keys = keys_from(request.body)
    except ValueError as error:
        return HttpResponse(orjson.dumps({"reason": str(error)}), content_type="application/json", status=422)
    keep_desk_keys(user=access.user_of(request), keys=keys)
    return HttpResponse(orjson.dumps({"keys": keys}), content_type="application/json")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Speak another language: in this browser also to whoever is not signed in, and to the person in every browser."""
    form = LanguageForm(request.POST)
    after = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(after, {request.get_host()}, require_https=request.is_secure())
    answer = redirect(after if is_ours else "list-projects")
    if not form.is_valid():
        return answer
    language = form.cleaned_data["language"]
    if request.user.is_authenticated:
        keep_language(user=access.user_of(request), language=language)
    answer.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=settings.LANGUAGE_COOKIE_AGE, secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY, samesite="Lax",
    )  # fmt: skip
    return answer
