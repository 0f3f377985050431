"""How large a configured model is, and how much of it trains, before a single weight is downloaded or allocated."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel

from rewardmodel.backbones import with_lora
from rewardmodel.config import Attention, Lora, Optimisation
from rewardmodel.model import TokenRewardModel

PARTS = ("vision", "projector", "decoder", "head")
# what the name of a module below the backbone holds, in the families of `transformers`
NAMED = {"vision": ("vision", "visual"), "projector": ("projector", "connector"), "decoder": ("language", "text")}
ADAPTER = "lora_"
BYTES, TRAINED_BYTES = 4, 12  # a weight in 32 bits; more for one that trains, its gradient and AdamW's two means


@dataclass(frozen=True, slots=True)
class Size:
    """Counts of one part: weights of the model itself, weights of its adapters, and how many of both train."""

    name: str
    weights: int
    adapters: int
    trained: int

    @property
    def frozen(self) -> int:
        """How many stay as they are."""
        return self.weights + self.adapters - self.trained


def configuration(source: Path | str) -> PreTrainedConfig:
    """The configuration in a JSON file, or of a model by its folder or hub name.

    Raises ValueError where it can't be had.
    """
    if str(source).endswith(".json"):
        fields = json.loads(Path(source).read_text(encoding="utf-8"))
        described: PreTrainedConfig = AutoConfig.for_model(fields.pop("model_type"), **fields)
        return described
    try:
        found: PreTrainedConfig = AutoConfig.from_pretrained(source)
    except OSError as error:
        raise ValueError(f"The configuration of {source} can't be loaded: {error}") from error
    return found


def backbone_of(config: PreTrainedConfig) -> PreTrainedModel:
    """The backbone that a configuration describes, without its LM head, on the device at hand."""
    backbone: PreTrainedModel = AutoModel.from_config(config)  # type: ignore[no-untyped-call]  # theirs
    return backbone


def planned_sizes(make_backbone: Callable[[], Any], attention: Attention, lora: Lora) -> list[Size]:
    """The size of every part of a reward model as it would train. It is built on the meta device: shapes without memory.

    The head trains in full; with LoRA the backbone's own weights are frozen.
    """
    with torch.device("meta"):
        backbone = make_backbone()
        model = TokenRewardModel(backbone, attention)
        if lora.lora_rank:
            model.backbone = with_lora(model.backbone, lora)
    counts = {name: [0, 0, 0] for name in PARTS}
    for name, weights in model.named_parameters():
        count = counts[_part(name)]
        count[ADAPTER in name] += weights.numel()
        count[2] += weights.numel() * weights.requires_grad
    return [Size(name, *counts[name]) for name in PARTS]


def _part(name: str) -> str:
    """The part that a parameter of a reward model belongs to."""
    inside = name.removeprefix("backbone.").removeprefix("base_model.model.").split(".")[0]
    for part, marks in NAMED.items():
        if any(mark in inside for mark in marks):
            return part
    return inside  # the head; any other name is a family that is not known here


def size_lines(sizes: Sequence[Size], optimisation: Optimisation, processes: int) -> list[str]:
    """The sizes as a table for people, how a step is dealt out, and the least memory that a process needs."""
    total = Size(
        "total", sum(one.weights for one in sizes), sum(one.adapters for one in sizes), sum(one.trained for one in sizes)
    )
    lines = [f"{'':<10}{'weights':>16}{'LoRA':>16}{'trained':>16}{'frozen':>16}"]
    lines += [
        f"{one.name:<10}{one.weights:>16,}{one.adapters:>16,}{one.trained:>16,}{one.frozen:>16,}" for one in (*sizes, total)
    ]
    images, passes = optimisation.dealt(processes)
    memory = (BYTES * (total.weights + total.adapters) + TRAINED_BYTES * total.trained) / 1e9
    dealt = f"{processes} process{'es' * (processes > 1)}, {passes} passes each, {images} images a pass"
    lines.append(f"A step takes {optimisation.images_per_step} images: {dealt}")
    lines.append(f"Weights, gradients and optimiser need {memory:.1f} GB in each process; what the passes keep comes on top")
    return lines
