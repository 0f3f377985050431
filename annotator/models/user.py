"""People, known by their e-mail address."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Creates people by address; there are no user names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """One person. Without a password nobody can sign in as them until one is set."""
        if not email:
            raise ValueError("A person needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """One person who may use the admin pages."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class User(AbstractUser):
    """A person. What they may do is decided by their memberships, never by a flag of their own."""

    username = None  # type: ignore[assignment]
    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=100, blank=True)
    desk_keys = models.JSONField(
        default=dict, blank=True, help_text="Own keys at the desk, {name: key}; the others are as usual."
    )

    language = models.CharField(
        max_length=10, blank=True, default="", help_text="The one that they chose, as in LANGUAGES. Empty: as their browser says."
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or self.email
