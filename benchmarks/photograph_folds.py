"""Several vision encoders, each of which leaves a part of the photographs out, so that a judge can learn from all of them.

What an encoder makes of photographs that it has learned from is better than what it will ever make of others, and a judge that
learns from those comes to trust it too much. So each photograph is shown as an encoder sees it that hasn't learned from it
(cross-fitting). For one judge to understand them all they speak one language: the first encoder learns with the embeddings of
words and the projector, the others under the same teacher, with both as they are, and differ in their vision towers alone.

Dimension key: B photographs, C colours, H W pixels, P patches, D hidden size, V words.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_model, save_model
from torch import Tensor, nn
from transformers import PreTrainedModel

from benchmarks.photograph_encoder import Course, WordTeacher, precisions, said, targets, teach, vocabulary
from benchmarks.photograph_lessons import FOLD, corpus
from rewardmodel import checkpoints
from rewardmodel.backbones import small_backbone, small_processor
from rewardmodel.backbones.paligemma import PaliGemma, PaliGemmaParts
from rewardmodel.checkpoints import SHIPPED, Card, Loaded
from rewardmodel.config import Attention, SmallBackbone
from rewardmodel.model import TokenRewardModel
from rewardmodel.records import opened

FOLDS = 3
ENCODERS = tuple(f"encoder-{fold}" for fold in range(FOLDS))
TOWER = "vision_tower"
TEACHER = "teacher.safetensors"
VOCABULARY = 4_000
Rows = Sequence[dict[str, Any]]
Splits = dict[str, list[dict[str, Any]]]


class CrossFitted(PaliGemma):
    """Each photograph as that encoder sees it that hasn't learned from it."""

    image_inputs = ("pixels_BCHW", "folds_B")

    def __init__(self, towers: Sequence[nn.Module]) -> None:
        """The vision towers of `ENCODERS`."""
        self.towers = towers

    def image_features(self, backbone: PreTrainedModel, pixels_BCHW: Tensor, folds_B: Tensor) -> Tensor:  # type: ignore[override]
        """Projected features, (B, P, D); `folds_B` says which encoder has left each photograph out."""
        order_B = folds_B.argsort(stable=True)
        own = [(tower, folds_B == fold) for fold, tower in enumerate(self.towers)]
        seen = torch.cat([tower(pixels_BCHW[own_B]).last_hidden_state for tower, own_B in own if own_B.any()])
        features_BPD: Tensor = backbone.get_submodule("multi_modal_projector")(seen[order_B.argsort()])
        return features_BPD


class CrossFittedParts(PaliGemmaParts):
    """Pixels, and the part that each photograph belongs to."""

    def images(self, pictures: Sequence[Image.Image]) -> dict[str, Tensor]:
        """Pixels, (B, 3, H, W), and parts, (B,)."""
        return super().images(pictures) | {"folds_B": torch.tensor([picture.info[FOLD] for picture in pictures])}


def folds_of(rows: Rows) -> dict[str, int]:
    """Which encoder leaves each photograph of the train split out."""
    return {row["image"]: number % FOLDS for number, row in enumerate(rows)}


def drawings_model(rows: Rows) -> Loaded:
    """The shipped checkpoint with a tokenizer for these captions: what it learned from drawings is where the training starts.

    Pieces that both tokenizers know keep their embeddings, all others begin at random.
    """
    shipped = checkpoints.load(SHIPPED)
    size = SmallBackbone()
    processor = small_processor(corpus(rows), size, VOCABULARY)
    model = TokenRewardModel(small_backbone(processor, size), Attention.LOOKAHEAD)
    known = shipped.processor.tokenizer.get_vocab()
    pairs = [(place, known[piece]) for piece, place in processor.tokenizer.get_vocab().items() if piece in known]
    ours, theirs = (torch.tensor(places) for places in zip(*pairs, strict=True))
    embeddings = {name for name, weights in model.state_dict().items() if weights.shape[0] == len(processor.tokenizer)}
    model.load_state_dict({n: w for n, w in shipped.model.state_dict().items() if n not in embeddings}, strict=False)
    with torch.no_grad():
        words_VD = model.backbone.get_input_embeddings().get_parameter("weight")
        words_VD[ours] = shipped.model.backbone.get_input_embeddings().get_parameter("weight")[theirs]
    return Loaded(model, processor, Card(Attention.LOOKAHEAD, knows="photographs of Flickr8k"))


def teach_encoder(name: str, splits: Splits, options: argparse.Namespace) -> None:
    """Let an encoder of `ENCODERS` learn what words photographs get, those of its own part left out, unless that is done."""
    done = options.work / f"{name}.done"
    if done.is_file():
        return
    began = time.perf_counter()
    fold = ENCODERS.index(name)
    torch.manual_seed(options.seed + fold)
    words = vocabulary(splits["train"], options.least)
    folds = folds_of(splits["train"])
    learned = [row for row in splits["train"] if folds[row["image"]] != fold]
    said_BV = targets(learned, words)
    if fold == 0:
        start = drawings_model(splits["train"])
        teacher = WordTeacher(start.processor.tokenizer, words, said_BV.mean(dim=0))
    else:
        start, teacher = first(splits, options)
        start.model.backbone.requires_grad_(requires_grad=False)
        teacher.requires_grad_(requires_grad=False)
        tower = start.model.backbone.get_submodule(TOWER)
        tower.load_state_dict(checkpoints.load(SHIPPED).model.backbone.get_submodule(TOWER).state_dict())
        tower.requires_grad_(requires_grad=True)
    pixels = pixels_of(learned, options.data, start.processor.image_size)
    teach(start, teacher, pixels, said_BV, Course(options.encoder_steps, options.encoder_images, options.encoder_lr))
    checkpoints.save(options.work / name, start.model, start.processor, start.card)
    if fold == 0:
        save_model(teacher, str(options.work / TEACHER))
    done.write_text(f"{time.perf_counter() - began:.0f} s\n", encoding="utf-8")


def first(splits: Splits, options: argparse.Namespace) -> tuple[Loaded, WordTeacher]:
    """The first encoder, and the teacher of them all."""
    start = checkpoints.load(options.work / ENCODERS[0])
    words = vocabulary(splits["train"], options.least)
    teacher = WordTeacher(start.processor.tokenizer, words, torch.full((len(words),), 0.5))
    load_model(teacher, str(options.work / TEACHER))
    return start, teacher


def pixels_of(rows: Rows, folder: Path, size: int) -> Tensor:
    """The photographs as bytes, (N, 3, size, size)."""
    pictures = [np.asarray(opened(folder / row["image"]).resize((size, size))) for row in rows]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)


def towers(work: Path) -> list[nn.Module]:
    """The vision towers of `ENCODERS`, which learn no more."""
    trained = [checkpoints.load(work / name).model.backbone.get_submodule(TOWER) for name in ENCODERS]
    return [tower.eval().requires_grad_(requires_grad=False) for tower in trained]


def cross_fitted(start: Loaded, work: Path) -> Loaded:
    """A judge that sees each photograph by the encoder that left it out; what is saved of it is the judge with the first one."""
    start.model.adapter = CrossFitted(towers(work))
    processor = start.processor
    return start._replace(processor=CrossFittedParts(processor.config, processor.image_processor, processor.tokenizer))


def knowledge(splits: Splits, options: argparse.Namespace) -> dict[str, Any]:
    """How well the encoders know what validation photographs are described with.

    `words` has the average precision of all encoders together and the share of photographs, of each word; `alone` has that of
    each encoder, of each word.
    """
    start, teacher = first(splits, options)
    words = vocabulary(splits["train"], options.least)
    said_BV = targets(splits["validation"], words)
    shares_V = said_BV.mean(dim=0)
    pixels = pixels_of(splits["validation"], options.data, start.processor.image_size)
    logits = []
    for tower in towers(options.work):
        start.model.backbone.set_submodule(TOWER, tower)
        logits.append(said(start, teacher, pixels))
    together, *alone = (precisions(one, said_BV).tolist() for one in (torch.stack(logits).mean(dim=0), *logits))
    kept = [place for place, share in enumerate(shares_V.tolist()) if share]
    return {
        "words": {words[place]: [together[place], shares_V[place].item()] for place in kept},
        "alone": [{words[place]: each[place] for place in kept} for each in alone],
    }
