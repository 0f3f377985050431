"""The words of studies, as pages have them."""

from django import template

from annotator.models import Arm

register = template.Library()
NAMES = {Arm.NONE: "no help", Arm.VERDICT: "a verdict", Arm.HIGHLIGHTS: "highlights"}


@register.filter
def arm_name(arm: str) -> str:
    """An arm as it stands in a sentence: "with highlights", "with no help"."""
    return NAMES[Arm(arm)]


@register.filter
def percent(share: float) -> str:
    """A share in [0, 1] in whole percent."""
    return f"{share:.0%}".replace("%", " %")


@register.filter
def points(difference: float) -> str:
    """How large a difference of two shares is, in percentage points."""
    return f"{abs(100 * difference):.1f}"


@register.filter
def signed_points(difference: float) -> str:
    """A difference of two shares in percentage points, with its sign."""
    return f"{100 * difference:+.1f}".replace("-", "\N{MINUS SIGN}")
