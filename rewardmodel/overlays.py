"""Overlays: a picture with its evidence drawn on it. Needs Pillow and numpy only, so that a web process can draw one."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from rewardmodel.records import Picture, opened

FOR, AGAINST = (255, 138, 0), (0, 132, 255)  # warm and cool; told apart by most who see colours otherwise
DIMMED, FADED = 0.42, 0.35  # brightness of what did not matter, and colour of everything: the tint has to be seen
TINT = 0.45  # of what spoke loudest
FAINT = 0.08  # heat below this is not drawn: it is everywhere and says nothing


def overlay(picture: Picture, heat: NDArray[np.float32]) -> Image.Image:
    """The picture in its own size, dimmed, and lit where the heat is: warm where it speaks for, cool where it speaks against.

    `heat` is (rows, columns) in [-1, 1] and covers the whole picture, whatever its shape. Raises ValueError for any other heat,
    OSError for a picture that cannot be read.
    """
    if heat.ndim != 2 or not heat.size or not np.isfinite(heat).all() or np.abs(heat).max() > 1:
        raise ValueError(f"Heat is a table of values in [-1, 1], got shape {heat.shape}")
    shown = ImageEnhance.Color(opened(picture)).enhance(FADED)
    drawn = ImageEnhance.Brightness(shown).enhance(DIMMED)
    for colour, side in ((FOR, heat), (AGAINST, -heat)):
        lit = Image.blend(shown, Image.new("RGB", shown.size, colour), TINT)
        drawn = Image.composite(lit, drawn, _mask(side, shown.size))
    return drawn


def _mask(heat: NDArray[np.float32], size: tuple[int, int]) -> Image.Image:
    """How much of the light falls where, in the size of the picture; smooth, as patches have no edges that mean anything."""
    clear = np.clip((heat - FAINT) / (1 - FAINT), 0, 1)
    small = Image.fromarray(np.round(255 * np.sqrt(clear)).astype(np.uint8))
    return small.resize(size, Image.Resampling.BICUBIC)
