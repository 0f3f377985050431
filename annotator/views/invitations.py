"""The way in for somebody whose account was just made: a link that lets them choose a password, once."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from annotator.models import User


def invitation_path(person: User) -> str:
    """Where the person chooses a password. Only for accounts without one: nobody gets into an account that is in use."""
    if person.has_usable_password():
        raise ValueError(f"{person} has a password already")
    key = default_token_generator.make_token(person)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(person), "key": key})
