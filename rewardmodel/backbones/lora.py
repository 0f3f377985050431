"""Low-rank adapters on a backbone's decoder and projector."""

from typing import cast

from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel

from rewardmodel.backbones.families import adapter_of


def with_lora(
    backbone: PreTrainedModel, rank: int, *, alpha: int = 0, dropout: float = 0.1, targets: str = ""
) -> PreTrainedModel:
    """The backbone with low-rank adapters on decoder and projector, the only weights of it that train (paper, section 5.1).

    An alpha of 0 is a quarter of the rank, the proportion of the paper's Table 9 (512, 128, 0.1). `targets` is a regular
    expression on module names in place of the family's own. `merged` gives a plain backbone back.
    """
    adapter = adapter_of(backbone.config)
    config = LoraConfig(
        r=rank,
        lora_alpha=alpha or max(1, rank // 4),
        lora_dropout=dropout,
        target_modules=targets or adapter.lora_targets,
        modules_to_save=list(adapter.trained_whole) or None,
    )
    return cast("PreTrainedModel", get_peft_model(backbone, config))  # passes every call on to the backbone it wraps


def merged(backbone: PreTrainedModel) -> PreTrainedModel:
    """The backbone with its adapters, if it has any, added into its weights."""
    wrapped: object = backbone
    return cast("PreTrainedModel", wrapped.merge_and_unload()) if isinstance(wrapped, PeftModel) else backbone
