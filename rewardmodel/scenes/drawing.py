"""Drawing: a scene as pixels, background first, then everything that stands in it from far to near."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw

from rewardmodel.scenes.layout import HORIZON, SIDE, Box, Group, Scene
from rewardmodel.scenes.sprites import Look, small_sprite, thing_sprite
from rewardmodel.scenes.worlds import RGB, World

SKY: dict[bool, RGB] = {False: (190, 226, 250), True: (58, 66, 122)}
GROUND: dict[str, dict[bool, RGB]] = {
    "grass": {False: (168, 216, 120), True: (70, 116, 84)},
    "street": {False: (190, 188, 186), True: (104, 104, 122)},
    "snow": {False: (232, 240, 248), True: (156, 170, 206)},
    "beach": {False: (242, 222, 168), True: (150, 136, 124)},
    "room": {False: (206, 168, 126), True: (206, 168, 126)},
}
SEA: dict[bool, RGB] = {False: (98, 176, 222), True: (48, 84, 142)}
WALLS: tuple[RGB, ...] = ((246, 232, 206), (222, 236, 226), (234, 224, 240))
SHORE = 84


@dataclass(frozen=True, slots=True)
class Layer:
    """One sprite in its place. `group` is None for a small background object, then `small` is its noun."""

    sprite: Image.Image
    at: tuple[int, int]
    group: Group | None
    small: str = ""


SMALLEST = 64  # pixels; smaller ones would have lines without a width


def draw(scene: Scene, size: int = SIDE) -> Image.Image:
    """The picture of a scene, RGB, `size` pixels square, at least 64. The same scene gives the same bytes."""
    if size < SMALLEST:
        raise ValueError(f"A scene cannot be drawn in fewer than {SMALLEST} pixels, got {size}")
    image = _background(scene.world, scene.setting, scene.seed % len(WALLS), size, is_night=scene.is_night).copy()
    for layer in layers(scene, size):
        image.paste(layer.sprite, layer.at, layer.sprite)
    return image


def layers(scene: Scene, size: int = SIDE) -> Iterator[Layer]:
    """All sprites in drawing order: the later one covers the earlier."""
    pixel = size / SIDE
    for small in scene.smalls:
        at, extent = _placed(small.box, pixel)
        yield Layer(small_sprite(scene.world, small.noun, extent, pixel=pixel), at, None, small.noun)
    for group in sorted(scene.groups, key=lambda group: (bool(group.rests), group.hull.bottom)):
        look = Look(group.noun, group.colour, has=bool(group.feature), text=group.text, is_flipped=group.is_flipped)
        for box in group.boxes:
            at, extent = _placed(box, pixel)
            sprite = thing_sprite(scene.world, look, extent, pixel=pixel)
            yield Layer(sprite, at, group)


def _placed(box: Box, pixel: float) -> tuple[tuple[int, int], tuple[int, int]]:
    left, top = round(box.left * pixel), round(box.top * pixel)
    return (left, top), (round(box.right * pixel) - left, round(box.bottom * pixel) - top)


@lru_cache(maxsize=128)
def _background(world: World, setting: str, variant: int, size: int, *, is_night: bool) -> Image.Image:
    fine = size * 2
    pixel = fine / SIDE
    horizon = HORIZON[setting] * pixel
    far = WALLS[variant] if setting == "room" else SKY[is_night]
    image = Image.new("RGB", (fine, fine), world.lit(far))
    pen = ImageDraw.Draw(image)
    ground = GROUND[setting][is_night]
    pen.rectangle((0, horizon, fine, fine), world.lit(ground))
    if setting == "beach":
        pen.rectangle((0, horizon, fine, SHORE * pixel), world.lit(SEA[is_night]))
    _texture(pen, world, setting, ground, (variant, pixel))
    return image.reduce(2)


def _texture(pen: ImageDraw.ImageDraw, world: World, setting: str, ground: RGB, grain: tuple[int, float]) -> None:
    variant, pixel = grain
    rng = Random(variant)
    dark, light = _shade(world, ground, 0.88), _shade(world, ground, 1.1)
    top = HORIZON[setting]
    if setting == "street":
        pen.rectangle((0, top * pixel, SIDE * pixel, (top + 8) * pixel), _shade(world, ground, 1.12))
        for x in range(2 + 5 * variant, SIDE, 26):
            pen.rectangle((x * pixel, 98 * pixel, (x + 12) * pixel, 100 * pixel), world.lit((244, 240, 224)))
    elif setting == "room":
        pen.rectangle((0, (top - 2) * pixel, SIDE * pixel, top * pixel), dark)
        for y in range(top + 12, SIDE, 13):
            pen.line((0, y * pixel, SIDE * pixel, y * pixel), dark, round(pixel * 0.7))
    else:
        first = SHORE + 4 if setting == "beach" else top + 4
        for _ in range(34):
            at = rng.uniform(0, SIDE), rng.uniform(first, SIDE)
            tone = light if setting == "snow" else dark
            pen.line((at[0] * pixel, at[1] * pixel, (at[0] + 1.5) * pixel, (at[1] - 2.5) * pixel), tone, round(pixel * 0.8))


def _shade(world: World, rgb: RGB, factor: float) -> RGB:
    red, green, blue = (min(255, round(value * factor)) for value in rgb)
    return world.lit((red, green, blue))
