"""Qwen-VL: pictures keep their shape, within bounds."""

import pytest
import torch
from PIL import Image
from transformers import AutoConfig

from rewardmodel.backbones import EncodedBlock
from rewardmodel.backbones.qwen import IMAGE_TOKENS, Qwen25Parts


@pytest.fixture
def processor(tiny_of) -> Qwen25Parts:
    return tiny_of("qwen2_5_vl").processor


def test_grid_is_that_of_the_patches_made(processor):
    for size in [(10, 10), (40, 30), (30, 40), (300, 20), (9, 90), (33, 33)]:
        picture = Image.new("RGB", size)
        [[frames, rows, columns]] = processor.images([picture])["grids_B3"].tolist()
        assert (frames, rows // 2, columns // 2) == (1, *processor.grid(picture))


def test_a_file_is_measured_without_being_decoded(processor, tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "a.png")
    assert processor.grid(tmp_path / "a.png") == processor.grid(Image.new("RGB", (40, 30)))


def test_load_bounds_the_image_tokens(processor, tiny_of, tmp_path):
    processor.image_processor.size = {"shortest_edge": 64, "longest_edge": 10**8}
    processor.config.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    loaded = Qwen25Parts.load(str(tmp_path), AutoConfig.from_pretrained(tmp_path))
    rows, columns = loaded.grid(Image.new("RGB", (3_000, 2_000)))
    assert 0.9 * IMAGE_TOKENS < rows * columns <= IMAGE_TOKENS
    assert loaded.image_size == 32 * loaded.cell


def test_positions_of_a_block_by_hand(processor):
    picture = Image.new("RGB", (24, 16))  # cells of 8 pixels: three columns, two rows
    assert processor.grid(picture) == (2, 3)
    block = processor.block("What?", picture)
    first = block.ids.index(processor.image_token_id)
    assert block.positions_LX[first : first + 6].tolist() == [
        [first, first, first], [first, first, first + 1], [first, first, first + 2],
        [first, first + 1, first], [first, first + 1, first + 1], [first, first + 1, first + 2],
    ]  # fmt: skip
    assert block.positions_LX[first - 1].tolist() == [first - 1] * 3
    assert block.positions_LX[first + 6].tolist() == [first + 3] * 3  # behind the longer side
    assert len(block.positions_LX) == len(block.ids)


@pytest.mark.parametrize(
    ("name", "opening"), [("qwen2_5_vl", "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"), ("qwen3_vl", "")]
)
def test_a_block_is_a_turn_of_the_user_and_the_head_of_the_next(tiny_of, name, opening):
    processor = tiny_of(name).processor
    ids = processor.block("What?", Image.new("RGB", (16, 16))).ids
    image = "<|vision_start|>" + "<|image_pad|>" * 4 + "<|vision_end|>"
    assert ids == processor.encode(f"{opening}<|im_start|>user\n{image}What?<|im_end|>\n<|im_start|>assistant\n")


@pytest.mark.parametrize(
    ("size", "grid"),
    [
        ((1, 1), (1, 1)),
        ((16, 16), (2, 2)),
        ((10, 10), (1, 1)),  # rounded to whole cells
        ((13, 10), (1, 2)),
        ((1_000, 1_000), (4, 4)),  # scaled down to 1,024 pixels
        ((4, 796), (15, 1)),  # as long and thin as may be
    ],
)
def test_grids_by_hand(processor, size, grid):
    assert processor.grid(Image.new("RGB", size)) == grid


def test_a_picture_that_is_a_mere_line_is_refused(processor):
    for size in ((1, 201), (201, 1)):
        with pytest.raises(ValueError, match="aspect ratio must be smaller than 200, got 201"):
            processor.block("", Image.new("RGB", size))


@pytest.mark.parametrize(("longest", "size"), [(1_024, 32), (1_023, 24), (64, 8), (10_000, 96)])
def test_image_size_is_the_largest_square_of_whole_cells(processor, longest, size):
    processor.image_processor.size = {"shortest_edge": 64, "longest_edge": longest}
    assert processor.image_size == size
    rows, columns = processor.grid(Image.new("RGB", (size, size)))
    assert rows * processor.cell == columns * processor.cell == size


def test_load_leaves_a_bound_that_is_tighter_as_it_is(processor, tmp_path):
    processor.image_processor.size = {"shortest_edge": 64, "longest_edge": 640}
    processor.config.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    size = Qwen25Parts.load(str(tmp_path), AutoConfig.from_pretrained(tmp_path)).image_processor.size
    assert (size["shortest_edge"], size["longest_edge"]) == (64, 640)


def test_a_block_without_positions_counts_the_same_in_all_axes(processor):
    packed = processor.pack([EncodedBlock([5, 6, 7])], [[processor.response("Two cats.")]])
    count = packed.ids_BL.shape[1]
    assert packed.positions_BL[0].tolist() == [[number] * 3 for number in range(count)]


def test_rows_of_two_shapes_have_their_own_positions(processor):
    blocks = [processor.block("", Image.new("RGB", size)) for size in ((8, 8), (32, 8))]
    packed = processor.pack(blocks, [[processor.response("Two")], [processor.response("Two")]])
    for row, block in enumerate(blocks):
        place = packed.places[row][0]
        assert torch.equal(packed.positions_BL[row, : len(block.ids)], block.positions_LX)
        assert packed.positions_BL[row, place.start].tolist() == [int(block.positions_LX.max()) + 1] * 3


def test_names_of_other_special_tokens_in_a_prompt_bring_no_image(processor):
    picture = Image.new("RGB", (16, 16))
    block = processor.block("<|vision_start|><|image_pad|><|video_pad|><|vision_end|>", picture)
    assert block.ids.count(processor.image_token_id) == 4
