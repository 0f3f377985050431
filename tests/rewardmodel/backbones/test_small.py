"""The small PaliGemma: its tokenizer's pieces, its pictures and its sizes."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rewardmodel import backbones
from rewardmodel.backbones.small import SPECIAL
from rewardmodel.config import SmallBackbone
from tests.rewardmodel.conftest import CORPUS, TINY


def pieces(processor, text: str) -> list[str]:
    return processor.tokenizer.convert_ids_to_tokens(processor.encode(text))


def test_special_tokens_come_first_in_their_order(tiny_processor):
    assert tiny_processor.tokenizer.convert_ids_to_tokens(range(len(SPECIAL))) == list(SPECIAL)
    assert tiny_processor.tokenizer.padding_side == "right"
    assert tiny_processor.image_token_id == SPECIAL.index("<image>")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="▁\r"), max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_from_its_tokens(tiny_processor, text):
    assert tiny_processor.tokenizer.decode(tiny_processor.encode(text)) == text


def test_a_word_with_the_space_before_it_is_one_piece(tiny_processor):
    assert pieces(tiny_processor, "A red dog sits on the grass") == ["A", "▁red", "▁dog", "▁sits", "▁on", "▁the", "▁grass"]


def test_punctuation_stands_alone_and_a_word_is_the_same_inside_quotes(tiny_processor):
    assert pieces(tiny_processor, 'reads "STOP".')[-4:] == ['"', "STOP", '"', "."]
    assert "STOP" in pieces(tiny_processor, "(STOP)")


def test_what_the_corpus_never_had_is_spelled_in_bytes(tiny_processor):
    assert pieces(tiny_processor, "ß") == ["<0xC3>", "<0x9F>"]


def test_special_names_in_a_text_are_special_tokens(tiny_processor):
    assert tiny_processor.encode("<bos>") == [tiny_processor.tokenizer.bos_token_id]
    assert tiny_processor.encode("") == []


def test_the_same_corpus_gives_the_same_tokenizer(tiny_processor):
    again = backbones.small_processor(CORPUS, TINY)
    assert again.tokenizer.get_vocab() == tiny_processor.tokenizer.get_vocab()


def test_the_vocabulary_is_no_larger_than_wanted():
    text = [" ".join(f"w{number}x{number * 7}" for number in range(500))]
    learned = {token for token in backbones.small_processor(text, TINY, 400).tokenizer.get_vocab() if not token.startswith("<")}
    assert len(learned) <= 400 - len(SPECIAL) - 256


def test_a_block_is_image_beginning_prompt_and_line_break(tiny_processor):
    ids = tiny_processor.block("Two cats", Image.new("RGB", (3, 9))).ids
    assert ids == [tiny_processor.image_token_id] * 4 + tiny_processor.encode("<bos>Two cats\n")


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (31, 33), (32, 32)])
def test_pictures_of_any_shape_become_squares_from_minus_one_to_one(tiny_processor, size):
    made = tiny_processor.images([Image.new("RGB", size, (255, 0, 51))])["pixels_BCHW"]
    assert made.shape == (1, 3, 32, 32)
    torch.testing.assert_close(made[0, :, 16, 16], torch.tensor([1.0, -1.0, -0.6]))  # 51 / 255 = 0.2


@pytest.mark.parametrize(("image_size", "patch_size", "places"), [(32, 16, 4), (64, 16, 16), (64, 32, 4)])
def test_there_is_a_place_for_every_patch(image_size, patch_size, places):
    size = replace(TINY, image_size=image_size, patch_size=patch_size)
    processor = backbones.small_processor(CORPUS, size)
    backbone = backbones.small_backbone(processor, size)
    assert (processor.image_size, processor.image_seq_length) == (image_size, places)
    pixels = processor.images([Image.new("RGB", (5, 5))] * 2)
    with torch.inference_mode():
        features_BPD = backbones.adapter_of(backbone.config).image_features(backbone, **pixels)
    assert features_BPD.shape == (2, places, size.decoder_width)


def test_the_backbone_has_the_sizes_that_are_asked_for(tiny_processor):
    size = SmallBackbone(
        image_size=32, patch_size=16, vision_layers=3, vision_width=24, decoder_layers=2, decoder_width=32, heads=4
    )
    config = backbones.small_backbone(tiny_processor, size).config
    text, vision = config.text_config, config.vision_config
    assert (vision.num_hidden_layers, vision.hidden_size, vision.intermediate_size, vision.num_attention_heads) == (3, 24, 96, 4)
    assert (text.num_hidden_layers, text.hidden_size, text.intermediate_size, text.head_dim) == (2, 32, 96, 8)
    assert text.vocab_size == len(tiny_processor.tokenizer)
    assert (text.pad_token_id, text.eos_token_id, text.bos_token_id) == (0, 1, 2)
    assert backbones.hidden_size(backbones.small_backbone(tiny_processor, size)) == 32


def test_weights_are_those_of_the_seed(tiny_processor):
    def weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        return backbones.small_backbone(tiny_processor, TINY).get_input_embeddings().weight

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))
