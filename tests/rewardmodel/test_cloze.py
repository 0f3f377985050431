"""Guesses: what the model would itself put into a passage."""

from dataclasses import replace

import pytest
import torch
from PIL import Image

from rewardmodel.cloze import WORD_MARK, guesses, log_shares, spoken_pieces
from rewardmodel.perturbations.alternatives import applied
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.records import words
from rewardmodel.scoring import Scorer

TEXT = 'A red dog sits on the grass. A sign reads "STOP".'


@pytest.fixture
def scorer(tiny_checkpoint) -> Scorer:
    loaded = Scorer.load(tiny_checkpoint, "cpu")
    loaded.card = replace(loaded.card, guesses=True)
    return loaded


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


def test_guesses_need_a_model_that_learned_them(scorer, block):
    scorer.card = replace(scorer.card, guesses=False)  # as a pretrained one whose tokenizer happens to have a mask
    assert guesses(scorer, block, TEXT, (6, 9)) == []
    assert log_shares(scorer, block, TEXT, [Edit(6, 9, "cat")]) == [0.0]


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


@pytest.mark.parametrize("passage", [(0, 1), (2, 5), (6, 9)])
def test_guesses_never_bring_a_space_of_their_own(scorer, block, passage):
    for edit in guesses(scorer, block, TEXT, passage, count=5):
        made = applied(TEXT, edit)
        assert "  " not in made
        assert made.endswith(TEXT[passage[1] :])
        assert edit.text == edit.text.strip() != ""


def test_more_guesses_begin_with_the_same_ones(scorer, block):
    few, many = (guesses(scorer, block, TEXT, (6, 9), count=count) for count in (3, 8))
    assert many[: len(few)] == few


def test_no_edits_have_no_shares(scorer, block):
    assert log_shares(scorer, block, TEXT, []) == []


def test_log_shares_stay_with_their_edits(scorer, block):
    edits = [Edit(6, 9, "cats"), Edit(2, 5, "red dog"), Edit(1, 5, ""), Edit(6, 9, "house")]
    shares = log_shares(scorer, block, TEXT, edits)
    assert log_shares(scorer, block, TEXT, edits[::-1]) == pytest.approx(shares[::-1], abs=1e-5)
    assert [log_shares(scorer, block, TEXT, [edit])[0] for edit in edits] == pytest.approx(shares, abs=1e-5)


def test_spoken_pieces_are_letters_and_digits_and_no_special_token(scorer):
    tokenizer = scorer.processor.tokenizer
    spoken_V, opening_V = spoken_pieces(tokenizer)
    pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
    assert len(spoken_V) == len(opening_V) == len(pieces)
    assert not spoken_V[tokenizer.all_special_ids].any()
    assert all(piece.lstrip(WORD_MARK).isalnum() for piece, is_spoken in zip(pieces, spoken_V.tolist(), strict=True) if is_spoken)
    assert [piece[0] == WORD_MARK for piece in pieces] == opening_V.tolist()
