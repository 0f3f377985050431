"""The words and figures of studies, as pages have them."""

from collections.abc import Sequence

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop

from annotator.models import Arm

register = template.Library()
NAMES = {Arm.NONE: gettext_noop("no help"), Arm.VERDICT: gettext_noop("a verdict"), Arm.HIGHLIGHTS: gettext_noop("highlights")}


@register.filter
def arm_name(arm: str) -> str:
    """An arm as it stands in a sentence: "with highlights", "with no help"."""
    return gettext(NAMES[Arm(arm)])


@register.filter
def arm_names(arms: Sequence[str]) -> str:
    """Two or more arms as they stand in a sentence: "no help, a verdict and highlights"."""
    *first, last = map(arm_name, arms)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last}


@register.filter
def percent(share: float) -> str:
    """A share in [0, 1] in whole percent."""
    return f"{share:.0%}".replace("%", " %")


@register.filter
def points(difference: float) -> str:
    """How large a difference of two shares is, in percentage points."""
    return number_format(f"{abs(100 * difference):.1f}")


@register.filter
def signed_points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    sign = "+" if difference >= 0 else "\N{MINUS SIGN}"
    return f"{sign}{points(difference)}"
