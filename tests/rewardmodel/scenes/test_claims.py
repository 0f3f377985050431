"""Claims against a scene made by hand: a dog left, two balloons above a house, a cup on a table."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.scenes.claims import (
    DEPTH,
    MARGIN,
    NEAR,
    OPPOSITES,
    PLACES,
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
    is_in_line,
    is_placed,
    is_related,
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


SIDES = st.tuples(st.integers(0, 100), st.integers(0, 100), st.integers(4, 28), st.integers(4, 28))


def standing(noun: str, sides: tuple[int, int, int, int], zone: str = "ground") -> Group:
    left, top, width, height = sides
    return Group(noun, "red", "", zone, (Box(left, top, left + width, top + height),))


@given(SIDES, SIDES, st.sampled_from(["ground", "sky"]), st.sampled_from(["ground", "sky"]))
@settings(deadline=None)
def test_a_relation_and_its_opposite_say_the_same_from_both_ends(one, two, zone, other_zone):
    group, other = standing("dog", one, zone), standing("cat", two, other_zone)
    for relation, opposite in OPPOSITES.items():
        assert is_related(group, relation, other) is is_related(other, opposite, group)
        assert not (is_related(group, relation, other) and is_related(group, opposite, other))


@given(SIDES, SIDES)
@settings(deadline=None)
def test_beside_goes_both_ways(one, two):
    group, other = standing("dog", one), standing("cat", two)
    assert is_related(group, "beside", other) is is_related(other, "beside", group)


@given(st.integers(0, 110), st.integers(9, 128))  # nothing is drawn as narrow as 8 pixels
def test_nothing_is_in_two_places_at_once(left, width):
    hull = Box(left, 0, left + width, 10)
    assert sum(is_placed(hull, place) for place in PLACES) <= 1


@pytest.mark.parametrize(("right", "is_left"), [(9, True), (10, True), (11, False), (10 + MARGIN, False)])
def test_left_needs_a_margin(right, is_left):
    one, two = standing("dog", (0, 80, right, 20)), standing("cat", (10 + MARGIN, 80, 20, 20))
    assert is_related(one, "left", two) is is_left


@pytest.mark.parametrize(("gap", "is_beside"), [(0, False), (1, True), (NEAR, True), (NEAR + 1, False)])
def test_beside_is_apart_and_near(gap, is_beside):
    assert is_related(standing("dog", (0, 80, 20, 20)), "beside", standing("cat", (20 + gap, 80, 20, 20))) is is_beside


@pytest.mark.parametrize(("depth", "is_in_front"), [(DEPTH - 1, False), (DEPTH, True)])
def test_in_front_needs_depth(depth, is_in_front):
    assert is_related(standing("dog", (0, 60 + depth, 20, 20)), "in front", standing("cat", (0, 60, 20, 20))) is is_in_front


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [((0, 10), (4, 6), True), ((0, 10), (9, 11), True), ((0, 10), (9, 12), False), ((0, 10), (20, 30), False)],
)
def test_things_are_in_line_where_the_middle_of_the_narrow_one_falls(one, two, expected):
    first, second = (Box(left, 0, right, 10) for left, right in (one, two))
    assert is_in_line(first, second) is is_in_line(second, first) is expected


def test_indoors_it_is_neither_night_nor_day():
    room = Scene(0, PICTURE_BOOK, "room", False, (), ())
    assert not any(Light(is_night=is_night).is_true(room) for is_night in (True, False))


def test_of_an_empty_scene_only_denials_are_true():
    empty = Scene(0, PICTURE_BOOK, "grass", False, (), ())
    claims = [Mention("dog", 1), Featured("dog", 1, has=False), Placed("dog", "left"), Related("dog", "left", "cat"), Reads("")]
    assert not any(claim.is_true(empty) for claim in [*claims, Backdrop("moon", "sky"), Sighting("dog", is_there=True)])
    assert Sighting("dog", is_there=False).is_true(empty)
