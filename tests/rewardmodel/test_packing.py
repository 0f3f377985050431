"""Rows: one image block, many responses, and what each token may see."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.align import BAD, GOOD, IGNORED, verdict_labels
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


def test_naive_labels_are_one_verdict_a_response():
    packed = pack([[5, 6], [5]], [[ONE, TWO], [TWO]], 0)
    spans = [[[Span(0, 1)], []], [[Span(0, 1)]]]
    every_BL, naive_BL = (packed_labels(packed, [[ONE, TWO], [TWO]], spans, naive=naive) for naive in (False, True))
    for row, places in enumerate(packed.places):
        for place in places:
            labels = every_BL[row, place.start : place.stop].tolist()
            assert naive_BL[row, place.start : place.stop].tolist() == verdict_labels(labels)
    assert int((naive_BL != IGNORED).sum()) == 3


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


def test_pack_counts_on_behind_the_highest_position_of_a_block():
    packed = pack([[1, 1, 1]], [[ONE]], 0, [torch.tensor([0, 7, 2])])
    assert packed.positions_BL.tolist() == [[0, 7, 2, 8, 9]]


def test_pack_counts_in_as_many_axes_as_a_block_has():
    positions = torch.tensor([[0, 0, 0], [1, 2, 3]])
    packed = pack([[1, 1], [1]], [[ONE], [TWO]], 0, [positions, torch.tensor([[5, 5, 5]])])
    assert packed.positions_BL.shape == (2, 4, 3)
    assert packed.positions_BL[0].tolist() == [[0, 0, 0], [1, 2, 3], [4, 4, 4], [5, 5, 5]]
    assert packed.positions_BL[1].tolist() == [[5, 5, 5], [6, 6, 6], [0, 0, 0], [0, 0, 0]]


def test_pack_takes_rows_without_responses_and_without_a_block():
    packed = pack([[1, 1], []], [[], [TWO, ONE]], 9)
    assert packed.ids_BL.tolist() == [[1, 1, 9], [13, 11, 12]]
    assert packed.places == [[], [range(1), range(1, 3)]]
    assert packed.positions_BL[1].tolist() == [0, 0, 1]


def test_pack_refuses_responses_without_a_block():
    with pytest.raises(ValueError, match="longer"):
        pack([[1]], [[ONE], [TWO]], 0)


@given(st.lists(st.tuples(st.integers(1, 4), st.lists(st.integers(1, 3), max_size=3)), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_a_row_keeps_every_token_and_each_response_counts_from_its_block(rows):
    blocks = [[7] * length for length, _ in rows]
    responses = [[EncodedResponse(list(range(10, 10 + size)), [(0, 1)] * size) for size in sizes] for _, sizes in rows]
    packed = pack(blocks, responses, pad_id=0)
    for number, (length, sizes) in enumerate(rows):
        kept = packed.segments_BL[number] >= 0
        assert int(kept.sum()) == length + sum(sizes)
        assert not packed.ids_BL[number][~kept].any()
        for place, response in zip(packed.places[number], responses[number], strict=True):
            columns = slice(place.start, place.stop)
            assert packed.ids_BL[number, columns].tolist() == response.ids
            assert packed.positions_BL[number, columns].tolist() == list(range(length, length + len(response.ids)))


def test_a_causal_block_sees_what_came_before_and_what_belongs_together():
    packed = pack([[1, 1, 1]], [[TWO]], pad_id=0)
    alone = visible(packed.segments_BL, Attention.CAUSAL, None)[0, 0].int().tolist()
    assert alone == [[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]
    together = visible(packed.segments_BL, Attention.CAUSAL, torch.tensor([[True, True, False, False]]))[0, 0].int().tolist()
    assert together == [[1, 1, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]]


def test_a_lead_is_encoded_and_covers_nothing_of_the_response(tiny_processor):
    plain, led = (encode_response(tiny_processor.tokenizer, "A red dog.", lead) for lead in ("", "Two cats. "))
    texts = ["A red dog."[start:end] for start, end in led.offsets]
    assert "".join(texts) == "Areddog."
    assert len(led.ids) > len(plain.ids)


def test_an_empty_response_has_no_token(tiny_processor):
    assert encode_response(tiny_processor.tokenizer, "") == EncodedResponse([], [])
