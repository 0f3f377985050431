"""Patches: what each square of the picture shows, to teach a vision encoder directly."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rewardmodel.scenes.drawing import Layer, layers
from rewardmodel.scenes.layout import SIDE, Scene
from rewardmodel.scenes.things import SETTINGS, SIGN_WORDS, SIZES, SMALLS, THINGS
from rewardmodel.scenes.worlds import PICTURE_BOOK

NOTHING = "nothing"
FEATURES = tuple(dict.fromkeys(thing.feature for thing in THINGS.values() if thing.feature))

# Head -> its classes, "nothing" first. "feature" is what the thing has ("hat") or lacks ("no hat"); "count" how many there are.
PATCH_TARGETS: dict[str, tuple[str, ...]] = {
    "noun": (NOTHING, *THINGS, *(f"small {noun}" for noun in SMALLS)),
    "colour": (NOTHING, *(colour for colour, _ in PICTURE_BOOK.colours)),
    "size": (NOTHING, *SIZES),
    "letters": (NOTHING, *SIGN_WORDS),
    "feature": (NOTHING, *FEATURES, *(f"no {feature}" for feature in FEATURES)),
    "count": (NOTHING, "one", "two", "three", "four"),
    "setting": (NOTHING, *(f"{setting} {light}" for setting in SETTINGS for light in ("day", "night"))),
}
_INDEX = {head: {name: n for n, name in enumerate(classes)} for head, classes in PATCH_TARGETS.items()}

OPAQUE = 128
LEAST_THING = 0.10
LEAST_SMALL = 0.08
LEAST_LETTERS = 0.3
BOARD = 0.58


def patch_targets(scene: Scene, grid: int = 8) -> NDArray[np.uint8]:
    """Class numbers per head and patch, shape (heads, grid, grid), in the order of PATCH_TARGETS.

    A patch shows the thing that covers most of it, at least a tenth; a small background object goes first if it
    covers 8 %. Covered means seen: what is drawn later hides what is drawn earlier. `grid` must divide 128.
    """
    if SIDE % grid:
        raise ValueError(f"grid must divide {SIDE}, got {grid}")
    shown = list(layers(scene))
    owners = visible_layers(shown)
    shares = _shares(owners, grid, len(shown) + 1)
    is_small = np.array([False, *(layer.group is None for layer in shown)])
    things = np.where(is_small, 0, shares)
    things[..., 0] = LEAST_THING
    smalls = np.where(is_small & (shares >= LEAST_SMALL), shares, 0)
    winner = np.where(smalls.any(-1), smalls.argmax(-1), things.argmax(-1))
    table = np.zeros((len(shown) + 1, len(PATCH_TARGETS)), np.uint8)
    for n, layer in enumerate(shown, start=1):
        table[n] = _classes(layer)
    targets: NDArray[np.uint8] = np.moveaxis(table[winner], -1, 0).copy()
    heads = list(PATCH_TARGETS)
    targets[heads.index("letters")] = _letters(scene, owners, shown, grid)
    light = "night" if scene.is_night else "day"
    targets[heads.index("setting")] = _INDEX["setting"][f"{scene.setting} {light}"]
    return targets


def visible_layers(shown: Sequence[Layer]) -> NDArray[np.uint8]:
    """For each pixel at 128 px the number of the layer seen there, from 1 on; 0 is the background. Shape (128, 128)."""
    owners = np.zeros((SIDE, SIDE), np.uint8)
    for n, layer in enumerate(shown, start=1):
        left, top = layer.at
        mask = _mask(layer.sprite)
        height, width = mask.shape
        owners[top : top + height, left : left + width][mask] = n
    return owners


def _mask(sprite: Image.Image) -> NDArray[np.bool_]:
    return _mask_of(sprite.getchannel("A").tobytes(), sprite.size)


@lru_cache(maxsize=8192)
def _mask_of(alpha: bytes, size: tuple[int, int]) -> NDArray[np.bool_]:
    return np.frombuffer(alpha, np.uint8).reshape(size[1], size[0]) >= OPAQUE


def _shares(owners: NDArray[np.uint8], grid: int, kinds: int) -> NDArray[np.float64]:
    """How much of each patch each layer covers. Shape (grid, grid, kinds)."""
    side = SIDE // grid
    patch = np.arange(SIDE) // side
    numbers = (patch[:, None] * grid + patch[None, :]) * kinds + owners
    return np.bincount(numbers.ravel(), minlength=grid * grid * kinds).reshape(grid, grid, kinds) / side**2


def _classes(layer: Layer) -> list[int]:
    group = layer.group
    if group is None:
        names = {"noun": f"small {layer.small}", "count": "one"}
    else:
        feature = THINGS[group.noun].feature
        names = {
            "noun": group.noun,
            "colour": group.colour,
            "size": group.size or NOTHING,
            "feature": (feature if group.feature else f"no {feature}") if feature else NOTHING,
            "count": PATCH_TARGETS["count"][group.count],
        }
    return [_INDEX[head][names.get(head, NOTHING)] for head in PATCH_TARGETS]


def _letters(scene: Scene, owners: NDArray[np.uint8], shown: Sequence[Layer], grid: int) -> NDArray[np.uint8]:
    """The sign's word where its board covers at least three tenths of a patch."""
    number = next((n for n, layer in enumerate(shown, start=1) if layer.group is not None and layer.group.text), 0)
    sign = scene.group("sign")
    if not number or sign is None:
        return np.zeros((grid, grid), np.uint8)
    board = owners == number
    board[round(sign.hull.top + (sign.hull.bottom - sign.hull.top) * BOARD) :] = False
    share = _shares(board.astype(np.uint8), grid, 2)[..., 1]
    return np.where(share >= LEAST_LETTERS, _INDEX["letters"][sign.text], 0).astype(np.uint8)
