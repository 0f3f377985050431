"""Trains a reward model with `transformers.Trainer`: from scratch on the picture-book world, or further on people's labels."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from accelerate.utils import broadcast_object_list
from safetensors.torch import load_file, save_file
from torch.utils.data import Dataset
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments, set_seed

from rewardmodel import checkpoints, identity
from rewardmodel.backbones import merged, save_adapters, with_lora
from rewardmodel.calibration import Line, calibrate, fitted, uncalibrated
from rewardmodel.checkpoints import Card, Loaded
from rewardmodel.config import Optimisation, TrainConfig
from rewardmodel.curves import best_step, draw_png, measurements, rows_of, write_csv
from rewardmodel.data import Collator, Lesson
from rewardmodel.devices import best_device, has_fast_bf16, processes
from rewardmodel.evaluate import judge
from rewardmodel.learner import Prior, RewardLearner
from rewardmodel.records import Record
from rewardmodel.scoring import Scorer
from rewardmodel.trainer import LEAST_OF_EACH, RewardTrainer, Validation

STATE = "state"  # the trainer's own folder inside the checkpoint's: optimiser, schedule, position, best weights
WAIT = 4 * 3600  # seconds that processes wait for the main one, which may measure on many records


class Rhythm(TrainerCallback):
    """Says when to measure, and logs whenever the state is saved, so that no logged mean spans an interruption."""

    def __init__(self, eval_steps: int, *, measures: bool) -> None:
        self.eval_steps, self.measures = eval_steps, measures

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """After the last step, and after every `eval_steps` where they are set."""
        is_due = self.eval_steps and state.global_step % self.eval_steps == 0
        if self.measures and (is_due or state.global_step >= state.max_steps):
            control.should_evaluate = True
        if control.should_save or control.should_evaluate:
            control.should_log = True


class ProgressFile(TrainerCallback):
    """Appends a JSON line for every log entry: what a page or a terminal shows of a training that runs elsewhere."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """One line a log entry."""
        if state.is_world_process_zero:
            with self.path.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps({"done": state.global_step, "total": state.max_steps, **(logs or {})}) + "\n")


class Curves(TrainerCallback):
    """Keeps the table of the training and its drawing: made of the trainer's history, which an interruption takes back too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Drop the rows of steps that will be trained again."""
        self._write(state)

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Add what was logged."""
        self._write(state)

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Draw how far it has come."""
        self._draw(state)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Draw the whole."""
        self._draw(state)

    def _draw(self, state: TrainerState) -> None:
        if state.is_world_process_zero:
            draw_png(self.folder / "curves.png", rows_of(state.log_history), title=f"Training of {self.folder.name}")

    def _write(self, state: TrainerState) -> None:
        if state.is_world_process_zero:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_csv(self.folder / "curves.csv", rows_of(state.log_history))


class BestWeights(TrainerCallback):
    """Keeps the weights with the best mAP(neg) on validation records, and ends a training that stops getting better.

    What is best is read from the trainer's history, which is saved with the state: a training that goes on after an
    interruption knows it too. The folder of a full training is kept loadable: its newest weights, once there are any the best.
    """

    def __init__(self, folder: Path, learner: RewardLearner, validation: Validation, config: TrainConfig) -> None:
        self.folder, self.learner, self.validation = folder, learner, validation
        self.patience, self.is_lora = config.optimisation.patience, bool(config.lora.lora_rank)

    def file(self, step: int) -> Path:
        """Where the trained weights of a step are kept, in 32 bits."""
        return self.folder / STATE / f"best-{step}.safetensors"

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Keep the weights if they are the best so far; end the training if the best ones are too long ago."""
        measured, best = measurements(state.log_history), best_step(state.log_history)
        if best == state.global_step and state.is_world_process_zero:
            save_weights(self.file(best), self.learner)
            self._write(state.log_history[-1]["threshold"])
        if self.patience and sum(step > best for step, _ in measured if best is not None) >= self.patience:
            control.should_training_stop = True

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Drop weights that no state on disk calls the best any more."""
        best = best_step(state.log_history)
        if not state.is_world_process_zero:
            return
        if best is None:
            self._write(self.validation.card.threshold)
            return
        for file in (self.folder / STATE).glob("best-*.safetensors"):
            if file != self.file(best):
                file.unlink()

    def _write(self, threshold: float) -> None:
        if not self.is_lora:
            card = replace(self.validation.card, threshold=threshold)
            checkpoints.save(self.folder, self.learner.model, self.validation.processor, card)


def save_weights(file: Path, learner: RewardLearner) -> None:
    """Write the weights of the reward model that are trained."""
    trained = {
        name: weights.detach().cpu().contiguous() for name, weights in learner.model.named_parameters() if weights.requires_grad
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    save_file(trained, part)
    part.replace(file)


def train(  # noqa: PLR0913 -- the last three have a usual value
    start: Loaded, lessons: Dataset[Lesson], validation: Sequence[Record], *,
    config: TrainConfig, folder: Path, progress: Path | None = None, prior: Prior | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> Card:  # fmt: skip
    """Train, and write the checkpoint that is best on the validation records, threshold chosen on them too; returns its card.

    A training that was interrupted goes on from its newest saved state in the folder, to the same curve. Raises ValueError where
    that is the state of another one: of other settings, another start or other `inputs`, which say what it learns from.
    Without validation records, or a bad token in them, the last weights stay. On the same records values are calibrated and the
    threshold is chosen; with fewer than `trainer.LEAST_OF_EACH` clean or bad ones both are done as for the parent.
    The model learns to add to the logits of a `prior` where one is given; what is written and measured is the model alone.
    """
    came_of = {"parent": start.card.parent_sha256, "backbone": start.card.backbone, "attention": start.card.attention}
    state, own = newest_state(folder / STATE), identity.identity_of(config.flat, {**came_of, **(inputs or {})})
    if state:
        identity.check(folder / STATE, own)
    set_seed(config.optimisation.seed)  # the teachers start at random
    arguments = trainer_arguments(config.optimisation, folder / STATE)
    learner = RewardLearner(start.model, start.processor, config.teaching, prior=prior)
    if config.lora.lora_rank:
        start.model.backbone = with_lora(start.model.backbone, config.lora)
    raw = uncalibrated(start.model, start.card)  # before a state is loaded: those of this training are so too
    collator = Collator(start.processor, naive=config.teaching.naive, clozes=config.teaching.cloze_weight > 0)
    card = replace(raw, training=config.flat, is_naive=config.teaching.naive, guesses=raw.guesses or collator.clozes)
    chosen_by = Validation(validation, start.processor, card)
    best = BestWeights(folder, learner, chosen_by, config)
    callbacks = [Rhythm(config.optimisation.eval_steps, measures=bool(validation)), Curves(folder), best]
    trainer = RewardTrainer(
        learner,
        arguments,
        validation=chosen_by,
        data_collator=collator,
        train_dataset=lessons,
        callbacks=[*callbacks, *([ProgressFile(progress)] if progress else [])],
    )
    if not state and trainer.is_world_process_zero():
        identity.keep(folder / STATE, own)
    trainer.train(resume_from_checkpoint=state)
    usual = Line(*start.card.calibration) if start.card.calibration else None
    cards = [_finish(start, trainer, best, usual) if trainer.is_world_process_zero() else None]
    written: Card = broadcast_object_list(cards)[0]
    return written


def _finish(start: Loaded, trainer: RewardTrainer, best: BestWeights, usual: Line | None) -> Card:
    """Choose weights and threshold on the validation records, calibrate, and write the checkpoint.

    The main process alone does this. `usual` is the parent's line, for when there is too little to fit another.
    """
    card, step = best.validation.card, best_step(trainer.state.log_history)
    if step is not None:
        start.model.load_state_dict(load_file(best.file(step)), strict=False)  # of LoRA only what is trained
        card = replace(card, training=card.training | {"best_step": step})
    if best.is_lora:
        save_adapters(best.folder, start.model.backbone)
    start.model.backbone = merged(start.model.backbone)
    scorer = Scorer(start.model, start.processor, card, trainer.args.device)
    judged = list(judge(scorer, best.validation.records))
    card = replace(card, threshold=best.validation.threshold(judged))
    line = fitted(judged, least=LEAST_OF_EACH) or usual
    if line and not card.is_naive and trainer.learner.prior is None:  # a verdict is no token's value, an addition no value at all
        card = calibrate(start.model, card, line)
    checkpoints.save(best.folder, start.model, start.processor, card)
    return card


def trainer_arguments(optimisation: Optimisation, folder: Path) -> TrainingArguments:
    """The Trainer's settings for this process, its states in the folder.

    Raises ValueError where the images of a step can't be dealt out evenly.
    """
    device = best_device()
    images, passes = optimisation.dealt(processes())
    arguments = TrainingArguments(
        output_dir=str(folder),
        max_steps=optimisation.steps,
        per_device_train_batch_size=images,
        gradient_accumulation_steps=passes,
        learning_rate=optimisation.lr,
        lr_scheduler_type="cosine",
        warmup_steps=optimisation.warmup_steps,
        weight_decay=optimisation.weight_decay,
        adam_beta2=0.98,
        max_grad_norm=1.0,
        optim="adamw_torch_fused",
        seed=optimisation.seed,
        bf16=optimisation.bf16 and has_fast_bf16(device),
        use_cpu=device.type == "cpu",
        ddp_backend="gloo" if device.type == "cpu" and processes() > 1 else None,
        ddp_find_unused_parameters=True,  # not every step has every part of the loss
        ddp_timeout=WAIT,
        save_steps=optimisation.save_steps,
        save_total_limit=1,
        logging_steps=optimisation.log_steps,
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        label_names=["labels_BL"],
        dataloader_num_workers=1,
        dataloader_prefetch_factor=4,
    )
    arguments._n_gpu = min(arguments.n_gpu, 1)  # a GPU a process: DataParallel would cut the shares of a batch in pieces
    return arguments


def newest_state(folder: Path) -> str | None:
    """The newest state that was saved whole: the trainer writes its own file last."""
    whole = [file.parent for file in folder.glob("checkpoint-*/trainer_state.json") if _is_whole(file)]
    return str(max(whole, key=lambda state: int(state.name.removeprefix("checkpoint-")))) if whole else None


def _is_whole(file: Path) -> bool:
    try:
        json.loads(file.read_text(encoding="utf-8"))
    except ValueError:  # killed while it was written; the state before this one is still there
        return False
    return True
