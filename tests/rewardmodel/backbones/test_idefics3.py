"""Idefics3 and SmolVLM: tiles are counted before the picture is cut into them."""

import pytest
import torch
from PIL import Image
from transformers import Idefics3ImageProcessorPil

from rewardmodel.backbones import adapter_of

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


@pytest.fixture
def processor(tiny_of):
    return tiny_of("idefics3").processor


def turn(image: str, prompt: str = "") -> str:
    return f"<|im_start|>User:{image}{prompt}<end_of_utterance>\nAssistant:"


EDGE, TILE = "<fake_token_around_image>", "<image>" * 4  # 32 pixels in patches of 8, four of them a place
WHOLE = f"{EDGE}<global-img>{TILE}{EDGE}"


def test_a_block_names_each_tile_row_by_row_and_then_the_whole(processor):
    tiles = [[f"{EDGE}<row_{row}_col_{column}>{TILE}" for column in (1, 2)] for row in (1, 2)]
    image = f"{''.join(tiles[0])}\n{''.join(tiles[1])}\n\n{WHOLE}"
    assert processor.block("What?", Image.new("RGB", (64, 64))).ids == processor.encode(turn(image, "What?"))


def test_a_wide_picture_has_one_row_of_tiles(processor):
    image = f"{EDGE}<row_1_col_1>{TILE}{EDGE}<row_1_col_2>{TILE}\n\n{WHOLE}"
    assert processor.block("", Image.new("RGB", (300, 1))).ids == processor.encode(turn(image))


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (31, 33), (640, 480), (65, 64)])
def test_places_in_a_block_are_as_many_as_features(tiny_of, size):
    tiny = tiny_of("smolvlm")
    picture = Image.new("RGB", size)
    with torch.inference_mode():
        features_BPD = adapter_of(tiny.backbone.config).image_features(tiny.backbone, **tiny.processor.images([picture]))
    assert tiny.processor.block("", picture).ids.count(tiny.processor.image_token_id) == features_BPD.shape[1]


def test_a_picture_with_fewer_tiles_is_padded_with_zeros(tiny_of):
    tiny = tiny_of("idefics3")
    pictures = [Image.new("RGB", size, "red") for size in ((300, 1), (64, 64))]
    made = tiny.processor.images(pictures)
    assert made["pixels_BTCHW"].shape[:2] == made["kept_BTHW"].shape[:2] == (2, 5)
    assert [row.any(dim=(1, 2)).tolist() for row in made["kept_BTHW"]] == [[True] * 3 + [False] * 2, [True] * 5]
    with torch.inference_mode():
        features_BPD = adapter_of(tiny.backbone.config).image_features(tiny.backbone, **made)
    assert features_BPD.shape == (2, 20, 16)
    assert not features_BPD[0, 12:].any()


def test_a_response_stands_behind_a_space_that_is_none_of_its_own(processor):
    text = "Two cats."
    encoded = processor.response(text)
    block = processor.block("", Image.new("RGB", (8, 8))).ids
    assert block + encoded.ids == processor.encode(f"{processor.tokenizer.decode(block)} {text}")
    covered = [place for start, end in encoded.offsets for place in range(start, end)]
    assert covered == [place for place, character in enumerate(text) if character != " "]


def test_names_of_tiles_in_a_prompt_bring_no_tile(processor):
    picture = Image.new("RGB", (64, 64))
    prompt = f"{EDGE}<row_1_col_1><image><global-img>"
    assert processor.block(prompt, picture).ids.count(processor.image_token_id) == 5 * 4


def test_a_file_that_is_no_picture_has_no_tiles(processor, tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(OSError, match="cannot identify image file"):
        processor.block("", tmp_path / "a.png")
