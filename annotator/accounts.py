"""How people get in: by e-mail address and password. Accounts are made by managers, never by strangers."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from annotator.models import User
from annotator.models.prepared import Prepared, named

PERSON = Prepared(User.objects.filter(pk=named("user")))


class PasswordBackend(ModelBackend):
    """Knows people by address and password, and finds them quickly again: once a request."""

    def get_user(self, user_id: Any) -> User | None:
        person = PERSON.first(user=user_id)
        return person if person is not None and self.user_can_authenticate(person) else None


class ClosedSignup(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Nobody opens an account for themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


def attempted_address(request: HttpRequest, credentials: dict[str, Any] | None) -> str | None:
    """Whom somebody tries to sign in as, for the throttle: the desk's form and the admin's name it differently."""
    known = credentials or {}
    address = known.get("email") or known.get("username") or request.POST.get("login") or request.POST.get("username")
    return address.lower() if address else None
