"""Arms and differences in the words of pages."""

import pytest

from annotator.models import Arm
from annotator.templatetags.studies import arm_name, percent, points, signed_points


def test_every_arm_that_a_study_may_have_has_a_name() -> None:
    assert [arm_name(arm) for arm in Arm.values if arm != Arm.UNAVAILABLE] == ["no help", "a verdict", "highlights"]


@pytest.mark.parametrize(("share", "text"), [(0.0, "0 %"), (0.126, "13 %"), (1.0, "100 %")])
def test_shares_are_whole_percents(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(("difference", "plain", "signed"), [(0.1234, "12.3", "+12.3"), (-0.05, "5.0", "\N{MINUS SIGN}5.0")])
def test_differences_are_percentage_points(difference: float, plain: str, signed: str) -> None:
    assert (points(difference), signed_points(difference)) == (plain, signed)
