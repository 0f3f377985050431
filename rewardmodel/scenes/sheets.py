"""Contact sheets: many scenes on one picture, for people to look at."""

from collections.abc import Sequence

from PIL import Image

from rewardmodel.scenes.drawing import draw
from rewardmodel.scenes.layout import make_scene
from rewardmodel.scenes.worlds import PICTURE_BOOK, World


def contact_sheet(seeds: Sequence[int], world: World = PICTURE_BOOK, columns: int = 6, *, size: int = 256) -> Image.Image:
    """The scenes of `seeds`, row by row, each `size` pixels square."""
    rows = -(-len(seeds) // columns)
    sheet = Image.new("RGB", (columns * (size + 6), rows * (size + 6)), (255, 255, 255))
    for n, seed in enumerate(seeds):
        picture = draw(make_scene(seed, world)).resize((size, size))
        sheet.paste(picture, (n % columns * (size + 6), n // columns * (size + 6)))
    return sheet
