"""Qwen-VL: pictures keep their shape, within bounds."""

import pytest
from PIL import Image
from transformers import AutoConfig

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
