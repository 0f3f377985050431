r"""Puts one image, its prompt and any number of responses into one row, so that the image block is computed once.

A row is `[image patches][<bos> prompt \\n][response 1][response 2]…[padding]`. The image and prompt form the block, segment 0;
the responses are segments 1, 2, … Each response sees the block and itself, and its positions follow the block's, so that its
scores are those of the response alone.

Dimension key: B rows, L row length, R responses, X position axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from rewardmodel.align import IGNORED, token_labels, trimmed_offsets, verdict_labels
from rewardmodel.config import Attention
from rewardmodel.records import Span

PADDING = -1  # segment number of what pads a row


@dataclass(frozen=True, slots=True)
class EncodedResponse:
    """The tokens of one response and the half-open code point range that each covers, white space trimmed."""

    ids: list[int]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Packed:
    """A batch of rows on their way to the model. All tensors are (B, L), positions (B, L, 3) where a family counts in three axes.

    `places[row][response]` are token columns.
    """

    ids_BL: Tensor
    segments_BL: Tensor
    positions_BL: Tensor
    places: list[list[range]]


def encode_response(tokenizer: PreTrainedTokenizerBase, response: str, lead: str = "") -> EncodedResponse:
    """The response's tokens without special ones; the same ids as in any other place of the row.

    `lead` is text that a prompt form puts before a response. Offsets count from the response's own first character.
    """
    encoded = tokenizer(lead + response, add_special_tokens=False, return_offsets_mapping=True)
    offsets = [(max(start - len(lead), 0), max(end - len(lead), 0)) for start, end in encoded["offset_mapping"]]
    return EncodedResponse(encoded["input_ids"], trimmed_offsets(response, offsets))


def encode_block(tokenizer: PreTrainedTokenizerBase, prompt: str, image_tokens: int, image_token_id: int) -> list[int]:
    """PaliGemma's prefix: the image's places, then `<bos>`, the prompt and a line break."""
    text = tokenizer(f"{tokenizer.bos_token}{prompt}\n", add_special_tokens=False)["input_ids"]
    return [image_token_id] * image_tokens + list(text)


def pack(
    blocks: Sequence[Sequence[int]],
    responses: Sequence[Sequence[EncodedResponse]],
    pad_id: int,
    block_positions: Sequence[Tensor] | None = None,
) -> Packed:
    """Rows of token ids from blocks and the responses that belong to each.

    The positions of a block count from 0 unless they are given, (L,) or (L, X) for each; a response goes on behind the highest.
    """
    length = max(len(block) + sum(len(r.ids) for r in row) for block, row in zip(blocks, responses, strict=True))
    ids_BL = torch.full((len(blocks), length), pad_id)
    segments_BL = torch.full((len(blocks), length), PADDING)
    positions = block_positions or [torch.arange(len(block)) for block in blocks]
    positions_BL = torch.zeros((len(blocks), length, *positions[0].shape[1:]), dtype=torch.long)
    places: list[list[range]] = []
    for number, (block, row) in enumerate(zip(blocks, responses, strict=True)):
        here = len(block)
        ids_BL[number, :here] = torch.tensor(block)
        segments_BL[number, :here] = 0
        positions_BL[number, :here] = positions[number]
        first = int(positions[number].max()) + 1 if here else 0
        places.append([])
        for segment, response in enumerate(row, start=1):
            place = range(here, here + len(response.ids))
            columns = slice(place.start, place.stop)
            ids_BL[number, columns] = torch.tensor(response.ids, dtype=torch.long)
            segments_BL[number, columns] = segment
            counted_L = torch.arange(first, first + len(place))
            positions_BL[number, columns] = counted_L.view(-1, *[1] * (positions_BL.ndim - 2))
            places[-1].append(place)
            here = place.stop
    return Packed(ids_BL, segments_BL, positions_BL, places)


def packed_labels(
    packed: Packed,
    responses: Sequence[Sequence[EncodedResponse]],
    spans: Sequence[Sequence[Sequence[Span]]],
    *,
    naive: bool = False,
) -> Tensor:
    """GOOD, BAD or IGNORED for every column, (B, L); the block and the padding are IGNORED.

    `naive` labels the last token of a response alone, with the verdict on all of it (the paper's baseline).
    """
    labels_BL = torch.full_like(packed.ids_BL, IGNORED)
    for row, (row_responses, row_spans) in enumerate(zip(responses, spans, strict=True)):
        for place, response, bad in zip(packed.places[row], row_responses, row_spans, strict=True):
            labels = token_labels(response.offsets, bad)
            told = verdict_labels(labels) if naive else labels
            labels_BL[row, place.start : place.stop] = torch.tensor(told, dtype=torch.long)
    return labels_BL


def visible(segments_BL: Tensor, attention: Attention, together_BL: Tensor | None) -> Tensor:
    """Which column (last dimension) each column (last but one) may see, boolean, (B, 1, L, L).

    The block sees the block up to the reading token, and its columns in `together_BL` see each other in both directions. A
    response sees the block and itself: wholly (lookahead) or up to the reading token (causal). Padding sees only padding, which
    keeps its softmax defined.
    """
    reader_BL1, read_B1L = segments_BL.unsqueeze(2), segments_BL.unsqueeze(1)
    column_L = torch.arange(segments_BL.shape[1], device=segments_BL.device)
    earlier_BLL = (column_L.unsqueeze(0) <= column_L.unsqueeze(1)) | (reader_BL1 < 0)
    if together_BL is not None:
        earlier_BLL = earlier_BLL | (together_BL.unsqueeze(2) & together_BL.unsqueeze(1))
    if attention is Attention.LOOKAHEAD:
        earlier_BLL = earlier_BLL | (reader_BL1 > 0)
    block_BLL = (read_B1L == 0) & (reader_BL1 > 0)
    return ((reader_BL1 == read_B1L) & earlier_BLL | block_BLL).unsqueeze(1)
