"""Captioners: a backbone with its LM head, tied to the embeddings, as `transformers` loads, saves and generates with it.

Dimension key: B rows, T response tokens, D hidden size, V vocabulary.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import PaliGemmaConfig, PaliGemmaForConditionalGeneration, PreTrainedModel

from rewardmodel.align import IGNORED
from rewardmodel.backbones import Processor, load_processor
from rewardmodel.records import Picture, opened

MOST_TOKENS = 96  # of a caption; those of drawings have some 30
BATCH = 32  # pictures captioned together


class Captioner(NamedTuple):
    """A model that writes captions, and its processor."""

    model: PaliGemmaForConditionalGeneration
    processor: Processor


def captioner_of(backbone: PreTrainedModel) -> PaliGemmaForConditionalGeneration:
    """A model that generates, with this backbone and its embeddings as the LM head."""
    with torch.device("meta"):  # its own weights are thrown away
        model = PaliGemmaForConditionalGeneration(cast("PaliGemmaConfig", backbone.config))
    model.model = backbone
    model.tie_weights()
    model.train(mode=False)
    return model


def save(folder: Path, captioner: Captioner) -> None:
    """Write an ordinary model folder, which `PaliGemmaForConditionalGeneration.from_pretrained` reads; weights as they are."""
    captioner.model.save_pretrained(folder)
    captioner.processor.save_pretrained(folder)


def load(folder: str) -> Captioner:
    """A captioner from a folder or by hub name, in full precision. Raises ValueError where it can't be had."""
    theirs: Any = PaliGemmaForConditionalGeneration  # its types know no report beside the model
    try:
        model, report = theirs.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
        processor = load_processor(folder)
    except OSError as error:
        raise ValueError(f"The captioner {folder!r} cannot be loaded: {error}") from error
    if report["missing_keys"]:  # a checkpoint's weights are named otherwise, and random ones would write nonsense
        raise ValueError(f"The captioner {folder!r} lacks weights: {', '.join(sorted(report['missing_keys'])[:3])}, …")
    return Captioner(model, processor)


@torch.inference_mode()
def captions(captioner: Captioner, pictures: Sequence[Picture], prompt: str, *, most_tokens: int = MOST_TOKENS) -> Iterator[str]:
    """A caption for each picture, the likeliest token at each step (greedy). Raises OSError for a picture that can't be read."""
    model: Any = captioner.model  # theirs types `generate` for a protocol that it doesn't meet
    processor = captioner.processor
    tokenizer, device = processor.tokenizer, model.device
    waiting = iter(pictures)
    while batch := list(islice(waiting, BATCH)):
        blocks = [processor.block(prompt, picture).ids for picture in batch]
        ids_BT = torch.tensor(blocks, device=device)
        pixels_BCHW = processor.images([opened(picture) for picture in batch])["pixels_BCHW"]
        written_BT = model.generate(
            input_ids=ids_BT,
            pixel_values=pixels_BCHW.to(device),
            attention_mask=torch.ones_like(ids_BT),
            token_type_ids=torch.zeros_like(ids_BT),  # image and prompt see each other wholly; what is written is causal
            do_sample=False,
            max_new_tokens=most_tokens,
        )
        for row in written_BT[:, ids_BT.shape[1] :]:
            yield tokenizer.decode(row, skip_special_tokens=True).strip()


def next_token_logits(backbone: PreTrainedModel, hidden: Tensor) -> Tensor:
    """What the LM head of `captioner_of(backbone)` makes of last hidden states (…, D): logits (…, V)."""
    logits = F.linear(hidden, backbone.get_input_embeddings().get_parameter("weight").to(hidden.dtype)).float()
    cap = getattr(backbone.config.text_config, "final_logit_softcapping", None)  # PaliGemma 2 has one
    return logits if cap is None else cap * torch.tanh(logits / cap)


def next_token_loss(backbone: PreTrainedModel, hidden_BLD: Tensor, sources_BT: Tensor, targets_BT: Tensor) -> Tensor:
    """Mean cross-entropy of the tokens `targets_BT`, each read at column `sources_BT` of its row; IGNORED ones don't count."""
    kept_BT = targets_BT != IGNORED
    rows_N = kept_BT.nonzero()[:, 0]
    logits_NV = next_token_logits(backbone, hidden_BLD[rows_N, sources_BT[kept_BT]])
    return F.cross_entropy(logits_NV, targets_BT[kept_BT])
