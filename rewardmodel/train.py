"""Trains a reward model with `transformers.Trainer`: from scratch on the picture-book world, or further on people's labels."""

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from transformers import PaliGemmaProcessor, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments, set_seed

from rewardmodel import adapters, checkpoints
from rewardmodel.backbones import hidden_size, merged, with_lora
from rewardmodel.checkpoints import Card, Loaded
from rewardmodel.config import TrainConfig
from rewardmodel.data import Collator, PictureBook, RecordLessons, class_words
from rewardmodel.devices import best_device, has_fast_bf16
from rewardmodel.evaluate import judge
from rewardmodel.metrics import best_threshold
from rewardmodel.model import TokenRewardModel, cloze_loss, token_loss
from rewardmodel.records import Record
from rewardmodel.scenes import REFERENT_QUESTIONS
from rewardmodel.scoring import Scorer
from rewardmodel.teachers import PatchTeacher, ReferentTeacher

logger = logging.getLogger(__name__)
STATE = "state"  # the trainer's own folder inside the checkpoint's: optimiser, schedule, position


class RewardLearner(nn.Module):
    """The reward model and its teachers; one call is the loss of one batch."""

    def __init__(self, model: TokenRewardModel, processor: PaliGemmaProcessor, config: TrainConfig) -> None:
        super().__init__()
        self.model = model
        self.setup = config  # not `config`: a Trainer would write into that
        width = hidden_size(model.backbone)
        self.patch_teacher = PatchTeacher(width, class_words(processor.tokenizer))
        self.referent_teacher = ReferentTeacher(width, [len(classes) for classes in REFERENT_QUESTIONS.values()])
        self.step = 0

    def forward(self, **batch: Tensor) -> dict[str, Tensor]:
        """Loss of a batch as `data.Collator` makes it: tokens, masked words, and of drawings what patches and words show."""
        features_BPD = self.model.image_features(batch["pixels_BCHW"])
        parts: dict[str, Tensor] = {}
        if "patches_BQP" in batch and self.setup.patch_weight:
            parts["patch_loss"] = self.patch_teacher(
                features_BPD, batch["patches_BQP"], self.model.backbone.get_input_embeddings()
            )
        if self.step >= self.setup.patch_steps or not parts:
            *_, lower_BLD, hidden_BLD = self.model.layers(
                features_BPD, batch["ids_BL"], batch["segments_BL"], batch["positions_BL"]
            )
            parts["token_loss"] = token_loss(self.model.head(hidden_BLD).squeeze(-1), batch["labels_BL"], self.setup.bad_weight)
            words_VD = self.model.backbone.get_input_embeddings().get_parameter("weight")
            parts["cloze_loss"] = cloze_loss(hidden_BLD, words_VD, batch["cloze_BL"])
            if "referents_BR" in batch and self.setup.referent_weight:
                asked = (batch[name] for name in ("referents_BR", "is_other_BR", "places_BRE", "classes_BRQ"))
                parts["referent_loss"] = self.referent_teacher(lower_BLD, *asked)
        weights = {
            "patch_loss": self.setup.patch_weight, "token_loss": 1.0, "cloze_loss": self.setup.cloze_weight,
            "referent_loss": self.setup.referent_weight,
        }  # fmt: skip
        loss = torch.stack([weights[name] * value for name, value in parts.items()]).sum()
        return {"loss": loss, **{name: value.detach() for name, value in parts.items()}}


class RewardTrainer(Trainer):
    """A Trainer whose loss is the learner's own, and which logs its parts."""

    parts: dict[str, float]

    def compute_loss(  # type: ignore[override]  # further arguments of the Trainer's are not used
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,  # noqa: FBT001, FBT002 -- the Trainer's signature
        **_: Any,
    ) -> Any:
        """The learner's loss; see `RewardLearner.forward`."""
        learner = self.accelerator.unwrap_model(model)
        learner.step = self.state.global_step
        outputs = model(**inputs)
        self.parts = {name: round(float(value), 4) for name, value in outputs.items() if name != "loss"}
        return (outputs["loss"], outputs) if return_outputs else outputs["loss"]

    def create_optimizer(self, *args: Any, **kwargs: Any) -> torch.optim.Optimizer:
        """AdamW; Gemma multiplies its embeddings by sqrt(D), so their steps must be that much smaller."""
        optimizer = super().create_optimizer(*args, **kwargs)
        learner = cast("RewardLearner", self.model)
        embeddings = learner.model.backbone.get_input_embeddings().get_parameter("weight")
        for group in list(optimizer.param_groups):
            if any(weights is embeddings for weights in group["params"]):
                group["params"] = [weights for weights in group["params"] if weights is not embeddings]
                rest = {name: value for name, value in group.items() if name != "params"}
                optimizer.add_param_group({**rest, "params": [embeddings], "lr": group["lr"] / embeddings.shape[1] ** 0.5})
        return optimizer

    def log(self, logs: dict[str, float], *args: Any, **kwargs: Any) -> None:
        """Log the parts of the newest loss beside the Trainer's own figures."""
        super().log({**logs, **getattr(self, "parts", {})}, *args, **kwargs)


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


class NewestCheckpoint(TrainerCallback):
    """Keeps the folder of a full training loadable: writes the reward model whenever the trainer saves its state."""

    def __init__(self, folder: Path, learner: RewardLearner, processor: PaliGemmaProcessor, card: Card) -> None:
        self.folder, self.learner, self.processor, self.card = folder, learner, processor, card

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Write the model as it is."""
        if state.is_world_process_zero:
            checkpoints.save(self.folder, self.learner.model, self.processor, self.card)


def train(
    start: Loaded, lessons: PictureBook | RecordLessons, validation: Sequence[Record], *,
    config: TrainConfig, folder: Path, progress: Path | None = None,
) -> Card:  # fmt: skip
    """Train, and write a checkpoint with the threshold chosen on the validation records; returns its card.

    A training that was interrupted goes on from its newest saved state in the folder, to the same curve.
    """
    set_seed(config.seed)  # the teachers start at random
    learner = RewardLearner(start.model, start.processor, config)
    card = replace(start.card, training=asdict(config))
    callbacks: list[TrainerCallback] = []
    if config.lora_rank:
        start.model.backbone = with_lora(start.model.backbone, config.lora_rank)
    else:
        callbacks.append(NewestCheckpoint(folder, learner, start.processor, card))
    if progress:
        callbacks.append(ProgressFile(progress))
    trainer = RewardTrainer(
        learner,
        trainer_arguments(config, folder / STATE),
        data_collator=Collator(start.processor),
        train_dataset=lessons,
        callbacks=callbacks,
    )
    trainer.train(resume_from_checkpoint=newest_state(folder / STATE))
    if config.lora_rank and trainer.is_world_process_zero():
        adapters.keep(folder, start.model.backbone)
    start.model.backbone = merged(start.model.backbone)
    scorer = Scorer(start.model, start.processor, card, best_device())
    card = replace(card, threshold=best_threshold(list(judge(scorer, validation)), card.threshold))
    if trainer.is_world_process_zero():
        checkpoints.save(folder, start.model, start.processor, card)
    return card


def trainer_arguments(config: TrainConfig, folder: Path) -> TrainingArguments:
    """The Trainer's settings; its own state goes into the folder."""
    device = best_device()
    return TrainingArguments(
        output_dir=str(folder),
        max_steps=config.steps,
        per_device_train_batch_size=config.images_per_step,
        learning_rate=config.lr,
        lr_scheduler_type="cosine",
        warmup_steps=config.warmup_steps,
        weight_decay=config.weight_decay,
        adam_beta2=0.98,
        max_grad_norm=1.0,
        optim="adamw_torch_fused",
        seed=config.seed,
        bf16=config.bf16 and has_fast_bf16(device),
        use_cpu=device.type == "cpu",
        save_steps=config.save_steps,
        save_total_limit=1,
        logging_steps=20,
        report_to=[],
        disable_tqdm=True,
        remove_unused_columns=False,
        label_names=["labels_BL"],
        dataloader_num_workers=1,
        dataloader_prefetch_factor=4,
    )


def newest_state(folder: Path) -> str | None:
    """The newest state that was saved whole: the trainer writes its own file last."""
    whole = [file.parent for file in folder.glob("checkpoint-*/trainer_state.json")]
    return str(max(whole, key=lambda state: int(state.name.removeprefix("checkpoint-")))) if whole else None
