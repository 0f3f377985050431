"""Sprites: how each noun is drawn, as a transparent picture of its own box."""

from collections.abc import Callable
from functools import lru_cache

from PIL import Image

from rewardmodel.scenes.sprites import animals, household, people, places, smalls, vehicles
from rewardmodel.scenes.sprites.pen import Pen
from rewardmodel.scenes.things import SMALLS, THINGS
from rewardmodel.scenes.worlds import World

ROOMS = (animals, household, people, places, vehicles)
ARTISTS: dict[str, Callable[[Pen, bool], None]] = {
    noun: getattr(room, noun) for room in ROOMS for noun in THINGS if noun != "sign" and hasattr(room, noun)
}
SMALL_ARTISTS: dict[str, Callable[[Pen, bool], None]] = {noun: getattr(smalls, noun) for noun in SMALLS}


@lru_cache(maxsize=8192)
def thing_sprite(
    world: World,
    noun: str,
    colour: str,
    extent: tuple[int, int],
    *,
    has: bool = False,
    text: str = "",
    flip: bool = False,
    pixel: float = 1.0,
) -> Image.Image:
    """A main thing. `extent` is its size in real pixels and `pixel` how many of them make one at 128 px."""
    pen = Pen(world, extent, colour=colour, pixel=pixel)
    if noun == "sign":
        places.sign(pen, text)
        return pen.finished()
    ARTISTS[noun](pen, has)
    sprite = pen.finished()
    return sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else sprite


@lru_cache(maxsize=512)
def small_sprite(world: World, noun: str, extent: tuple[int, int], *, pixel: float = 1.0) -> Image.Image:
    """A small background object, in its fixed colours."""
    pen = Pen(world, extent, pixel=pixel * 0.85)
    SMALL_ARTISTS[noun](pen, False)
    return pen.finished()
