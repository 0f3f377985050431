"""How people get in: by e-mail address and password. Accounts are made by managers, never by strangers."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from annotator.models import User

_just_read: ContextVar[User | None] = ContextVar("just_read", default=None)


@contextmanager
def just_read(person: User | None) -> Iterator[None]:
    """Within it, asking for this person by number costs no read."""
    token = _just_read.set(person)
    try:
        yield
    finally:
        _just_read.reset(token)


class PasswordBackend(ModelBackend):
    """Knows people by address and password, and takes the person whom the session brought along."""

    def get_user(self, user_id: Any) -> User | None:
        person = _just_read.get()
        if person is None or person.pk != user_id:
            person = User.objects.filter(pk=user_id).first()
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
