"""The learner: its loss by its parts, and the same gradient however the images of a step are dealt out."""

from dataclasses import replace

import pytest
import torch

from rewardmodel.align import GOOD
from rewardmodel.config import Teaching
from rewardmodel.data import Collator, Lesson, PictureBook
from rewardmodel.learner import OF_DRAWINGS, PARTS, SHARES, RewardLearner, with_shares
from rewardmodel.records import Span
from rewardmodel.scenes import PICTURE_BOOK

TEACHING = Teaching(responses_per_image=3, patch_weight=0.5, cloze_weight=0.25, referent_weight=2.0)


def drawn(count: int) -> list[Lesson]:
    """Lessons whose patches are those that the tiny encoder sees, two by two."""
    lessons = PictureBook(PICTURE_BOOK, count, 3, 64, seed=0)
    return [replace(lessons[number], patches=lessons[number].patches[:, :4]) for number in range(count)]


def test_loss_is_the_weighted_sum_of_its_parts(tiny_model, tiny_processor):
    learner = RewardLearner(tiny_model, tiny_processor, TEACHING)
    parts = learner(**Collator(tiny_processor)(drawn(1)))
    weights = {"token_loss": 1.0, "patch_loss": 0.5, "cloze_loss": 0.25, "referent_loss": 2.0}
    assert parts["loss"].item() == pytest.approx(sum(weights[name] * parts[name].item() for name in weights), rel=1e-5)


def test_masked_words_that_weigh_nothing_are_not_guessed(tiny_model, tiny_processor):
    learner = RewardLearner(tiny_model, tiny_processor, replace(TEACHING, cloze_weight=0.0))
    assert set(learner(**Collator(tiny_processor, clozes=False)(drawn(1)))) == {"loss", *PARTS} - {"cloze_loss"}


def test_a_model_learns_what_to_add_to_a_prior(tiny_model, tiny_processor):
    """Where the prior is sure and right, next to nothing is left to learn."""
    batch = Collator(tiny_processor)(drawn(2))
    alone, knowing = (
        RewardLearner(tiny_model, tiny_processor, TEACHING, prior=prior)
        for prior in (None, lambda batch: torch.where(batch["labels_BL"] == GOOD, 20.0, -20.0))
    )
    losses = [learner(**batch)["token_loss"].item() for learner in (alone, knowing)]
    assert losses[0] > 0.1
    assert losses[1] < 1e-6
    nothing = RewardLearner(tiny_model, tiny_processor, TEACHING, prior=lambda batch: torch.zeros(batch["labels_BL"].shape))
    assert nothing(**batch)["token_loss"].item() == pytest.approx(losses[0])


def test_first_steps_may_train_the_patches_alone(tiny_model, tiny_processor):
    learner = RewardLearner(tiny_model, tiny_processor, replace(TEACHING, patch_steps=10))
    assert set(learner(**Collator(tiny_processor)(drawn(1)))) == {"loss", "patch_loss"}
    learner.step = 10
    assert set(learner(**Collator(tiny_processor)(drawn(1)))) == {"loss", *PARTS}


def gradients(learner, batches) -> tuple[dict[str, float], dict[str, torch.Tensor]]:
    """The parts of the loss of one step in these batches, and the gradient that they leave."""
    learner.zero_grad()
    parts = dict.fromkeys(["loss", *PARTS], 0.0)
    for batch in with_shares(batches, TEACHING.bad_weight, lambda total: total):
        found = learner(**batch)
        found["loss"].backward()
        parts = {name: parts[name] + found[name].item() for name in parts}
    return parts, {name: weights.grad.clone() for name, weights in learner.named_parameters() if weights.grad is not None}


@pytest.mark.parametrize("sizes", [(2, 2), (1, 3), (1, 1, 1, 1)])
def test_a_step_has_the_same_gradient_in_any_passes(tiny_model, tiny_processor, sizes):
    learner, collator, lessons = RewardLearner(tiny_model, tiny_processor, TEACHING), Collator(tiny_processor), drawn(4)
    remaining = iter(lessons)
    passes = [collator([next(remaining) for _ in range(size)]) for size in sizes]
    whole, whole_gradients = gradients(learner, [collator(lessons)])
    parts, parts_gradients = gradients(learner, passes)
    assert parts == pytest.approx(whole, rel=1e-5)
    for name, gradient in whole_gradients.items():
        torch.testing.assert_close(parts_gradients[name], gradient, atol=1e-6, rtol=1e-4, msg=name)


def test_shares_of_a_step_in_one_pass_are_whole(tiny_processor):
    [batch] = with_shares([Collator(tiny_processor)(drawn(2))], 3.0, lambda total: total)
    for name, count in PARTS.items():
        assert batch[name + SHARES].tolist() == pytest.approx([1.0] * count)


def test_token_shares_by_hand(tiny_processor):
    collator, grey = Collator(tiny_processor), drawn(1)[0].image
    one = Lesson(grey, "", [("A red dog", (Span(2, 5),))])  # good, bad, good
    other = Lesson(grey, "", [("A red dog sits", ())])
    first, second = with_shares([collator([one]), collator([other])], 3.0, lambda total: total)
    assert first["token_loss" + SHARES].item() == pytest.approx(5 / 9)
    assert second["token_loss" + SHARES].item() == pytest.approx(4 / 9)
    [alone] = with_shares([collator([one])], 3.0, lambda total: total * 4)  # as if four processes had the same
    assert alone["token_loss" + SHARES].item() == pytest.approx(1 / 4)


def test_drawings_are_asked_for_more_only_where_all_pictures_of_a_step_are_drawings(tiny_processor):
    collator, [drawing] = Collator(tiny_processor), drawn(1)
    photograph = Lesson(drawing.image, "", [("A red dog", ())])
    alone, together = (
        with_shares(batches, 3.0, lambda total: total)[0]
        for batches in ([collator([drawing])], [collator([drawing]), collator([photograph])])
    )
    assert set(OF_DRAWINGS) <= set(alone)
    assert not set(OF_DRAWINGS) & set(together)
