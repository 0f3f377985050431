"""Low-rank adapters on a backbone's decoder and projector: made, merged in full or in part, and kept on disk (section 5.4)."""

import re
from pathlib import Path
from typing import Any, cast

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer
from peft.utils.other import ModulesToSaveWrapper
from safetensors import safe_open
from transformers import PreTrainedModel

from rewardmodel.backbones.families import adapter_of
from rewardmodel.checkpoints import WEIGHTS
from rewardmodel.config import Lora, LoraOn

DECODERS = ("language_model.", "text_model.")  # how the modules of the families' decoders are named
ROUNDING = 2e-3  # weights in a file have 16 bits
ADAPTERS = "adapters"  # their folder, beside the checkpoint that they went into


def with_lora(backbone: PreTrainedModel, lora: Lora) -> PreTrainedModel:
    """The backbone with low-rank adapters on decoder, projector or both, the only weights of it that train (section 5.1).

    An alpha of 0 is a quarter of the rank, the proportion of the paper's Table 9 (512, 128, 0.1). Modules are those that
    `lora.lora_targets` names, else the family's own. `merged` gives a plain backbone back. Raises ValueError for names of none.
    """
    adapter = adapter_of(backbone.config)
    whole = () if lora.lora_on is LoraOn.DECODER else adapter.trained_whole
    config = LoraConfig(
        r=lora.lora_rank,
        lora_alpha=lora.lora_alpha or max(1, lora.lora_rank // 4),
        lora_dropout=lora.lora_dropout,
        target_modules=_chosen(backbone, lora.lora_targets or adapter.lora_targets, lora.lora_on),
        modules_to_save=list(whole) or None,
    )
    return cast("PreTrainedModel", get_peft_model(backbone, config))  # passes every call on to the backbone it wraps


def _chosen(backbone: PreTrainedModel, targets: str, on: LoraOn) -> str | list[str]:
    """The modules that get adapters: all that the expression names, or those of them in the decoder or outside of it."""
    if on is LoraOn.BOTH:
        return targets
    named = [name for name, _ in backbone.named_modules() if re.fullmatch(targets, name)]
    chosen = [name for name in named if name.startswith(DECODERS) == (on is LoraOn.DECODER)]
    if not chosen:
        raise ValueError(f"The {on} of {backbone.config.model_type} has no linear layer: adapters can't be on it alone")
    return chosen


def merged(backbone: PreTrainedModel) -> PreTrainedModel:
    """The backbone with its adapters, if it has any, added into its weights."""
    wrapped: object = backbone
    return cast("PreTrainedModel", wrapped.merge_and_unload()) if isinstance(wrapped, PeftModel) else backbone


def save_adapters(folder: Path, backbone: PreTrainedModel) -> None:
    """Write the adapters of a backbone made by `with_lora` into the folder of its checkpoint, in full precision."""
    wrapped = cast("PeftModel", backbone)
    wrapped.save_pretrained(str(folder / ADAPTERS))
    (folder / ADAPTERS / "README.md").unlink(missing_ok=True)  # a form to fill in that peft leaves there


def merged_at(backbone: PreTrainedModel, folder: Path, tau: float) -> PreTrainedModel:
    """The backbone with the adapters of a checkpoint's folder added into its weights: Theta + tau * alpha_train * A * B.

    Section 5.4 of the paper; alpha_train is LoRA's alpha over its rank, `tau` in [0, 1] is alpha_infer by alpha_train: 0 leaves
    the weights exactly as they are, 1 gives the reward model's; what trained whole lies between both likewise. The backbone must
    be the one that the adapters were trained on, and is changed in place.
    Raises ValueError for a folder without adapters, for adapters of another model and for a tau outside [0, 1].
    """
    check_tau(tau)
    if not (folder / ADAPTERS).is_dir():
        raise ValueError(f"{folder} has no {ADAPTERS}: train it with --lora-rank")
    try:
        wrapped = PeftModel.from_pretrained(backbone, str(folder / ADAPTERS))
    except (KeyError, RuntimeError, ValueError) as error:  # modules or sizes that are not there
        raise ValueError(f"The adapters in {folder} were trained on another model: {error}") from error
    _check_base(wrapped, folder)
    for module in wrapped.modules():
        if isinstance(module, LoraLayer):
            module.scaling = {name: tau * value for name, value in module.scaling.items()}
        elif isinstance(module, ModulesToSaveWrapper):
            _move(module, tau)
    return cast("PreTrainedModel", wrapped.merge_and_unload())


def check_tau(tau: float) -> None:
    """Raise ValueError for a tau outside [0, 1]."""
    if not 0.0 <= tau <= 1.0:
        raise ValueError(f"tau must be in [0, 1], got {tau}")


@torch.no_grad()
def _check_base(wrapped: PeftModel, folder: Path) -> None:
    """Compare the first and the last matrix with those of the checkpoint, which has the adapters in it, to its rounding."""
    if not (folder / WEIGHTS).is_file():
        return
    adapted = [(name, module) for name, module in wrapped.get_base_model().named_modules() if isinstance(module, LoraLayer)]
    with safe_open(folder / WEIGHTS, framework="pt") as file:
        for name, module in (adapted[0], adapted[-1]):
            layer = cast("Any", module)
            here = layer.base_layer.weight.float() + layer.get_delta_weight(layer.active_adapters[0]).float()
            kept = file.get_tensor(f"backbone.{name}.weight").float()
            if not torch.allclose(here, kept, rtol=ROUNDING, atol=ROUNDING * float(kept.abs().max())):
                raise ValueError(f"The adapters in {folder} were trained on another model: {name} has other weights")


@torch.no_grad()
def _move(module: ModulesToSaveWrapper, tau: float) -> None:
    """Take what trained whole back towards what it was."""
    [trained] = module.modules_to_save.values()
    for weights, before in zip(trained.parameters(), module.original_module.parameters(), strict=True):
        weights.copy_(torch.lerp(before, weights, tau))
