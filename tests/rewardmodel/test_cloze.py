"""Guesses: what the model would itself put into a passage."""

import pytest
import torch
from PIL import Image

from rewardmodel.cloze import guesses, log_shares
from rewardmodel.perturbations.alternatives import applied
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.records import words
from rewardmodel.scoring import Scorer

TEXT = 'A red dog sits on the grass. A sign reads "STOP".'


@pytest.fixture
def scorer(tiny_checkpoint) -> Scorer:
    return Scorer.load(tiny_checkpoint, "cpu")


@pytest.fixture
def block(scorer):
    return scorer.read(Image.new("RGB", (40, 30), "red"), "")


def test_guesses_change_the_passage_alone_and_are_words(scorer, block):
    found = guesses(scorer, block, TEXT, (6, 9), count=5)
    assert 0 < len(found) <= 5
    texts = [applied(TEXT, edit) for edit in found]
    assert len(set(texts) - {TEXT}) == len(found)
    assert all(text.startswith("A red ") and text.endswith(TEXT[9:]) for text in texts)
    assert all(len(words(text)) == len(words(TEXT)) for text in texts)


def test_guesses_stay_inside_quotation_marks(scorer, block):
    start = TEXT.index("STOP")
    for edit in guesses(scorer, block, TEXT, (start, start + 4)):
        assert (edit.start, edit.end) == (start, start + 4)
        assert edit.text.isalnum()


def test_guesses_at_several_words_have_one_to_as_many(scorer, block):
    lengths = {len(edit.text.split()) for edit in guesses(scorer, block, TEXT, (2, 9), count=50)}
    assert {1, 2} <= lengths


def test_guesses_need_a_mask(scorer, block):
    scorer.processor.tokenizer.mask_token = None
    assert guesses(scorer, block, TEXT, (6, 9)) == []
    assert log_shares(scorer, block, TEXT, [Edit(6, 9, "cat")]) == [0.0]


def test_log_shares_rank_single_words_as_the_guesses_do(scorer, block):
    found = guesses(scorer, block, TEXT, (6, 9))
    shares = log_shares(scorer, block, TEXT, found)
    assert shares == sorted(shares, reverse=True)
    assert all(share < 0 for share in shares)


def test_log_shares_of_edits_alike_cost_one_reading(scorer, block):
    passes: list[int] = []
    scorer.model.backbone.language_model.register_forward_pre_hook(lambda *_: passes.append(1))
    log_shares(scorer, block, TEXT, [Edit(6, 9, "cats"), Edit(6, 9, "sign"), Edit(6, 9, "house"), Edit(2, 6, "")])
    assert len(passes) == 1


def test_log_share_of_a_deletion_is_that_of_certainty(scorer, block):
    assert log_shares(scorer, block, TEXT, [Edit(1, 5, "")]) == [0.0]


def test_guesses_leave_the_block_as_it_was(scorer, block):
    before = [layer.keys.clone() for layer in block.cache.layers]
    guesses(scorer, block, TEXT, (2, 9))
    assert all(torch.equal(keys, layer.keys) for keys, layer in zip(before, block.cache.layers, strict=True))
