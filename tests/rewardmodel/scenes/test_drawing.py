"""Pixels: repeatable, of any size, and other in another world."""

import numpy as np
import pytest

from rewardmodel.scenes import DUSK, PICTURE_BOOK, WORLDS, contact_sheet, draw, make_scene
from rewardmodel.scenes.layout import Box, Group, Scene
from rewardmodel.scenes.sprites import ARTISTS, Look, small_sprite, thing_sprite
from rewardmodel.scenes.things import SMALLS, THINGS


def test_picture_has_the_same_bytes_for_the_same_seed() -> None:
    for seed in range(40):
        first = draw(make_scene(seed)).tobytes()
        thing_sprite.cache_clear()
        assert draw(make_scene(seed)).tobytes() == first


@pytest.mark.parametrize("size", [96, 128, 224])
def test_picture_is_rgb_and_as_large_as_asked(size: int) -> None:
    picture = draw(make_scene(3), size)
    assert (picture.mode, picture.size) == ("RGB", (size, size))


def test_drawing_leaves_the_next_picture_alone() -> None:
    before = draw(make_scene(8)).tobytes()
    for seed in range(30):
        draw(make_scene(seed))
    assert draw(make_scene(8)).tobytes() == before


def test_pictures_of_the_two_worlds_differ_over_half_of_their_pixels() -> None:
    for seed in range(30):
        book, dusk = (np.asarray(draw(make_scene(seed, world)), np.int64) for world in (PICTURE_BOOK, DUSK))
        assert (np.abs(book - dusk).sum(-1) > 30).mean() > 0.5


def test_colours_of_each_world_are_distinct() -> None:
    for world in WORLDS.values():
        paints = np.array([rgb for _, rgb in world.colours], np.int64)
        distances = np.abs(paints[:, None] - paints[None]).sum(-1) + 1000 * np.eye(len(paints), dtype=np.int64)
        assert distances.min() >= 45


def test_most_colours_of_dusk_look_like_another_word_of_the_picture_book() -> None:
    names = [name for name, _ in PICTURE_BOOK.colours]
    book = np.array([rgb for _, rgb in PICTURE_BOOK.colours], np.int64)
    looks = {name: names[int(np.abs(book - np.array(rgb)).sum(-1).argmin())] for name, rgb in DUSK.colours}
    assert sum(looks[name] != name for name in names) >= 6
    assert looks["green"] == "brown"


def test_every_noun_has_an_artist_and_leaves_something_on_the_page() -> None:
    assert {*ARTISTS, "sign"} == set(THINGS)
    for noun, thing in THINGS.items():
        sprite = thing_sprite(PICTURE_BOOK, Look(noun, thing.colours[0], text="GO"), thing.extent(""))
        assert (np.asarray(sprite)[..., 3] > 128).mean() > 0.12


def test_every_feature_can_be_seen() -> None:
    for noun, thing in THINGS.items():
        if thing.feature:
            extent = thing.extent("small" if thing.is_sized else "")
            bare, dressed = (
                np.asarray(thing_sprite(PICTURE_BOOK, Look(noun, thing.colours[0], has=has), extent), np.int64)
                for has in (False, True)
            )
            assert (np.abs(bare - dressed).sum(-1) > 60).sum() >= 6, noun


def test_every_small_object_fills_its_box() -> None:
    for noun, extent in SMALLS.items():
        assert (np.asarray(small_sprite(PICTURE_BOOK, noun, extent))[..., 3] > 128).mean() > 0.2


def test_thing_shows_the_colour_of_its_word() -> None:
    for colour, rgb in PICTURE_BOOK.colours:
        ball = Group("ball", colour, "big", "ground", (Box(40, 80, 70, 110),))
        picture = np.asarray(draw(Scene(0, PICTURE_BOOK, "grass", False, (ball,), ())), np.int64)[80:110, 40:70]
        assert (np.abs(picture - np.array(rgb)).sum(-1) == 0).sum() > 100, colour


def test_contact_sheet_holds_all_pictures_row_by_row() -> None:
    assert contact_sheet(range(7), columns=3, size=100).size == (3 * 106, 3 * 106)
