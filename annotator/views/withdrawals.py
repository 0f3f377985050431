"""Withdrawals: a manager takes items out of a project, one or all of an import, and brings them back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from annotator.models import Role
from annotator.services import runs, withdrawals
from annotator.views import access


@require_POST
@login_required
def withdraw_item(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """Take one item out of its project."""
    return _move_item(request, slug, item_id, back=False)


@require_POST
@login_required
def bring_item_back(request: HttpRequest, slug: str, item_id: int) -> HttpResponse:
    """Let a withdrawn item be one of its project again."""
    return _move_item(request, slug, item_id, back=True)


@require_POST
@login_required
def withdraw_import(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Start a run that takes out what an import brought."""
    return _move_import(request, slug, run_id, back=False)


@require_POST
@login_required
def bring_import_back(request: HttpRequest, slug: str, run_id: int) -> HttpResponse:
    """Start a run that brings back what was taken out of an import."""
    return _move_import(request, slug, run_id, back=True)


def _move_item(request: HttpRequest, slug: str, item_id: int, *, back: bool) -> HttpResponse:
    user = access.user_of(request)
    access.membership_for(user, slug, Role.MANAGER)
    item = access.item_of(user, slug, item_id)
    try:
        (withdrawals.bring_item_back if back else withdrawals.withdraw_item)(item=item, user=user)
    except withdrawals.WithdrawalError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is an item of the project again.") if back else _("It is out of the project."))
    return redirect("show-item", slug, item_id)


def _move_import(request: HttpRequest, slug: str, run_id: int, *, back: bool) -> HttpResponse:
    user = access.user_of(request)
    run = access.run_for(access.membership_for(user, slug, Role.MANAGER).project, run_id)
    try:
        started = runs.start_withdrawal(of=run, user=user, back=back)
    except ValueError as error:
        messages.error(request, str(error))
        return redirect("show-run", slug, run_id)
    return redirect("show-run", slug, started.pk)
