"""Trains a captioner on drawings: the next token of captions that are true, given the picture and what came before.

Dimension key: B rows, L row length, T response tokens.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import PreTrainedModel, Trainer, TrainerCallback, set_seed

from rewardmodel import captioner, identity
from rewardmodel.align import IGNORED
from rewardmodel.backbones import Processor
from rewardmodel.captioner import Captioner, captioner_of, next_token_loss
from rewardmodel.config import Attention, Optimisation
from rewardmodel.data import PROMPTS, Lesson
from rewardmodel.model import TokenRewardModel
from rewardmodel.packing import Packed
from rewardmodel.records import opened
from rewardmodel.scenes import SMALLEST, World, describe, draw
from rewardmodel.scenes.samples import scene_of
from rewardmodel.train import STATE, ProgressFile, newest_state, trainer_arguments
from rewardmodel.trainer import with_gentle_embeddings


class TrueCaptions(Dataset[Lesson]):
    """Drawings of the training split, drawn on demand, each with several captions that are true."""

    def __init__(self, world: World, length: int, captions: int, size: int, seed: int) -> None:
        self.world, self.length, self.captions, self.seed = world, length, captions, seed
        self.size = max(size, SMALLEST)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Lesson:
        number = self.seed * 10**9 + index
        rng = random.Random(number)
        scene = scene_of("train", number, self.world)
        texts = [describe(scene, rng.randrange(10**9)).text for _ in range(self.captions)]
        return Lesson(draw(scene, self.size), rng.choice(PROMPTS), [(text, ()) for text in texts])


class CaptionCollator:
    """Lessons to one batch of tensors, as `CaptionLearner` takes them."""

    def __init__(self, processor: Processor) -> None:
        self.processor = processor

    def __call__(self, lessons: Sequence[Lesson]) -> dict[str, Tensor]:
        """ids, segments and positions (B, L), pixels (B, 3, H, W), and for each token to be told where it is read (B, T)."""
        tokenizer = self.processor.tokenizer
        responses = [[self.processor.response(text) for text, _ in lesson.responses] for lesson in lessons]
        blocks = [self.processor.block(lesson.prompt, lesson.image) for lesson in lessons]
        packed = self.processor.pack(blocks, responses)
        images = self.processor.images([opened(lesson.image) for lesson in lessons])
        sources_BT, targets_BT = next_tokens(packed, [len(block.ids) for block in blocks], tokenizer.eos_token_id)
        return images | {
            "ids_BL": packed.ids_BL, "segments_BL": packed.segments_BL,
            "positions_BL": packed.positions_BL, "sources_BT": sources_BT, "targets_BT": targets_BT,
        }  # fmt: skip


def next_tokens(packed: Packed, blocks: Sequence[int], eos_id: int) -> tuple[Tensor, Tensor]:
    """The column at which each next token is read, and that token, each (B, T); IGNORED pads.

    The first token of a response is read at the last column of the block, whose length `blocks` says, the end at its last one.
    """
    rows = []
    for number, (places, block) in enumerate(zip(packed.places, blocks, strict=True)):
        sources = [column for place in places for column in (block - 1, *place)]
        targets = [id_ for place in places for id_ in (*packed.ids_BL[number, place.start : place.stop].tolist(), eos_id)]
        rows.append((sources, targets))
    shape = len(rows), max(len(sources) for sources, _ in rows)
    sources_BT, targets_BT = torch.zeros(shape, dtype=torch.long), torch.full(shape, IGNORED)
    for number, (sources, targets) in enumerate(rows):
        sources_BT[number, : len(sources)] = torch.tensor(sources)
        targets_BT[number, : len(targets)] = torch.tensor(targets)
    return sources_BT, targets_BT


class CaptionLearner(nn.Module):
    """A backbone that learns to write, as the reward model reads: image and prompt as a block, the response causally."""

    def __init__(self, backbone: PreTrainedModel) -> None:
        super().__init__()
        self.model = TokenRewardModel(backbone, Attention.CAUSAL)  # for its rows of many responses; its head is not used
        self.model.head.requires_grad_(requires_grad=False)

    def forward(self, **batch: Tensor) -> dict[str, Tensor]:
        """Loss of a batch as `CaptionCollator` makes it."""
        features_BPD = self.model.image_features(batch["pixels_BCHW"])
        hidden_BLD = self.model.hidden(features_BPD, batch["ids_BL"], batch["segments_BL"], batch["positions_BL"])
        loss = next_token_loss(self.model.backbone, hidden_BLD, batch["sources_BT"], batch["targets_BT"])
        return {"loss": loss, "caption_loss": loss.detach()}


class CaptionTrainer(Trainer):
    """A Trainer that takes smaller steps for the embeddings, which are also the LM head."""

    def create_optimizer(self, *args: Any, **kwargs: Any) -> torch.optim.Optimizer:
        """AdamW, as the reward model is trained."""
        learner = cast("CaptionLearner", self.model)
        return with_gentle_embeddings(super().create_optimizer(*args, **kwargs), learner.model.backbone)


def train_captioner(  # noqa: PLR0913 -- the last two have a usual value
    backbone: PreTrainedModel, processor: Processor, lessons: TrueCaptions, *,
    optimisation: Optimisation, folder: Path, progress: Path | None = None, inputs: Mapping[str, Any] | None = None,
) -> Captioner:  # fmt: skip
    """Train all weights, and write a captioner. One that was interrupted goes on from its newest saved state in the folder.

    Raises ValueError where that is the state of another training: of other settings or other `inputs`, which say what the
    backbone came of and what it learns from.
    """
    state, own = newest_state(folder / STATE), identity.identity_of(asdict(optimisation), inputs or {})
    if state:
        identity.check(folder / STATE, own)
    set_seed(optimisation.seed)
    callbacks: list[TrainerCallback] = [ProgressFile(progress)] if progress else []
    trainer = CaptionTrainer(
        CaptionLearner(backbone),
        trainer_arguments(optimisation, folder / STATE),
        data_collator=CaptionCollator(processor),
        train_dataset=lessons,
        callbacks=callbacks,
    )
    if not state and trainer.is_world_process_zero():
        identity.keep(folder / STATE, own)
    trainer.train(resume_from_checkpoint=state)
    made = Captioner(captioner_of(backbone), processor)
    if trainer.is_world_process_zero():
        captioner.save(folder, made)
    return made
