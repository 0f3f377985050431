"""Idefics3 and SmolVLM: tiles are counted before the picture is cut into them."""

import pytest
from PIL import Image
from transformers import Idefics3ImageProcessorPil

SIZES = [(width, height) for width in (1, 7, 31, 32, 33, 50, 64, 97) for height in (2, 30, 32, 33, 63, 65, 200)]


@pytest.mark.parametrize("longest", [32, 64, 100])
def test_grid_is_that_of_the_tiles_cut(tiny_of, longest):
    processor = tiny_of("idefics3").processor
    processor.image_processor = Idefics3ImageProcessorPil(size={"longest_edge": longest}, max_image_size={"longest_edge": 32})
    pictures = [Image.new("RGB", size) for size in SIZES]
    made = processor.image_processor([[picture] for picture in pictures], return_row_col_info=True, return_tensors="pt")
    cut = [(rows, columns) for [rows], [columns] in zip(made["rows"], made["cols"], strict=True)]
    assert [processor.grid(picture) for picture in pictures] == cut


def test_a_picture_is_read_as_a_whole_where_splitting_is_off(tiny_of):
    processor = tiny_of("smolvlm").processor
    processor.image_processor.do_image_splitting = False
    picture = Image.new("RGB", (64, 32))
    assert processor.grid(picture) == (0, 0)
    assert processor.images([picture])["pixels_BTCHW"].shape == (1, 1, 3, 32, 32)
    assert processor.block("", picture).ids.count(processor.image_token_id) == 4
    assert processor.image_size == 32


def test_image_size_is_what_the_tiles_cover(tiny_of):
    assert tiny_of("smolvlm").processor.image_size == 64
