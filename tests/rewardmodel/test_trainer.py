"""The trainer: gentle steps for embeddings by hand, means of the loss's parts, and measuring."""

import math

import pytest
import torch
from PIL import Image
from torch.optim import SGD, AdamW
from transformers import TrainerCallback

from rewardmodel.checkpoints import Card
from rewardmodel.config import Optimisation, Teaching
from rewardmodel.curves import rows_of
from rewardmodel.data import Collator, Lesson
from rewardmodel.evaluate import judge
from rewardmodel.learner import RewardLearner
from rewardmodel.metrics import best_threshold, map_neg
from rewardmodel.records import Record, Span
from rewardmodel.scoring import Scorer
from rewardmodel.taxonomy import Kind
from rewardmodel.train import trainer_arguments
from rewardmodel.trainer import LEAST_OF_EACH, RewardTrainer, Validation, with_gentle_embeddings

RED, BLUE = (Image.new("RGB", (32, 32), colour) for colour in ("red", "blue"))
RECORDS = [
    Record(RED, "", "A red dog sits on the grass."),
    Record(RED, "", "Two cats are left of the house.", (Span(4, 8, Kind.OBJECT),)),
    Record(BLUE, "", "A red house.", (Span(2, 5, Kind.ATTRIBUTE),)),
]


def settings_of(group) -> dict:
    return {name: value for name, value in group.items() if name != "params"}


def test_embeddings_get_a_group_of_their_own_with_smaller_steps(tiny_model):
    weights = tiny_model.backbone.get_input_embeddings().weight
    rest = [one for one in tiny_model.backbone.parameters() if one is not weights]
    optimizer = AdamW([{"params": [*rest[:3], weights], "weight_decay": 0.3}, {"params": rest[3:]}], lr=0.08, betas=(0.8, 0.98))
    assert with_gentle_embeddings(optimizer, tiny_model.backbone) is optimizer
    first, second, third = optimizer.param_groups
    assert [len(group["params"]) for group in (first, second, third)] == [3, len(rest) - 3, 1]
    assert third["params"][0] is weights
    assert third["lr"] == pytest.approx(0.08 / math.sqrt(16))  # 16 units a token
    assert settings_of(third) == settings_of(first) | {"lr": third["lr"]}  # all else as in the group that they came from
    assert (first["lr"], second["lr"]) == (0.08, 0.08)


def test_every_weight_is_in_one_group_whatever_the_order(tiny_model):
    weights = list(tiny_model.backbone.parameters())
    for order in (weights, weights[::-1]):
        optimizer = with_gentle_embeddings(SGD(order, lr=1.0), tiny_model.backbone)
        found = [id(one) for group in optimizer.param_groups for one in group["params"]]
        assert sorted(found) == sorted(map(id, weights))


def test_an_optimiser_without_the_embeddings_stays_as_it_is(tiny_model):
    optimizer = with_gentle_embeddings(SGD(tiny_model.head.parameters(), lr=1.0), tiny_model.backbone)
    assert len(optimizer.param_groups) == 1


def test_a_step_of_the_embeddings_is_that_much_smaller(tiny_model):
    embeddings, other = tiny_model.backbone.get_input_embeddings().weight, tiny_model.head.weight
    before = embeddings.detach().clone(), other.detach().clone()
    optimizer = with_gentle_embeddings(SGD([embeddings, other], lr=0.4), tiny_model.backbone)
    embeddings.grad, other.grad = torch.ones_like(embeddings), torch.ones_like(other)
    optimizer.step()
    torch.testing.assert_close(before[0] - embeddings.detach(), torch.full_like(embeddings, 0.1))
    torch.testing.assert_close(before[1] - other.detach(), torch.full_like(other, 0.4))


def validation_of(processor, records, threshold: float = 0.4) -> Validation:
    return Validation(records, processor, Card(threshold=threshold))


def test_measuring_is_what_an_evaluation_would_give(tiny_model, tiny_processor):
    learner = RewardLearner(tiny_model, tiny_processor, Teaching())
    learner.train()
    records = RECORDS * LEAST_OF_EACH
    found = validation_of(tiny_processor, records).measure(learner, torch.device("cpu"))
    judged = list(judge(Scorer(tiny_model, tiny_processor, Card(), torch.device("cpu")), records))
    assert found["map_neg"] == pytest.approx(map_neg(judged))
    assert found["threshold"] == best_threshold(judged) != 0.4
    assert 0.0 <= found["response_accuracy"] <= 1.0
    assert not tiny_model.training  # it scores without dropout


def test_few_validation_responses_leave_the_threshold_of_the_card(tiny_model, tiny_processor):
    learner = RewardLearner(tiny_model, tiny_processor, Teaching())
    records = [RECORDS[0]] * (LEAST_OF_EACH - 1) + [RECORDS[1]] * LEAST_OF_EACH
    assert validation_of(tiny_processor, records).measure(learner, torch.device("cpu"))["threshold"] == 0.4
    assert validation_of(tiny_processor, [*records, RECORDS[0]]).measure(learner, torch.device("cpu"))["threshold"] != 0.4


def test_without_a_bad_token_the_cards_threshold_stays_and_nothing_is_the_best(tiny_model, tiny_processor):
    learner = RewardLearner(tiny_model, tiny_processor, Teaching())
    found = validation_of(tiny_processor, RECORDS[:1], threshold=0.31).measure(learner, torch.device("cpu"))
    assert found["threshold"] == 0.31
    assert math.isnan(found["map_neg"])
    assert rows_of([{"step": 1, **found}])[0]["threshold"] == 0.31


class Told(TrainerCallback):
    """Remembers what callbacks are told of a measurement."""

    def __init__(self) -> None:
        self.metrics: list[dict[str, float]] = []

    def on_evaluate(self, args, state, control, metrics, **_) -> None:
        self.metrics.append(metrics)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def trainer(tiny_model, tiny_processor, tmp_path, told) -> RewardTrainer:
    learner = RewardLearner(tiny_model, tiny_processor, Teaching(patch_weight=0.0))
    arguments = trainer_arguments(Optimisation(steps=1, images_per_step=2, bf16=False), tmp_path)
    made = RewardTrainer(learner, arguments, validation=validation_of(tiny_processor, RECORDS), callbacks=[told])
    made.current_gradient_accumulation_steps = 1  # a training sets it before each step
    return made


@pytest.fixture
def batch(tiny_processor):
    lessons = [Lesson(one.image, one.prompt, [(one.response, one.spans)], clozes=("Two cats.",)) for one in RECORDS[:2]]
    return Collator(tiny_processor)(lessons)


def test_the_parts_of_the_loss_are_logged_as_means_since_the_last_log(trainer, batch):
    trainer.learner.eval()
    loss, outputs = trainer.compute_loss(trainer.learner, batch, return_outputs=True)
    assert trainer.compute_loss(trainer.learner, batch).item() == pytest.approx(loss.item())
    trainer.log({"map_neg": 0.5})  # a measurement is no loss
    assert trainer.state.log_history[-1].keys() <= {"map_neg", "epoch", "step"}
    trainer.log({"loss": 1.0})
    logged = trainer.state.log_history[-1]
    assert logged["token_loss"] == pytest.approx(outputs["token_loss"].item())
    assert logged["cloze_loss"] == pytest.approx(outputs["cloze_loss"].item())
    assert "patch_loss" not in logged
    trainer.log({"loss": 1.0})
    assert "token_loss" not in trainer.state.log_history[-1]  # nothing was computed since


def test_a_step_in_passes_is_one_mean(trainer, batch):
    trainer.learner.eval()
    trainer.current_gradient_accumulation_steps = 2
    outputs = [trainer.compute_loss(trainer.learner, batch, return_outputs=True)[1] for _ in range(2)]
    trainer.log({"loss": 1.0})
    # each pass counts half a step, and shares sum up over them
    assert trainer.state.log_history[-1]["token_loss"] == pytest.approx(sum(one["token_loss"].item() for one in outputs))


def test_evaluating_logs_the_figures_and_tells_the_callbacks(trainer, told):
    figures = trainer.evaluate()
    assert set(figures) == {"map_neg", "response_accuracy", "threshold"}
    assert told.metrics == [figures]
    assert trainer.state.log_history[-1].items() >= figures.items()


def test_the_optimiser_has_gentle_embeddings(trainer, tiny_model):
    optimizer = trainer.create_optimizer()
    [group] = [
        group for group in optimizer.param_groups if group["params"][0] is tiny_model.backbone.get_input_embeddings().weight
    ]
    assert group["lr"] == pytest.approx(1e-3 / 4)
    assert (group["betas"], group["weight_decay"]) == ((0.9, 0.98), 0.05)
