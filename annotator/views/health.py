"""Whether this process can serve: for whoever starts and watches it."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET


@require_GET
@never_cache
def health(_request: HttpRequest) -> JsonResponse:
    """200 where the database answers, 503 where it does not. Says nothing that a stranger should not know."""
    try:
        connection.ensure_connection()
    except DatabaseError:
        return JsonResponse({"database": "away"}, status=503)
    return JsonResponse({"database": "there"})
