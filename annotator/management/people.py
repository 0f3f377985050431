"""People on the command line: found or invited by their address, told how to get in."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from annotator.models import User
from annotator.services.people import invite
from annotator.views.invitations import invitation_path


def person_with(email: str) -> User:
    """The person with this address, made where there is none yet."""
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"{email!r} is not an e-mail address") from error
    return invite(email=email)


def say_how_to_sign_in(command: BaseCommand, person: User) -> None:
    """The address at which somebody without a password sets one."""
    if not person.has_usable_password():
        command.stdout.write(f"{person.email} sets a password at <address of this site>{invitation_path(person)}")
