"""What happens around a training: when it measures and logs, which files it keeps, and when it ends."""

import json
import re
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file
from transformers import TrainerControl, TrainerState

from rewardmodel.backbones import with_lora
from rewardmodel.checkpoints import Card, read_card
from rewardmodel.config import Lora, Optimisation, Teaching, TrainConfig
from rewardmodel.curves import read_csv
from rewardmodel.learner import RewardLearner
from rewardmodel.train import BestWeights, Curves, ProgressFile, Rhythm, newest_state, save_weights, trainer_arguments
from rewardmodel.trainer import Validation

ARGUMENTS = SimpleNamespace()  # none of the callbacks asks for any


def state_at(step: int, history=(), *, most: int = 10, is_main: bool = True) -> TrainerState:
    return TrainerState(global_step=step, max_steps=most, log_history=list(history), is_world_process_zero=is_main)


def measured(*values: float) -> list[dict[str, float]]:
    """The history of a training that was measured after every step."""
    return [{"step": step, "map_neg": value, "threshold": step / 10} for step, value in enumerate(values, start=1)]


@pytest.mark.parametrize(
    ("eval_steps", "measures", "step", "should_save", "evaluates", "logs"),
    [
        (4, True, 4, False, True, True),
        (4, True, 8, False, True, True),
        (4, True, 5, False, False, False),
        (4, True, 10, False, True, True),  # after the last step in any case
        (0, True, 4, False, False, False),
        (0, True, 10, False, True, True),
        (4, False, 4, False, False, False),  # there is nothing to measure on
        (4, False, 10, False, False, False),
        (4, False, 5, True, False, True),  # no logged mean spans an interruption
    ],
)
def test_the_rhythm_of_measuring_and_logging(eval_steps, measures, step, should_save, evaluates, logs):
    control = TrainerControl(should_save=should_save)
    Rhythm(eval_steps, measures=measures).on_step_end(ARGUMENTS, state_at(step), control)
    assert (control.should_evaluate, control.should_log, control.should_save) == (evaluates, logs, should_save)


def test_progress_is_a_line_a_log_entry_by_the_main_process(tmp_path):
    progress = ProgressFile(tmp_path / "progress.jsonl")
    progress.on_log(ARGUMENTS, state_at(2), TrainerControl(), logs={"loss": 0.5})
    progress.on_log(ARGUMENTS, state_at(3, is_main=False), TrainerControl(), logs={"loss": 0.4})
    progress.on_log(ARGUMENTS, state_at(4), TrainerControl())
    assert [json.loads(line) for line in (tmp_path / "progress.jsonl").read_text().splitlines()] == [
        {"done": 2, "total": 10, "loss": 0.5},
        {"done": 4, "total": 10},
    ]


def test_curves_forget_the_steps_that_will_be_trained_again(tmp_path):
    curves = Curves(tmp_path / "new")
    losses = [{"step": step, "loss": 1.0 / step} for step in (1, 2, 3)]
    curves.on_log(ARGUMENTS, state_at(3, losses), TrainerControl())
    assert [row["step"] for row in read_csv(tmp_path / "new" / "curves.csv")] == [1, 2, 3]
    curves.on_train_begin(ARGUMENTS, state_at(2, losses[:2]), TrainerControl())
    assert [row["step"] for row in read_csv(tmp_path / "new" / "curves.csv")] == [1, 2]


def test_curves_are_drawn_when_measured_and_by_the_main_process_alone(tmp_path):
    other = Curves(tmp_path / "other")
    for tell in (other.on_log, other.on_evaluate, other.on_train_end, other.on_train_begin):
        tell(ARGUMENTS, state_at(1, measured(0.5), is_main=False), TrainerControl())
    assert not (tmp_path / "other").exists()
    Curves(tmp_path).on_evaluate(ARGUMENTS, state_at(1, measured(0.5)), TrainerControl())
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def learner(tiny_model, tiny_processor) -> RewardLearner:
    return RewardLearner(tiny_model, tiny_processor, Teaching())


def best_of(folder, learner, processor, *, patience: int = 0, lora_rank: int = 0) -> BestWeights:
    config = TrainConfig(Optimisation(patience=patience), Teaching(), Lora(lora_rank=lora_rank))
    return BestWeights(folder, learner, Validation([], processor, Card(threshold=0.4)), config)


def kept(folder) -> list[str]:
    return sorted(file.name for file in (folder / "state").glob("*"))


def test_the_best_weights_are_kept_and_the_folder_can_be_loaded(learner, tiny_processor, tmp_path):
    best = best_of(tmp_path, learner, tiny_processor)
    for values in ((0.5,), (0.5, 0.4), (0.5, 0.4, 0.6)):
        best.on_evaluate(ARGUMENTS, state_at(len(values), measured(*values)), TrainerControl())
    assert kept(tmp_path) == ["best-1.safetensors", "best-3.safetensors"]
    assert read_card(tmp_path).threshold == 0.3  # of the measurement at step 3
    best.on_save(ARGUMENTS, state_at(3, measured(0.5, 0.4, 0.6)), TrainerControl())
    assert kept(tmp_path) == ["best-3.safetensors"]


def test_of_equals_the_first_is_the_best(learner, tiny_processor, tmp_path):
    best = best_of(tmp_path, learner, tiny_processor)
    for values in ((0.5,), (0.5, 0.5)):
        best.on_evaluate(ARGUMENTS, state_at(len(values), measured(*values)), TrainerControl())
    assert kept(tmp_path) == ["best-1.safetensors"]


def test_before_any_measurement_the_newest_weights_are_kept_with_the_cards_threshold(learner, tiny_processor, tmp_path):
    best_of(tmp_path, learner, tiny_processor).on_save(ARGUMENTS, state_at(2), TrainerControl())
    assert read_card(tmp_path).threshold == 0.4
    assert kept(tmp_path) == []


def test_adapters_are_no_checkpoint_before_they_are_merged(learner, tiny_processor, tmp_path):
    best = best_of(tmp_path, learner, tiny_processor, lora_rank=2)
    best.on_evaluate(ARGUMENTS, state_at(1, measured(0.5)), TrainerControl())
    best.on_save(ARGUMENTS, state_at(1), TrainerControl())
    assert not (tmp_path / "card.json").exists()


def test_only_the_main_process_keeps_weights(learner, tiny_processor, tmp_path):
    best = best_of(tmp_path, learner, tiny_processor)
    best.on_evaluate(ARGUMENTS, state_at(1, measured(0.5), is_main=False), TrainerControl())
    best.on_save(ARGUMENTS, state_at(2, is_main=False), TrainerControl())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("patience", "values", "ends"),
    [
        (0, (0.5, 0.4, 0.3, 0.2), False),
        (2, (0.5, 0.4), False),
        (2, (0.5, 0.4, 0.5), True),  # as good is no better
        (2, (0.5, 0.4, 0.6), False),
        (1, (0.5, 0.4), True),
        (1, (float("nan"), float("nan")), False),  # there was no bad token to measure by
    ],
)
def test_patience_counts_measurements_since_the_best(learner, tiny_processor, tmp_path, patience, values, ends):
    control = TrainerControl()
    best = best_of(tmp_path, learner, tiny_processor, patience=patience)
    best.on_evaluate(ARGUMENTS, state_at(len(values), measured(*values), is_main=False), control)
    assert control.should_training_stop is ends


def test_weights_are_written_whole_and_only_those_that_train(tiny_model, tiny_processor, tmp_path):
    learner = RewardLearner(tiny_model, tiny_processor, Teaching())
    tiny_model.backbone = with_lora(tiny_model.backbone, Lora(lora_rank=2))
    save_weights(tmp_path / "new" / "some.safetensors", learner)
    written = load_file(tmp_path / "new" / "some.safetensors")
    assert {name for name in written if "lora" not in name} == {"head.weight", "head.bias"}  # and no teacher
    assert {weights.dtype for weights in written.values()} == {torch.float32}
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["some.safetensors"]


def test_the_newest_state_is_told_by_its_number_and_none_where_there_is_none(tmp_path):
    assert newest_state(tmp_path / "nowhere") is None
    for step in (2, 10, 9):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").write_text("{}")
    (tmp_path / "checkpoint-11").mkdir()  # without the file that is written last
    assert re.search(r"checkpoint-10$", newest_state(tmp_path))


def test_arguments_by_hand(tmp_path):
    arguments = trainer_arguments(Optimisation(steps=7, images_per_step=6, images_per_pass=2, lr=0.02, seed=3), tmp_path)
    assert (arguments.per_device_train_batch_size, arguments.gradient_accumulation_steps) == (2, 3)
    assert (arguments.max_steps, arguments.learning_rate, arguments.seed) == (7, 0.02, 3)
    assert arguments.lr_scheduler_type == "cosine"
    assert arguments.save_total_limit == 1
    assert arguments.report_to == []
