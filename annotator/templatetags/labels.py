"""Labels and values in words, as they stand inside a sentence."""

from collections.abc import Iterable

from django import template
from django.utils.translation import get_language, gettext

register = template.Library()
NOUNS_LARGE = {"de"}  # languages in which a noun keeps its capital letter wherever it stands


@register.filter
def inside(label: str) -> str:
    """A label in the midst of a sentence: small, where the language does not say otherwise."""
    return str(label) if get_language() in NOUNS_LARGE else str(label).lower()


@register.filter
def kind_names(kinds: Iterable[str]) -> str:
    """The kinds of errors, one after the other."""
    return ", ".join(gettext(kind) for kind in kinds)
