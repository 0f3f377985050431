"""What a person chose for themselves."""

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from annotator.forms.keys import keys_from
from annotator.services.people import keep_desk_keys
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
