"""Accounts: made when somebody is added to a project, never by strangers."""

from collections.abc import Mapping

from django.db import transaction

from annotator.models import User


@transaction.atomic
def invite(*, email: str) -> User:
    """The person with this address; a new one has no password and can't sign in until one is set."""
    known = User.objects.filter(email__iexact=email).first()
    return known or User.objects.create_user(email)


def end_links(*, person: User) -> None:
    """Make the links to choose a first password worthless that were handed out so far."""
    if person.has_usable_password():
        raise ValueError(f"{person} has a password already")
    person.set_unusable_password()  # another one: links are signed with it
    person.save(update_fields=["password"])


def keep_desk_keys(*, user: User, keys: Mapping[str, str]) -> None:
    """The person's own keys at the desk, in the place of those they had: {name: key}, names as in `desk_keys.py`."""
    User.objects.filter(pk=user.pk).update(desk_keys=keys)


def keep_language(*, user: User, language: str) -> None:
    """The language that the person reads from now on, one of LANGUAGES."""
    User.objects.filter(pk=user.pk).update(language=language)
