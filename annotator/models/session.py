"""Sessions, each with the person who is signed in."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from annotator.models.user import User


class Session(AbstractBaseSession):
    """Django's, with the person beside the signed data, so that one read finds both."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
