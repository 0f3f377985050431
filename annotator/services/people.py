"""Accounts: made when somebody is added to a project, never by strangers."""

from django.db import transaction

from annotator.models import User


@transaction.atomic
def invite(*, email: str) -> User:
    """The person with this address; a new one has no password and can't sign in until one is set."""
    known = User.objects.filter(email__iexact=email).first()
    return known or User.objects.create_user(email)
