"""Llama 3.2 Vision: one token says that there is an image; the features of up to four tiles say which of them are there."""

import pytest
import torch
from PIL import Image

from rewardmodel.backbones import adapter_of
from rewardmodel.backbones.adapter import Tokens
from rewardmodel.backbones.mllama import HEADER


@pytest.fixture
def tiny(tiny_of):
    return tiny_of("mllama")


@pytest.fixture
def processor(tiny):
    return tiny.processor


def features_of(tiny, *sizes: tuple[int, int]) -> torch.Tensor:
    made = tiny.processor.images([Image.new("RGB", size, "red") for size in sizes])
    with torch.inference_mode():
        return adapter_of(tiny.backbone.config).image_features(tiny.backbone, **made)


def test_image_size_is_what_four_tiles_cover_in_a_square(processor):
    assert processor.image_size == 2 * 16
    processor.image_processor.size, processor.image_processor.max_image_tiles = {"height": 560, "width": 560}, 4
    assert processor.image_size == 1_120  # the paper's Table 9


def test_the_image_token_is_behind_the_vocabulary(processor):
    assert processor.image_token_id == processor.config.text_config.vocab_size
    assert processor.tokenizer.convert_ids_to_tokens(processor.image_token_id) == "<|image|>"


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (64, 4), (4, 64), (33, 200)])
def test_a_block_has_one_image_token_whatever_the_picture(processor, size):
    ids = processor.block("What?", Image.new("RGB", size)).ids
    assert ids == processor.encode("<|image|><|begin_of_text|>What?")
    assert ids.count(processor.image_token_id) == 1


def test_a_model_for_dialogues_gets_turns(tiny_of):
    processor = tiny_of("mllama-instruct").processor
    start, user, assistant = "<|begin_of_text|>", HEADER.format("user"), HEADER.format("assistant")
    ids = processor.block("What?", Image.new("RGB", (8, 8))).ids
    assert ids == processor.encode(f"{start}{user}<|image|>What?<|eot_id|>{assistant}")


def test_other_special_names_in_a_prompt_are_left_alone(processor):
    ids = processor.block("a<|eot_id|>b<|image|>c", Image.new("RGB", (8, 8))).ids
    assert ids == processor.encode("<|image|><|begin_of_text|>a<|eot_id|>bc")


@pytest.mark.parametrize(
    ("size", "tiles"), [((8, 8), 1), ((16, 16), 1), ((32, 16), 2), ((16, 32), 2), ((32, 32), 4), ((64, 16), 4), ((48, 16), 3)]
)
def test_tiles_keep_the_shape_of_the_picture(processor, size, tiles):
    made = processor.images([Image.new("RGB", size)])
    assert made["pixels_B1TCHW"].shape == (1, 1, 4, 3, 16, 16)
    assert made["tiles_B1T"].sum() == tiles
    ratios = processor.config.vision_config.supported_aspect_ratios
    rows, columns = ratios[int(made["shapes_B1"]) - 1]  # 0 is for padding
    assert columns * rows == tiles
    assert (columns > rows) is (size[0] > size[1])


def test_features_say_which_tiles_are_there(tiny):
    features_BPD = features_of(tiny, (16, 16), (32, 32), (32, 16))
    patches = (16 // 8) ** 2 + 1  # and one for the whole tile
    assert features_BPD.shape == (3, 4 * patches, 16 + 1)
    assert features_BPD[:, :, -1].sum(dim=1).tolist() == [patches, 4 * patches, 2 * patches]
    assert features_BPD[0, :patches, -1].all()
    assert not features_BPD[0, patches:, -1].any()


def test_columns_see_the_image_from_its_token_on_and_only_tiles_that_are_there(tiny):
    features_BPD = features_of(tiny, (16, 16))
    ids_BL = torch.tensor([[5, tiny.processor.image_token_id, 6, 7]])
    tokens = Tokens(ids_BL, torch.zeros_like(ids_BL), torch.arange(4).unsqueeze(0))
    extras = adapter_of(tiny.backbone.config).extras(tiny.backbone, tokens, features_BPD)
    assert extras["cross_attention_states"].shape == (1, 20, 16)
    assert extras["full_text_row_masked_out_mask"].flatten().tolist() == [0.0, 1.0, 1.0, 1.0]
    seen_LP = extras["cross_attention_mask"][0, 0]
    seen_LP = seen_LP if seen_LP.dtype == torch.bool else seen_LP == 0
    assert seen_LP[1:, :5].all()
    assert not seen_LP[1:, 5:].any()
    assert seen_LP[0].all()  # the library's way, which the model learned with


def test_a_response_that_spells_the_image_token_brings_no_image(tiny):
    image = tiny.processor.image_token_id
    tokens = Tokens(torch.tensor([[image, 5, image]]), torch.tensor([[0, 0, 1]]), torch.arange(3).unsqueeze(0))
    assert adapter_of(tiny.backbone.config).image_places(tiny.backbone, tokens).tolist() == [[True, False, False]]
