"""Overlays: the picture dimmed, warm where the heat speaks for and cool where it speaks against."""

import numpy as np
import pytest
from PIL import Image

from rewardmodel.overlays import FAINT, overlay

GREY = Image.new("RGB", (80, 80), (128, 128, 128))


def heat(*rows: list[float]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_overlay_is_warm_for_cool_against_and_dim_elsewhere():
    drawn = overlay(GREY, heat([1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, -1]))
    red, _, blue = drawn.getpixel((8, 8))
    assert red > blue + 40
    red, _, blue = drawn.getpixel((71, 71))
    assert blue > red + 40
    middle = drawn.getpixel((40, 40))
    assert max(middle) - min(middle) <= 1
    assert max(middle) < 64


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (640, 90), (16, 16)])
def test_overlay_has_the_size_of_the_picture(size):
    assert overlay(Image.new("RGB", size), heat([1, -1], [0, 0.5])).size == size


def test_overlay_takes_files_and_pictures_with_transparency(tmp_path):
    Image.new("RGBA", (20, 10), (255, 0, 0, 128)).save(tmp_path / "picture.png")
    drawn = overlay(tmp_path / "picture.png", heat([1, 0]))
    assert (drawn.mode, drawn.size) == ("RGB", (20, 10))


@pytest.mark.parametrize("bad", [heat([2, 0]), heat([float("nan"), 0]), np.zeros((0, 4)), np.zeros(4)])
def test_overlay_refuses_what_is_no_heat(bad):
    with pytest.raises(ValueError, match="values in"):
        overlay(GREY, bad)


def test_overlay_leaves_the_picture_as_it_was():
    picture = Image.effect_noise((20, 20), 50).convert("RGB")
    before = picture.tobytes()
    overlay(picture, heat([1, -1]))
    assert picture.tobytes() == before


def test_faint_heat_is_drawn_as_none():
    none, faint = (overlay(GREY, heat([value, -value])) for value in (0, FAINT))
    assert none.tobytes() == faint.tobytes()


def test_more_heat_is_more_light():
    lights = [sum(overlay(GREY, heat([value])).getpixel((40, 40))) for value in (0, 0.2, 0.5, 1)]
    assert lights == sorted(set(lights))


def test_for_and_against_change_colours_and_nothing_else():
    one, other = (overlay(GREY, heat([value])).getpixel((40, 40)) for value in (1, -1))
    assert one != other
    assert max(one) > 128 < max(other)
