"""Claims against a scene made by hand: a dog left, two balloons above a house, a cup on a table."""

import pytest

from rewardmodel.scenes.claims import (
    Backdrop,
    Claim,
    Featured,
    Light,
    Mention,
    Placed,
    Reads,
    Related,
    Setting,
    Sighting,
    is_placed,
)
from rewardmodel.scenes.layout import Box, Group, Scene, Small
from rewardmodel.scenes.worlds import PICTURE_BOOK

DOG = Group("dog", "brown", "small", "ground", (Box(4, 98, 30, 120),), feature=True)
BALLOONS = Group("balloon", "red", "big", "sky", (Box(60, 2, 84, 40), Box(90, 2, 114, 40)))
HOUSE = Group("house", "white", "big", "ground", (Box(66, 44, 110, 82),), feature=False)
TABLE = Group("table", "blue", "big", "ground", (Box(50, 90, 100, 122),))
CUP = Group("cup", "pink", "small", "ground", (Box(60, 76, 78, 93),), feature=False, rests="on", base="table")
SIGN = Group("sign", "red", "", "ground", (Box(108, 84, 126, 122),), text="ZOO")
MOON = Small("moon", "sky", Box(10, 5, 24, 20))
SCENE = Scene(0, PICTURE_BOOK, "grass", True, (DOG, BALLOONS, HOUSE, TABLE, CUP, SIGN), (MOON,))


@pytest.mark.parametrize(
    ("claim", "is_true"),
    [
        (Mention("dog", 1), True),
        (Mention("dog", 1, "brown", "small", feature=True), True),
        (Mention("dog", 2), False),
        (Mention("dog", 1, "black"), False),
        (Mention("dog", 1, size="big"), False),
        (Mention("dog", 1, feature=False), False),
        (Mention("cat", 1), False),
        (Mention("balloon", 2, "red"), True),
        (Featured("dog", 1, has=True), True),
        (Featured("house", 1, has=True), False),
        (Placed("dog", "left"), True),
        (Placed("dog", "right"), False),
        (Placed("balloon", "right"), False),
        (Placed("sign", "right"), True),
        (Related("dog", "left", "house"), True),
        (Related("house", "right", "dog"), True),
        (Related("dog", "right", "house"), False),
        (Related("balloon", "above", "house"), True),
        (Related("house", "below", "balloon"), True),
        (Related("balloon", "left", "house"), False),
        (Related("balloon", "above", "dog"), False),
        (Related("table", "in front", "house"), True),
        (Related("house", "behind", "table"), True),
        (Related("table", "behind", "house"), False),
        (Related("cup", "on", "table"), True),
        (Related("cup", "under", "table"), False),
        (Related("cup", "on", "house"), False),
        (Related("dog", "beside", "table"), True),
        (Related("dog", "beside", "house"), False),
        (Sighting("moon", is_there=True), True),
        (Sighting("hat", is_there=True), True),
        (Sighting("smoke", is_there=True), False),
        (Sighting("horse", is_there=False), True),
        (Backdrop("moon", "sky"), True),
        (Backdrop("moon", "distance"), False),
        (Reads("ZOO"), True),
        (Reads("BUS"), False),
        (Light(is_night=True), True),
        (Light(is_night=False), False),
        (Setting("grass"), True),
        (Setting("snow"), False),
    ],
)
def test_claim_knows_whether_it_is_true(claim: Claim, is_true: bool) -> None:
    assert claim.is_true(SCENE) is is_true


def test_places_leave_a_gap_between_left_and_right() -> None:
    assert not any(is_placed(Box(48, 0, 64, 10), place) for place in ("left", "right"))
    assert is_placed(Box(48, 0, 80, 10), "middle")
