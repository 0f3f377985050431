"""Sprites: how each noun is drawn, as a transparent picture of its own box."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from rewardmodel.scenes.sprites import animals, household, people, places, smalls, vehicles
from rewardmodel.scenes.sprites.pen import Pen
from rewardmodel.scenes.things import SMALLS, THINGS
from rewardmodel.scenes.worlds import World

ROOMS = (animals, household, people, places, vehicles)
ARTISTS: dict[str, Callable[[Pen], None]] = {
    noun: getattr(room, noun) for room in ROOMS for noun in THINGS if noun != "sign" and hasattr(room, noun)
}
SMALL_ARTISTS: dict[str, Callable[[Pen], None]] = {noun: getattr(smalls, noun) for noun in SMALLS}


@dataclass(frozen=True, slots=True)
class Look:
    """All that decides how one main thing looks, but for its size. `has` says whether it has what its kind may have."""

    noun: str
    colour: str
    has: bool = False
    text: str = ""
    is_flipped: bool = False


@lru_cache(maxsize=8192)
def thing_sprite(world: World, look: Look, extent: tuple[int, int], *, pixel: float = 1.0) -> Image.Image:
    """A main thing. `extent` is its size in real pixels and `pixel` how many of them make one at 128 px."""
    pen = Pen(world, extent, colour=look.colour, has=look.has, pixel=pixel)
    if look.noun == "sign":
        places.sign(pen, look.text)
        return pen.finished()
    ARTISTS[look.noun](pen)
    sprite = pen.finished()
    return sprite.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if look.is_flipped else sprite


@lru_cache(maxsize=512)
def small_sprite(world: World, noun: str, extent: tuple[int, int], *, pixel: float = 1.0) -> Image.Image:
    """A small background object, in its fixed colours."""
    pen = Pen(world, extent, pixel=pixel * 0.85)
    SMALL_ARTISTS[noun](pen)
    return pen.finished()
