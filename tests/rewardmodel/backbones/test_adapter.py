"""What all families share: sizes of pictures, image places, masks by position, and prompts that bring no image."""

from types import SimpleNamespace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from rewardmodel.backbones import load_processor
from rewardmodel.backbones.adapter import Adapter, Block, Tokens, additive, shown
from rewardmodel.backbones.paligemma import PaliGemma

# a block of three columns, then two responses of two tokens each: the second one's positions go on behind the block as well
SEGMENTS, POSITIONS = [0, 0, 0, 1, 1, 2, 2], [0, 1, 2, 3, 4, 3, 4]


def tokens_of(segments: list[int], positions: list[int]) -> Tokens:
    return Tokens(torch.zeros(1, len(segments), dtype=torch.long), torch.tensor([segments]), torch.tensor([positions]))


def decoder_with(window: int | None, attention: str = "sdpa") -> SimpleNamespace:
    layers = ["full_attention"] if window is None else ["sliding_attention", "full_attention"]
    return SimpleNamespace(config=SimpleNamespace(_attn_implementation=attention, layer_types=layers, sliding_window=window))


def test_features_are_shown_without_the_zeros_that_pad_a_row():
    features_BPD = torch.tensor([[[1.0, 1.0], [2.0, 2.0], [0.0, 0.0]], [[3.0, 3.0], [4.0, 4.0], [5.0, 5.0]]])
    places_BL = torch.tensor([[True, True, False, False], [True, False, True, True]])
    assert shown(features_BPD, places_BL)[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert shown(features_BPD, torch.zeros(2, 4, dtype=torch.bool)).shape == (0, 2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_an_additive_mask_is_nothing_where_it_sees_and_the_least_there_is_elsewhere(dtype):
    mask = additive(torch.tensor([[[[True, False]]]]), dtype)
    assert mask.dtype == dtype
    assert mask.flatten().tolist() == [0.0, torch.finfo(dtype).min]


def test_one_mask_is_enough_without_a_window():
    seen_B1LK = torch.ones(1, 1, 7, 7, dtype=torch.bool).tril()
    tokens = tokens_of(SEGMENTS, POSITIONS)
    assert Adapter().masks(decoder_with(None), seen_B1LK, tokens, None, torch.float32) is seen_B1LK
    eager = Adapter().masks(decoder_with(None, "eager"), seen_B1LK, tokens, None, torch.float32)
    assert torch.equal(eager == 0, seen_B1LK)


@pytest.mark.parametrize("adapter", [Adapter(), PaliGemma()])
def test_a_window_counts_positions_not_columns(adapter):
    everything_B1LK = torch.ones(1, 1, 7, 7, dtype=torch.bool)
    masks = adapter.masks(decoder_with(2), everything_B1LK, tokens_of(SEGMENTS, POSITIONS), None, torch.float32)
    near_LK = masks["sliding_attention"][0, 0]
    assert near_LK[5].tolist() == [False, False, True, True, True, True, True]  # position 3 sees 2 and what is not before it
    assert near_LK[6].tolist() == [False, False, False, True, True, True, True]
    assert near_LK[2].tolist() == [adapter.block_has_no_window, True, True, True, True, True, True]
    assert masks["full_attention"] is everything_B1LK


def test_a_window_never_shows_what_the_mask_hides():
    seen_B1LK = torch.ones(1, 1, 7, 7, dtype=torch.bool).tril()
    masks = Adapter().masks(decoder_with(3), seen_B1LK, tokens_of(SEGMENTS, POSITIONS), None, torch.float32)
    assert not (masks["sliding_attention"] & ~seen_B1LK).any()


def test_a_window_reaches_back_into_a_block_that_was_read_before():
    whole, rest = tokens_of(SEGMENTS[:5], POSITIONS[:5]), tokens_of(SEGMENTS[3:5], POSITIONS[3:5])
    block = Block(tokens_of(SEGMENTS[:3], POSITIONS[:3]), torch.zeros(1, 0, 2), None)
    at_once = Adapter().masks(decoder_with(3), torch.ones(1, 1, 5, 5, dtype=torch.bool), whole, None, torch.float32)
    later = Adapter().masks(decoder_with(3), torch.ones(1, 1, 2, 5, dtype=torch.bool), rest, block, torch.float32)
    assert torch.equal(later["sliding_attention"], at_once["sliding_attention"][:, :, 3:])


@pytest.mark.parametrize(("positions", "following"), [([0, 1, 2], 3), ([0, 5, 2], 6)])
def test_a_response_goes_on_behind_the_highest_position_of_its_block(positions, following):
    assert Block(tokens_of([0, 0, 0], positions), torch.zeros(1, 0, 2), None).next_position == following


def test_image_places_are_those_of_the_block_and_never_of_a_response():
    backbone = SimpleNamespace(config=SimpleNamespace(image_token_id=9))
    tokens = Tokens(torch.tensor([[9, 9, 4, 9, 9]]), torch.tensor([[0, 0, 0, 1, -1]]), torch.arange(5).unsqueeze(0))
    assert Adapter().image_places(backbone, tokens).tolist() == [[True, True, False, False, False]]


@given(st.text().filter(lambda text: "<image>" not in text))
@settings(max_examples=30, deadline=None)
def test_a_prompt_without_an_image_token_is_harmless_as_it_is(tiny_processor, text):
    assert tiny_processor.harmless(text) == text


@given(st.lists(st.sampled_from(["<image>", "<ima", "ge>", "<", "image", ">", "a ", "?"]), max_size=12).map("".join))
@settings(max_examples=50, deadline=None)
def test_no_prompt_brings_an_image_of_its_own(tiny_processor, text):
    assert "<image>" not in tiny_processor.harmless(text)
    block = tiny_processor.block(text, Image.new("RGB", (4, 4))).ids
    assert block.count(tiny_processor.image_token_id) == tiny_processor.image_seq_length


def test_rows_are_padded_with_nought_where_the_tokenizer_knows_no_padding(tiny_of):
    processor = tiny_of("qwen3_vl").processor
    processor.tokenizer.pad_token = None
    blocks = [processor.block("", Image.new("RGB", size)) for size in ((8, 8), (32, 32))]
    packed = processor.pack(blocks, [[], []])
    padding = packed.segments_BL == -1
    assert padding[0].any()
    assert packed.ids_BL[padding].unique().tolist() == [0]


@pytest.mark.parametrize(
    ("missing", "reason"), [("tokenizer.json", "has no vocabulary."), ("preprocessor_config.json", "preprocessor_config.json")]
)
def test_a_processor_says_which_part_is_missing(tiny_checkpoint, missing, reason):
    (tiny_checkpoint / missing).unlink()
    with pytest.raises(OSError, match=reason):
        load_processor(str(tiny_checkpoint))
