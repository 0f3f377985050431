"""Typed readers of environment variables. A wrong value is refused by name, never guessed at."""

import os

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The value, without spaces around it; empty counts as unset."""
    return os.environ.get(name, "").strip() or default


def names(name: str) -> list[str]:
    """A list of values that are separated by commas."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]


def flag(name: str, *, default: bool) -> bool:
    """A yes or no."""
    value = text(name).lower()
    if not value:
        return default
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}")
    return value in YES


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number within bounds, both included."""
    value = text(name)
    if not value:
        return default
    if not value.isdecimal() or int(value) < least or (most is not None and int(value) > most):
        bounds = f"{least} or more" if most is None else f"{least} to {most}"
        raise ImproperlyConfigured(f"{name} must be a whole number, {bounds}, not {value!r}")
    return int(value)
