"""Vision-language backbones from `transformers`, by hub name or folder, or a small PaliGemma made here; one adapter a family."""

from rewardmodel.backbones.adapter import Adapter, Block, EncodedBlock, Kept, Processor, Tokens
from rewardmodel.backbones.families import ADAPTERS, adapter_of, empty_backbone, hidden_size, load_backbone, load_processor
from rewardmodel.backbones.lora import merged, merged_at, save_adapters, with_lora
from rewardmodel.backbones.small import small_backbone, small_processor

__all__ = [
    "ADAPTERS",
    "Adapter",
    "Block",
    "EncodedBlock",
    "Kept",
    "Processor",
    "Tokens",
    "adapter_of",
    "empty_backbone",
    "hidden_size",
    "load_backbone",
    "load_processor",
    "merged",
    "merged_at",
    "save_adapters",
    "small_backbone",
    "small_processor",
    "with_lora",
]
