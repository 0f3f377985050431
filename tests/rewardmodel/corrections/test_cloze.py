"""The corrector without an endpoint, on the shipped checkpoint and on one that learned nothing."""

from dataclasses import replace

import pytest

from rewardmodel import checkpoints
from rewardmodel.checkpoints import SHIPPED, Card
from rewardmodel.corrections.cases import Case, Guidance, Scored
from rewardmodel.corrections.cloze import ClozeCorrector
from rewardmodel.records import words
from rewardmodel.scenes import PICTURE_BOOK
from rewardmodel.scenes.samples import picturebook_records
from rewardmodel.scoring import Scorer


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer.load(SHIPPED)


@pytest.fixture(scope="module")
def record():
    """A clean record of a drawing."""
    return next(picturebook_records(PICTURE_BOOK, "test", 1))


def flagged(record, *passages: str) -> Case:
    values = [0.1 if record.response[start:end] in passages else 0.9 for start, end in words(record.response)]
    return Case(record, Scored(record.response, values, 0.5))


def test_a_flagged_word_is_guessed_from_the_picture(scorer, record):
    colour = next(word for word in record.response.split() if word in {"red", "blue", "green", "white", "black", "purple"})
    wrong = replace(record, response=record.response.replace(colour, "orange", 1))
    assert list(ClozeCorrector(scorer).answers([flagged(wrong, "orange")], Guidance.GUIDED)) == [record.response]


def test_nothing_is_changed_but_what_is_flagged(scorer, record):
    first = record.response.split()[-1].strip('."')
    [answer] = ClozeCorrector(scorer).answers([flagged(record, first)], Guidance.GUIDED)
    changed = [new for old, new in zip(record.response.split(), answer.split(), strict=True) if old != new]
    assert len(changed) <= 1


def test_without_guidance_a_wide_margin_changes_nothing(scorer, record):
    assert list(ClozeCorrector(scorer, margin=1e30).answers([flagged(record)], Guidance.NAIVE)) == [record.response]


def test_without_guidance_the_words_are_found_by_their_likelihood(scorer, record):
    [answer] = ClozeCorrector(scorer, margin=0.0).answers([flagged(record)], Guidance.NAIVE)  # the likeliest word everywhere
    assert len(answer.split()) == len(record.response.split())
    colour = next(word for word in record.response.split() if word in {"red", "blue", "green", "white", "black", "purple"})
    wrong = replace(record, response=record.response.replace(colour, "orange", 1))
    [answer] = ClozeCorrector(scorer).answers([flagged(wrong)], Guidance.NAIVE)
    assert "orange" not in answer


@pytest.mark.parametrize("guesses", [False, True])
def test_what_never_learned_to_guess_or_has_no_mask_cannot(tiny_model, tiny_processor, tmp_path, guesses):
    checkpoints.save(tmp_path, tiny_model, tiny_processor, Card(guesses=guesses))
    scorer = Scorer.load(tmp_path)
    if guesses:
        scorer.processor.tokenizer.mask_token = None
    with pytest.raises(ValueError, match="never learned to guess masked words"):
        ClozeCorrector(scorer)
