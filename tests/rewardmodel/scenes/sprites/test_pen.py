"""The pen, pixel by pixel, on boxes of ten pixels a side or so."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from rewardmodel.scenes import DUSK, PICTURE_BOOK
from rewardmodel.scenes.sprites.pen import FIXED, OVERSAMPLING, Pen

RED, INK, CLEAR = (222, 44, 44, 255), (*FIXED["ink"], 255), (0, 0, 0, 0)


def pen_of(width: int = 10, height: int = 10, **settings) -> Pen:
    return Pen(PICTURE_BOOK, (width, height), colour="red", **settings)


def pixels(pen: Pen) -> NDArray[np.uint8]:
    """The finished sprite, (height, width, 4)."""
    return np.asarray(pen.finished())


def drawn(pen: Pen) -> NDArray[np.bool_]:
    """Which pixels of the drawing, four times as fine as the sprite, have something on them."""
    return np.asarray(pen.image)[..., 3] > 0


def reach(marked: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is marked, half-open."""
    return Image.fromarray(marked).getbbox() or (0, 0, 0, 0)


@pytest.mark.parametrize("extent", [(1, 1), (3, 7), (48, 31)])
def test_a_sprite_has_the_size_of_its_box_and_nothing_on_it_yet(extent):
    sprite = Pen(PICTURE_BOOK, extent).finished()
    assert (sprite.mode, sprite.size) == ("RGBA", extent)
    assert not np.asarray(sprite).any()


@pytest.mark.parametrize(
    ("name", "rgb"),
    [
        ("main", (222, 44, 44)),
        ("dark", (160, 32, 32)),  # 0.72 of it: 159.8 and 31.7
        ("light", (233, 114, 114)),  # a third of the way to white: 222 + 33 // 3, 44 + 211 // 3
        ("gold", (250, 206, 60)),
    ],
)
def test_tones_by_hand(name, rgb):
    assert pen_of().tone(name) == rgb


def test_dusk_dims_the_fixed_colours_and_paints_words_in_its_own_way():
    pen = Pen(DUSK, (10, 10), colour="red")
    assert pen.tone("gold") == (215, 136, 34)  # 0.86 · 250, 0.66 · 206, 0.56 · 60
    assert pen.tone("main") == (112, 42, 34)


def test_a_colour_word_that_no_world_has_is_an_error():
    with pytest.raises(KeyError, match="crimson"):
        Pen(PICTURE_BOOK, (10, 10), colour="crimson").tone("main")


def test_a_rectangle_over_the_whole_box_has_an_outline_of_one_pixel():
    pen = pen_of()
    pen.rect(0, 0, 100, 100)
    is_edge = np.ones((10, 10), bool)
    is_edge[1:-1, 1:-1] = False
    assert (pixels(pen)[is_edge] == INK).all()
    assert (pixels(pen)[~is_edge] == RED).all()


def test_rounded_corners_leave_the_corner_clear():
    pen = pen_of()
    pen.rect(0, 0, 100, 100, radius=40)
    assert tuple(pixels(pen)[0, 0]) == CLEAR
    assert tuple(pixels(pen)[0, 5]) == INK
    assert tuple(pixels(pen)[5, 5]) == RED


def test_an_oval_touches_all_four_sides_and_no_corner():
    pen = pen_of(20, 10)
    pen.oval(0, 0, 100, 100)
    assert reach(drawn(pen)) == (0, 0, 80, 40)
    assert [drawn(pen)[y, x] for y, x in ((0, 0), (0, 79), (39, 0), (39, 79))] == [False] * 4
    assert tuple(pixels(pen)[5, 10]) == RED


@pytest.mark.parametrize("extent", [(20, 10), (10, 20), (12, 12)])
def test_a_disc_is_round_in_a_box_of_any_shape(extent):
    pen = pen_of(*extent)
    pen.disc(50, 50, 20)
    left, top, right, bottom = reach(drawn(pen))
    assert right - left == pytest.approx(0.4 * extent[0] * OVERSAMPLING, abs=2)
    assert abs((right - left) - (bottom - top)) <= 2


def test_a_dot_has_no_outline_and_a_radius_in_pixels():
    for extent in ((10, 10), (30, 30)):
        pen = pen_of(*extent)
        pen.dot(50, 50, "gold", 2)
        left, top, right, bottom = reach(drawn(pen))
        assert right - left == bottom - top == pytest.approx(2 * 2 * OVERSAMPLING, abs=2)
        assert {tuple(pixel) for pixel in np.asarray(pen.image)[drawn(pen)]} == {(*FIXED["gold"], 255)}


@pytest.mark.parametrize(("pixels", "width"), [(0.1, 1), (1.1, 4), (2.2, 8), (3.3, 12)])
def test_a_line_is_as_wide_as_asked_but_never_without_a_width(pixels, width):
    pen = pen_of()
    pen.line((0, 50), (100, 50), pixels=pixels)
    assert drawn(pen)[:, 20].sum() == pytest.approx(width, abs=1)
    assert drawn(pen).any(axis=0).all()


def test_strokes_grow_with_the_pixel_they_are_drawn_for():
    widths = []
    for pixel in (0.1, 1.0, 2.0):
        pen = pen_of(30, 30, pixel=pixel)
        pen.line((0, 50), (100, 50))
        widths.append(int(drawn(pen)[:, 60].sum()))
    assert widths == [1, pytest.approx(4, abs=1), pytest.approx(9, abs=1)]


def test_a_line_goes_through_all_its_points():
    pen = pen_of()
    pen.line((10, 10), (90, 10), (90, 90), fill="gold", pixels=2)
    marked = pixels(pen)[..., 3] > 0
    assert marked[1, 1:9].all()
    assert marked[1:9, 8].all()
    assert not marked[4:, :6].any()


def test_a_shape_is_filled_and_closed():
    pen = pen_of(20, 20)
    pen.shape((10, 90), (90, 90), (10, 10))
    fine = np.asarray(pen.image)
    assert tuple(fine[60, 20]) == RED
    assert tuple(fine[20, 60]) == CLEAR
    assert tuple(fine[40, 8]) == tuple(fine[71, 40]) == tuple(fine[40, 40]) == INK  # also from the last point to the first


@pytest.mark.parametrize(
    ("start", "end", "halves"),
    [(0, 90, (0, 1, 0, 1)), (90, 180, (1, 0, 0, 1)), (180, 270, (1, 0, 1, 0)), (270, 360, (0, 1, 1, 0))],
)
def test_arcs_and_slices_turn_clockwise_from_three_oclock(start, end, halves):
    for method in ("arc", "slice"):
        pen = pen_of(20, 20)
        getattr(pen, method)((10, 10, 90, 90), start, end)
        left, top, right, bottom = reach(drawn(pen))
        assert (left < 20, right > 60, top < 20, bottom > 60) == tuple(map(bool, halves)), method


def test_an_arc_is_open_and_a_slice_is_filled():
    arc, piece = pen_of(20, 20), pen_of(20, 20)
    arc.arc((0, 0, 100, 100), 180, 360)
    piece.slice((0, 0, 100, 100), 180, 360)
    assert tuple(pixels(arc)[6, 10]) == CLEAR
    assert tuple(pixels(piece)[6, 10]) == RED
    assert not pixels(piece)[12:].any()


def test_what_is_pasted_lies_over_what_was_there_and_lets_it_shine_through():
    pen = pen_of()
    pen.rect(0, 0, 100, 100)
    patch = Image.new("RGBA", (8, 8))
    patch.paste((0, 0, 255, 255), (0, 0, 4, 8))
    pen.paste(patch, 51.3, 51.3)  # 20 of 39
    sprite = pixels(pen)
    assert tuple(sprite[5, 5]) == tuple(sprite[6, 5]) == (0, 0, 255, 255)
    assert tuple(sprite[5, 6]) == tuple(sprite[4, 4]) == RED


def test_later_shapes_cover_earlier_ones():
    pen = pen_of()
    pen.rect(0, 0, 100, 100)
    pen.dot(50, 50, "gold", 3)
    assert tuple(pixels(pen)[5, 5]) == (*FIXED["gold"], 255)


def test_what_goes_beyond_the_box_is_cut_off_and_nothing_else_changes():
    whole, cut = pen_of(), pen_of()
    whole.rect(0, 0, 100, 50)
    cut.rect(0, 0, 100, 50)
    cut.oval(150, 150, 200, 200)
    assert whole.finished().tobytes() == cut.finished().tobytes()
