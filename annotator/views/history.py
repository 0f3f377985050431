"""What a person did last: items to look at once more."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from annotator.models import Annotation
from annotator.views import access

MOST = 20


@require_GET
@never_cache
@login_required
def show_history(request: HttpRequest, slug: str) -> HttpResponse:
    """The person's last items of the project, as the desk's dialog shows them."""
    user = access.user_of(request)
    project = access.membership_for(user, slug).project
    rows = Annotation.objects.last_closed_by(user, project, MOST)
    for row in rows:  # something missing counts as one
        row["wrong"] = sum(max(1, one["end"] - one["first"]) for one in row["judgements"] if one["verdict"] == "wrong")
    return render(request, "desk/history.html", {"project": project, "rows": rows})
