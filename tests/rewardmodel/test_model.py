"""The reward model: loss by hand, gradients, and what its scores may depend on."""

import math

import pytest
import torch

from rewardmodel.config import Attention
from rewardmodel.model import TokenRewardModel, cloze_logits, cloze_loss, token_loss
from rewardmodel.packing import encode_block, encode_response, pack

TEXTS = ["A red dog sits on the grass.", "Two cats.", 'A sign reads "STOP".']


def logits_of(model: TokenRewardModel, processor, texts: list[str], pixels: torch.Tensor) -> list[torch.Tensor]:
    """Logits of each text, all in one row."""
    tokenizer = processor.tokenizer
    block = encode_block(tokenizer, "", processor.image_seq_length, processor.image_token_id)
    packed = pack([block], [[encode_response(tokenizer, text) for text in texts]], tokenizer.pad_token_id)
    with torch.inference_mode():
        logits_BL = model(model.image_features(pixels), packed.ids_BL, packed.segments_BL, packed.positions_BL)
    return [logits_BL[0, place.start : place.stop] for place in packed.places[0]]


@pytest.fixture
def pixels() -> torch.Tensor:
    return torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def test_token_loss_by_hand():
    logits_BL = torch.tensor([[0.0, math.log(3.0), 5.0]])  # probabilities 1/2, 3/4, -
    labels_BL = torch.tensor([[1, 0, -100]])
    assert token_loss(logits_BL, labels_BL).item() == pytest.approx((math.log(2) + math.log(4)) / 2)
    assert token_loss(logits_BL, labels_BL, bad_weight=3.0).item() == pytest.approx((math.log(2) + 3 * math.log(4)) / 4)


def test_ignored_tokens_carry_no_gradient():
    logits_BL = torch.zeros(1, 3, requires_grad=True)
    token_loss(logits_BL, torch.tensor([[1, -100, 0]])).backward()
    assert (logits_BL.grad != 0).tolist() == [[True, False, True]]


def test_token_loss_refuses_a_batch_without_labels():
    with pytest.raises(ValueError, match="no loss"):
        token_loss(torch.zeros(1, 2), torch.full((1, 2), -100))


def test_a_response_scores_the_same_alone_and_beside_others(tiny_model, tiny_processor, pixels):
    together = logits_of(tiny_model, tiny_processor, TEXTS, pixels)
    for text, logits_L in zip(TEXTS, together, strict=True):
        [alone_L] = logits_of(tiny_model, tiny_processor, [text], pixels)
        torch.testing.assert_close(logits_L, alone_L, atol=1e-5, rtol=1e-5)


def test_lookahead_sees_later_words_and_causal_does_not(tiny_model, tiny_processor, pixels):
    texts = ["A red dog sits.", "A red cat sits."]
    [dog_L], [cat_L] = (logits_of(tiny_model, tiny_processor, [text], pixels) for text in texts)
    assert abs(dog_L[1] - cat_L[1]) > 1e-6
    tiny_model.attention = Attention.CAUSAL
    [dog_L], [cat_L] = (logits_of(tiny_model, tiny_processor, [text], pixels) for text in texts)
    torch.testing.assert_close(dog_L[:2], cat_L[:2])


def test_scores_depend_on_the_image(tiny_model, tiny_processor, pixels):
    [one_L] = logits_of(tiny_model, tiny_processor, TEXTS[:1], pixels)
    [other_L] = logits_of(tiny_model, tiny_processor, TEXTS[:1], -pixels)
    assert (one_L - other_L).abs().max() > 1e-6


def test_model_learns_one_batch_by_heart(tiny_model, tiny_processor, pixels):
    tokenizer = tiny_processor.tokenizer
    block = encode_block(tokenizer, "", tiny_processor.image_seq_length, tiny_processor.image_token_id)
    packed = pack([block], [[encode_response(tokenizer, text) for text in TEXTS]], tokenizer.pad_token_id)
    labels_BL = torch.where(packed.segments_BL > 0, packed.ids_BL % 2, -100)
    optimizer = torch.optim.AdamW(tiny_model.parameters(), lr=1e-2)
    for _ in range(100):
        logits_BL = tiny_model(tiny_model.image_features(pixels), packed.ids_BL, packed.segments_BL, packed.positions_BL)
        loss = token_loss(logits_BL, labels_BL)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.01


def test_cloze_loss_by_hand():
    embeddings_VD = torch.eye(2) / 2**0.25
    hidden_BLD = torch.tensor([[[0.0, math.log(3.0)], [5.0, 5.0]]])  # the second class with probability 3/4
    assert cloze_loss(hidden_BLD, embeddings_VD, torch.tensor([[1, -100]])).item() == pytest.approx(math.log(4 / 3))


def test_cloze_logits_by_hand():
    embeddings_VD = torch.eye(16)[:3]
    assert cloze_logits(torch.arange(16.0).unsqueeze(0), embeddings_VD).tolist() == [[0.0, 2.0, 4.0]]  # 16^(1/4) times as much


def test_cloze_loss_without_targets_is_zero():
    assert cloze_loss(torch.ones(1, 2, 2), torch.eye(2), torch.full((1, 2), -100)).item() == 0.0
