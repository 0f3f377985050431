"""Rows: one image block, many responses, and what each token may see."""

import torch

from rewardmodel.align import BAD, GOOD, IGNORED
from rewardmodel.config import Attention
from rewardmodel.packing import EncodedResponse, encode_block, encode_response, pack, packed_labels, visible
from rewardmodel.records import Span

ONE = EncodedResponse([11, 12], [(0, 1), (2, 5)])
TWO = EncodedResponse([13], [(0, 3)])


def test_pack_puts_responses_behind_their_block():
    packed = pack([[1, 1, 2], [1, 1]], [[ONE, TWO], [TWO]], pad_id=0)
    assert packed.ids_BL.tolist() == [[1, 1, 2, 11, 12, 13], [1, 1, 13, 0, 0, 0]]
    assert packed.segments_BL.tolist() == [[0, 0, 0, 1, 1, 2], [0, 0, 1, -1, -1, -1]]
    assert packed.positions_BL.tolist() == [[0, 1, 2, 3, 4, 3], [0, 1, 2, 0, 0, 0]]
    assert packed.places == [[range(3, 5), range(5, 6)], [range(2, 3)]]


def test_packed_labels_belong_to_responses_only():
    packed = pack([[1, 1, 2], [1, 1]], [[ONE, TWO], [TWO]], pad_id=0)
    labels_BL = packed_labels(packed, [[ONE, TWO], [TWO]], [[[Span(3, 4)], []], [[Span(0, 1)]]])
    assert labels_BL.tolist() == [[IGNORED] * 3 + [GOOD, BAD, GOOD], [IGNORED] * 2 + [BAD] + [IGNORED] * 3]


def seen(attention: Attention) -> list[list[int]]:
    packed = pack([[1, 1], [1]], [[ONE, TWO], [ONE]], pad_id=0)
    return visible(packed.segments_BL, attention, packed.segments_BL == 0).int().squeeze(1).tolist()


def test_visible_in_lookahead_is_the_block_and_the_whole_own_response():
    assert seen(Attention.LOOKAHEAD)[0] == [
        [1, 1, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [1, 1, 1, 1, 0],
        [1, 1, 1, 1, 0],
        [1, 1, 0, 0, 1],
    ]


def test_visible_in_causal_is_the_block_and_the_own_response_so_far():
    assert seen(Attention.CAUSAL)[0][2:4] == [[1, 1, 1, 0, 0], [1, 1, 1, 1, 0]]


def test_visible_block_is_bidirectional_in_both():
    for attention in Attention:
        assert seen(attention)[0][0] == [1, 1, 0, 0, 0]


def test_padding_is_seen_by_no_token_of_the_row():
    for attention in Attention:
        row = torch.tensor(seen(attention)[1])
        assert row[:3, 3:].sum() == 0
        assert row.diagonal().tolist() == [1] * 5


def test_encode_response_trims_the_space_before_a_word(tiny_processor):
    text = "A red dog."
    encoded = encode_response(tiny_processor.tokenizer, text)
    assert [text[start:end] for start, end in encoded.offsets] == ["A", "red", "dog", "."]


def test_encode_response_covers_every_character_of_unknown_scripts(tiny_processor):
    text = "Ein 👩‍👧 見る ß"
    covered = {place for start, end in encode_response(tiny_processor.tokenizer, text).offsets for place in range(start, end)}
    assert covered == {place for place, character in enumerate(text) if not character.isspace()}


def test_encode_block_has_the_images_places_first(tiny_processor):
    tokenizer = tiny_processor.tokenizer
    block = encode_block(tokenizer, "Describe the picture.", 4, 99)
    assert block[:4] == [99] * 4
    assert block[4] == tokenizer.bos_token_id
    assert tokenizer.decode(block[5:]) == "Describe the picture.\n"
