"""LoRA adapters on disk, beside the checkpoint that they went into, so that they can be merged in part (section 5.4)."""

from pathlib import Path
from typing import cast

from peft import PeftModel
from peft.tuners.lora import LoraLayer
from transformers import PreTrainedModel

ADAPTERS = "adapters"


def keep(folder: Path, backbone: PreTrainedModel) -> None:
    """Write the adapters of a backbone made by `backbones.with_lora` into the folder of its checkpoint, in full precision."""
    wrapped = cast("PeftModel", backbone)
    wrapped.save_pretrained(str(folder / ADAPTERS))
    (folder / ADAPTERS / "README.md").unlink(missing_ok=True)  # a form to fill in that peft leaves there


def merged_at(backbone: PreTrainedModel, folder: Path, tau: float) -> PreTrainedModel:
    """The backbone with the adapters of a checkpoint's folder added into its weights: Theta + tau * alpha_train * A * B.

    `tau` is alpha_infer by alpha_train: 0 leaves the weights exactly as they are, 1 gives the reward model's. The backbone must
    be the one that the adapters were trained on, and is changed in place. Raises ValueError for a folder without adapters and
    for a tau outside [0, 1].
    """
    if not 0.0 <= tau <= 1.0:
        raise ValueError(f"tau must be in [0, 1], got {tau}")
    if not (folder / ADAPTERS).is_dir():
        raise ValueError(f"{folder} has no {ADAPTERS}: train it with --lora-rank")
    wrapped = PeftModel.from_pretrained(backbone, str(folder / ADAPTERS))
    for module in wrapped.modules():
        if isinstance(module, LoraLayer):
            module.scaling = {name: tau * value for name, value in module.scaling.items()}
    return cast("PreTrainedModel", wrapped.merge_and_unload())
