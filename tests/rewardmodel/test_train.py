"""Training: LoRA's share, the loss's parts, and going on after an interruption."""

import json
from dataclasses import replace

import pytest
import torch

from rewardmodel import checkpoints
from rewardmodel.backbones import with_lora
from rewardmodel.config import TrainConfig
from rewardmodel.data import Collator, PictureBook
from rewardmodel.scenes import PICTURE_BOOK
from rewardmodel.train import RewardLearner, train

SMALL = TrainConfig(steps=4, images_per_step=2, responses_per_image=2, patch_weight=0.0, save_steps=2, warmup_steps=1, bf16=False)


@pytest.fixture
def lessons() -> PictureBook:
    return PictureBook(PICTURE_BOOK, 8, 2, 64, seed=0)


def state_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def changed(before: dict[str, torch.Tensor], model: torch.nn.Module) -> set[str]:
    return {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])}


def test_with_lora_trains_decoder_and_projector_only(tiny_model):
    backbone = with_lora(tiny_model.backbone, 4)
    trained = {name for name, weights in backbone.named_parameters() if weights.requires_grad}
    assert trained
    assert all("lora" in name for name in trained)
    assert any("multi_modal_projector" in name for name in trained)
    assert any("language_model" in name for name in trained)
    assert not any("vision_tower" in name for name in trained)


def test_train_with_lora_leaves_vision_encoder_and_embeddings_alone(tiny_checkpoint, lessons, tmp_path):
    start = checkpoints.load(tiny_checkpoint)
    before = state_of(start.model)
    train(start, lessons, [], config=replace(SMALL, lora_rank=4, lr=0.01), folder=tmp_path / "child")
    names = changed(before, start.model)
    assert "head.weight" in names
    assert any("language_model.layers.0" in name for name in names)
    assert any("multi_modal_projector" in name for name in names)
    assert not any("vision_tower" in name or "embed_tokens" in name for name in names)


def test_train_with_lora_writes_a_plain_checkpoint(tiny_checkpoint, lessons, tmp_path):
    start = checkpoints.load(tiny_checkpoint)
    train(start, lessons, [], config=replace(SMALL, lora_rank=4), folder=tmp_path / "child")
    child = checkpoints.load(tmp_path / "child")
    for name, tensor in start.model.state_dict().items():
        torch.testing.assert_close(child.model.state_dict()[name], tensor, atol=1e-3, rtol=1e-3, msg=name)
    assert child.card.training["lora_rank"] == 4
    assert child.card.threshold == 0.4  # nothing to choose by: the parent's


def test_loss_is_the_weighted_sum_of_its_parts(tiny_model, tiny_processor):
    lesson = PictureBook(PICTURE_BOOK, 1, 3, 64, seed=0)[0]
    lesson = replace(lesson, patches=lesson.patches[:, :4])  # the tiny encoder sees two by two patches
    learner = RewardLearner(tiny_model, tiny_processor, replace(SMALL, patch_weight=0.5, cloze_weight=0.25, referent_weight=2.0))
    parts = learner(**Collator(tiny_processor)([lesson]))
    weights = {"token_loss": 1.0, "patch_loss": 0.5, "cloze_loss": 0.25, "referent_loss": 2.0}
    assert parts["loss"].item() == pytest.approx(sum(weights[name] * parts[name].item() for name in weights), rel=1e-5)


def test_first_steps_may_train_the_patches_alone(tiny_model, tiny_processor):
    lesson = PictureBook(PICTURE_BOOK, 1, 3, 64, seed=0)[0]
    lesson = replace(lesson, patches=lesson.patches[:, :4])
    learner = RewardLearner(tiny_model, tiny_processor, replace(SMALL, patch_weight=0.5, patch_steps=10))
    assert set(learner(**Collator(tiny_processor)([lesson]))) == {"loss", "patch_loss"}


class Failing(PictureBook):
    """Lessons that end in a failure, as a machine that dies would."""

    given = 0

    def __getitem__(self, index):
        self.given += 1
        if self.given > 6:  # three steps of two
            raise RuntimeError("The power went out")
        return super().__getitem__(index)


def test_an_interrupted_training_goes_on_to_the_same_weights(tiny_checkpoint, lessons, tmp_path):
    whole = checkpoints.load(tiny_checkpoint)
    train(whole, lessons, [], config=SMALL, folder=tmp_path / "whole", progress=tmp_path / "whole.jsonl")
    with pytest.raises(RuntimeError, match="The power went out"):
        train(
            checkpoints.load(tiny_checkpoint),
            Failing(PICTURE_BOOK, 8, 2, 64, seed=0),
            [],
            config=SMALL,
            folder=tmp_path / "parts",
        )
    assert [state.name for state in (tmp_path / "parts" / "state").iterdir()] == ["checkpoint-2"]
    (tmp_path / "parts" / "state" / "checkpoint-3").mkdir()  # died in the midst of saving another
    resumed = checkpoints.load(tiny_checkpoint)
    train(resumed, lessons, [], config=SMALL, folder=tmp_path / "parts", progress=tmp_path / "parts.jsonl")
    assert not changed(whole.model.state_dict(), resumed.model)
    assert json.loads((tmp_path / "parts.jsonl").read_text().splitlines()[-1])["done"] == 4


def test_embeddings_take_smaller_steps(tiny_checkpoint, lessons, tmp_path):
    start = checkpoints.load(tiny_checkpoint)
    before = state_of(start.model)
    train(start, lessons, [], config=replace(SMALL, steps=1, warmup_steps=0, lr=0.01), folder=tmp_path / "child")
    steps = {name: (tensor - before[name]).abs().max().item() for name, tensor in start.model.state_dict().items()}
    assert steps["head.weight"] == pytest.approx(0.01, rel=0.05)
    assert steps["backbone.language_model.embed_tokens.weight"] == pytest.approx(0.01 / 16**0.5, rel=0.05)
