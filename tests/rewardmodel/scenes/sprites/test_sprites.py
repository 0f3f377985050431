"""Sprites: each drawn inside its own box, the same every time, and like no other."""

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from rewardmodel.scenes import DUSK, PICTURE_BOOK
from rewardmodel.scenes.patches import BOARD
from rewardmodel.scenes.sprites import ARTISTS, SMALL_ARTISTS, Look, small_sprite, thing_sprite
from rewardmodel.scenes.sprites.pen import OVERSAMPLING, Pen
from rewardmodel.scenes.things import SIGN_WORDS, SIZES, SMALLS, THINGS

NOUNS, SMALL_NOUNS = sorted(THINGS), sorted(SMALLS)
MARGIN = 10 * OVERSAMPLING


class WidePen(Pen):
    """Draws the same with room on all sides, so that what would be cut off can be seen."""

    def __init__(self, *args, **settings) -> None:
        super().__init__(*args, **settings)
        self.image = Image.new("RGBA", (self.width + 2 * MARGIN, self.height + 2 * MARGIN))
        self._draw = ImageDraw.Draw(self.image)

    def _at(self, point):
        x, y = super()._at(point)
        return x + MARGIN, y + MARGIN

    def beyond(self) -> float:
        """How many pixels of the sprite the drawing goes beyond its box, on the side where it goes furthest."""
        left, top, right, bottom = self.image.getchannel("A").getbbox()
        sides = (MARGIN - left, MARGIN - top, right - MARGIN - self.width, bottom - MARGIN - self.height)
        return max(sides) / OVERSAMPLING


def sprite_of(noun: str, **look) -> Image.Image:
    """A thing in red on 40 by 40 pixels: other nouns then differ in nothing but their drawing."""
    return thing_sprite(PICTURE_BOOK, Look(noun, "red", text="GO" if noun == "sign" else "", **look), (40, 40))


def difference(one: Image.Image, two: Image.Image) -> float:
    """The share of pixels in which two sprites of one size differ clearly."""
    first, second = (np.asarray(sprite, np.int64) for sprite in (one, two))
    return float((np.abs(first - second).sum(-1) > 60).mean())


def shown(sprite: Image.Image) -> NDArray[np.bool_]:
    return np.asarray(sprite)[..., 3] > 128


@pytest.mark.parametrize("noun", sorted(ARTISTS))
def test_a_thing_is_drawn_inside_its_box(noun):
    thing = THINGS[noun]
    for size in SIZES if thing.is_sized else ("",):
        for has in (False, True):
            pen = WidePen(PICTURE_BOOK, thing.extent(size), colour=thing.colours[0], has=has)
            ARTISTS[noun](pen)
            assert pen.beyond() <= 1  # the half of an outline at most


@pytest.mark.parametrize("noun", SMALL_NOUNS)
def test_a_small_object_is_drawn_inside_its_box(noun):
    pen = WidePen(PICTURE_BOOK, SMALLS[noun], pixel=0.85)
    SMALL_ARTISTS[noun](pen)
    assert pen.beyond() <= 1


@pytest.mark.parametrize("noun", NOUNS)
def test_a_thing_stands_on_the_bottom_of_its_box_unless_it_flies(noun):
    """Where a thing stands, and what lies on it, is told by boxes: a drawing that floats in its box would make them untrue."""
    look = Look(noun, THINGS[noun].colours[0], has=True, text="GO" if noun == "sign" else "")
    rows = shown(thing_sprite(PICTURE_BOOK, look, THINGS[noun].extent(""))).any(axis=1)
    assert rows[-3:].any() or noun in {"bird", "plane"}
    assert rows.mean() > 0.7


@pytest.mark.parametrize("noun", NOUNS)
def test_a_thing_has_the_size_that_is_asked_for(noun):
    look = Look(noun, "red", text="ZOO" if noun == "sign" else "")
    for extent, pixel in (((20, 30), 0.5), ((41, 17), 1.0), ((80, 84), 1.75)):
        sprite = thing_sprite(PICTURE_BOOK, look, extent, pixel=pixel)
        assert (sprite.mode, sprite.size) == ("RGBA", extent)


def test_no_two_nouns_are_drawn_alike():
    sprites = {noun: sprite_of(noun) for noun in NOUNS}
    for one, two in combinations(NOUNS, 2):
        assert difference(sprites[one], sprites[two]) > 0.15, (one, two)


def test_no_two_small_objects_are_drawn_alike():
    sprites = {noun: small_sprite(PICTURE_BOOK, noun, (16, 16)) for noun in SMALL_NOUNS}
    for one, two in combinations(SMALL_NOUNS, 2):
        assert difference(sprites[one], sprites[two]) > 0.15, (one, two)


@pytest.mark.parametrize("noun", sorted(SMALLS.keys() & THINGS.keys()))
def test_what_is_both_a_thing_and_a_small_object_has_two_drawings(noun):
    small = small_sprite(PICTURE_BOOK, noun, (40, 40))
    assert min(difference(small, sprite_of(noun, has=has)) for has in (False, True)) > 0.15


def test_sprites_are_the_same_every_time():
    def drawn() -> list[bytes]:
        thing_sprite.cache_clear()
        small_sprite.cache_clear()
        things = [sprite_of(noun, has=True).tobytes() for noun in NOUNS]
        return things + [small_sprite(DUSK, noun, SMALLS[noun]).tobytes() for noun in SMALL_NOUNS]

    assert drawn() == drawn()


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if not THINGS[noun].feature])
def test_a_thing_without_a_feature_looks_the_same_with_it(noun):
    assert sprite_of(noun, has=True).tobytes() == sprite_of(noun).tobytes()


@pytest.mark.parametrize("noun", NOUNS)
def test_colours_of_a_thing_can_be_told_apart(noun):
    colours = THINGS[noun].colours
    looks = [Look(noun, colour, text="GO" if noun == "sign" else "") for colour in colours]
    sprites = [thing_sprite(PICTURE_BOOK, look, THINGS[noun].extent("")) for look in looks]
    assert len(set(colours)) == len(colours)
    assert min(difference(one, two) for one, two in combinations(sprites, 2)) > 0.07


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun != "sign"])
def test_a_flipped_thing_is_mirrored(noun):
    mirrored = sprite_of(noun, is_flipped=True).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert mirrored.tobytes() == sprite_of(noun).tobytes()


def test_letters_are_never_mirrored():
    assert sprite_of("sign", is_flipped=True).tobytes() == sprite_of("sign").tobytes()


def signs(colour: str) -> dict[str, NDArray[np.int64]]:
    extent = THINGS["sign"].extent("")
    return {
        word: np.asarray(thing_sprite(PICTURE_BOOK, Look("sign", colour, text=word), extent), np.int64) for word in SIGN_WORDS
    }


def test_every_word_is_another_sign_and_stays_on_the_board():
    read = signs("blue")
    for one, two in combinations(SIGN_WORDS, 2):
        differs = np.abs(read[one] - read[two]).sum(-1) > 60
        assert differs.sum() > 40, (one, two)
        assert not differs[round(len(differs) * BOARD) :].any()


@pytest.mark.parametrize(("colour", "letters"), [("white", (38, 32, 44)), ("black", (252, 246, 228)), ("red", (252, 246, 228))])
def test_letters_are_dark_on_light_boards_and_light_on_dark_ones(colour, letters):
    for sprite in signs(colour).values():
        board = sprite[3:25, 4:-4, :3]
        assert (np.abs(board - np.array(letters)).sum(-1) < 30).sum() > 40


@pytest.mark.parametrize("noun", ["house", "dog", "car", "woman", "cup"])
def test_a_larger_picture_shows_the_same_drawing_finer(noun):
    extent = THINGS[noun].extent("")
    look = Look(noun, THINGS[noun].colours[0], has=True)
    large = thing_sprite(PICTURE_BOOK, look, (extent[0] * 3, extent[1] * 3), pixel=3.0).reduce(3)
    small = thing_sprite(PICTURE_BOOK, look, extent)
    assert difference(large, small) < 0.2
    assert np.abs(np.asarray(large, np.int64) - np.asarray(small, np.int64)).mean() < 12


@pytest.mark.parametrize("noun", SMALL_NOUNS)
def test_small_objects_are_dimmer_at_dusk_and_have_the_same_outline(noun):
    day, dusk = (small_sprite(world, noun, SMALLS[noun]) for world in (PICTURE_BOOK, DUSK))
    assert np.array_equal(shown(day), shown(dusk))
    bright, dim = (np.asarray(sprite, np.int64)[shown(sprite)][:, :3].sum() for sprite in (day, dusk))
    assert 0.5 < dim / bright < 0.8  # the lights of dusk are 0.86, 0.66 and 0.56
