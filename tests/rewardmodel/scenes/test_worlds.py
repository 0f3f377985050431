"""Worlds: what light does to colours, and that both have the same words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.scenes import DUSK, PICTURE_BOOK, WORLDS, World
from rewardmodel.scenes.things import BRIGHT

RGB = st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


def test_worlds_are_found_by_their_names():
    assert {"picturebook": PICTURE_BOOK, "dusk": DUSK} == WORLDS


@pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))
def test_every_world_paints_every_colour_word_once(world):
    names = [name for name, _ in world.colours]
    assert sorted(names) == sorted(BRIGHT)
    assert len({rgb for _, rgb in world.colours}) == len(names)
    assert all(0 <= value <= 255 for _, rgb in world.colours for value in rgb)


def test_paint_gives_the_pixel_value_of_a_word():
    assert PICTURE_BOOK.paint("grey") == (148, 152, 160)
    assert DUSK.paint("grey") == (162, 124, 110)


def test_paint_names_a_word_that_is_no_colour():
    with pytest.raises(KeyError, match="mauve"):
        PICTURE_BOOK.paint("mauve")


def test_light_by_hand():
    assert World("half", (), (0.5, 1.0, 0.0)).lit((101, 7, 255)) == (50, 7, 0)  # 50.5 is rounded to the even number
    assert DUSK.lit((255, 255, 255)) == (219, 168, 143)


@given(RGB)
@settings(deadline=None)
def test_full_light_changes_nothing(rgb):
    assert PICTURE_BOOK.lit(rgb) == rgb


@given(RGB, RGB)
@settings(deadline=None)
def test_dusk_only_dims_and_keeps_what_is_brighter_brighter(one, two):
    dimmed, other = DUSK.lit(one), DUSK.lit(two)
    assert all(0 <= after <= before for before, after in zip(one, dimmed, strict=True))
    for channel in range(3):
        if one[channel] <= two[channel]:
            assert dimmed[channel] <= other[channel]
