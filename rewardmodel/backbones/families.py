"""Which families there are, and how their backbones are had: by hub name, from a folder, or empty for a checkpoint's weights."""

from pathlib import Path

import torch
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel

from rewardmodel.backbones.adapter import Adapter, Processor
from rewardmodel.backbones.gemma3 import Gemma3
from rewardmodel.backbones.idefics3 import Idefics3, SmolVLM
from rewardmodel.backbones.mllama import Mllama
from rewardmodel.backbones.paligemma import PaliGemma
from rewardmodel.backbones.qwen import Qwen3, Qwen25

ADAPTERS: dict[str, Adapter] = {  # by the `model_type` of a configuration
    "paligemma": PaliGemma(),
    "gemma3": Gemma3(),
    "idefics3": Idefics3(),
    "smolvlm": SmolVLM(),
    "qwen2_5_vl": Qwen25(),
    "qwen3_vl": Qwen3(),
    "mllama": Mllama(),
}
WHOLE = "It must hold the whole model, with tokenizer and image processor: `hf download` fetches all of it."


def adapter_of(config: PreTrainedConfig) -> Adapter:
    """The adapter of the family that a configuration belongs to. Raises ValueError for another family."""
    if config.model_type not in ADAPTERS:
        raise ValueError(f"There is no adapter for models of type {config.model_type!r}, only for {', '.join(ADAPTERS)}")
    return ADAPTERS[config.model_type]


def hidden_size(backbone: PreTrainedModel) -> int:
    """The width D of the decoder."""
    return int(backbone.config.get_text_config().hidden_size)


def empty_backbone(folder: str) -> PreTrainedModel:
    """A backbone as the configuration in the folder says, with random weights."""
    config = AutoConfig.from_pretrained(folder)
    adapter_of(config)
    backbone: PreTrainedModel = AutoModel.from_config(config, dtype=torch.float32)  # type: ignore[no-untyped-call]  # theirs
    return backbone


def load_processor(name: str) -> Processor:
    """The processor of a backbone or checkpoint, by hub name or folder."""
    config = AutoConfig.from_pretrained(name)
    return adapter_of(config).processor_class.load(name, config)


def load_backbone(name: str) -> tuple[PreTrainedModel, Processor]:
    """A pretrained backbone without its LM head, in float32, and its processor, by hub name or folder.

    Raises ValueError saying what to do where it cannot be had.
    """
    if name.startswith((".", "/", "~")) and not Path(name).is_dir():
        raise ValueError(f"The backbone {name!r} cannot be loaded: there is no such folder. {WHOLE}")
    if Path(name).is_dir() and not (Path(name) / "config.json").is_file():
        raise ValueError(f"The backbone {name!r} cannot be loaded: the folder has no config.json. {WHOLE}")
    try:
        processor = load_processor(name)
        backbone, report = AutoModel.from_pretrained(name, dtype=torch.float32, output_loading_info=True)
    except OSError as error:
        raise ValueError(f"The backbone {name!r} cannot be loaded: {error} {what_to_do(name, error)}") from error
    if report["missing_keys"]:
        raise ValueError(f"The backbone {name!r} lacks weights: {', '.join(sorted(report['missing_keys'])[:3])}, …")
    return backbone, processor


def what_to_do(name: str, error: OSError) -> str:
    """The way out for a person whose backbone cannot be loaded."""
    cause = error.__cause__
    if isinstance(cause, GatedRepoError):
        return f"Accept its licence at https://huggingface.co/{name} and sign in with `hf auth login`."
    if isinstance(cause, RepositoryNotFoundError):
        return "Check the name; a private model also needs `hf auth login`."
    if Path(name).is_dir():
        return WHOLE
    return (
        "Give the folder of a downloaded model, or, for a hub name, be online, accept its licence on the hub and sign in with "
        "`hf auth login`."
    )
