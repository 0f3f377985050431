"""Captioners: a backbone of any family with its LM head, as `transformers` loads, saves and generates with it.

Dimension key: B rows, T response tokens, D hidden size, V vocabulary.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import AutoModelForImageTextToText, PaliGemmaConfig, PaliGemmaForConditionalGeneration, PreTrainedModel

from rewardmodel.align import IGNORED
from rewardmodel.backbones import Processor, load_processor
from rewardmodel.backbones.families import what_to_do
from rewardmodel.records import Picture, opened

MOST_TOKENS = 96  # of a caption; those of drawings have some 30
BATCH = 32  # pictures captioned together
GREEDY = {"do_sample": False, "num_beams": 1, "repetition_penalty": 1.0, "no_repeat_ngram_size": 0}  # whatever a model's own are


class Captioner(NamedTuple):
    """A model that writes captions, with its backbone as `model.model`, and its processor."""

    model: Any  # theirs have no type in common that knows a backbone and `generate`
    processor: Processor


def captioner_of(backbone: PreTrainedModel) -> PaliGemmaForConditionalGeneration:
    """A model that generates, with this PaliGemma's backbone and its embeddings as the LM head."""
    with torch.device("meta"):  # its own weights are thrown away
        model = PaliGemmaForConditionalGeneration(cast("PaliGemmaConfig", backbone.config))
    model.model = backbone
    model.tie_weights()
    model.train(mode=False)
    return model


def save(folder: Path, captioner: Captioner) -> None:
    """Write an ordinary model folder, which `AutoModelForImageTextToText.from_pretrained` reads; weights as they are."""
    captioner.model.save_pretrained(folder)
    captioner.processor.save_pretrained(folder)


def load(folder: str) -> Captioner:
    """A captioner from a folder or by hub name, in full precision. Raises ValueError where it can't be had."""
    theirs: Any = AutoModelForImageTextToText  # its types know no report beside the model
    try:
        model, report = theirs.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
        processor = load_processor(folder)
    except (OSError, ValueError) as error:
        way_out = f" {what_to_do(folder, error)}" if isinstance(error, OSError) else ""
        raise ValueError(f"The captioner {folder!r} cannot be loaded: {error}{way_out}") from error
    if report["missing_keys"]:  # a checkpoint's weights are named otherwise, and random ones would write nonsense
        raise ValueError(f"The captioner {folder!r} lacks weights: {', '.join(sorted(report['missing_keys'])[:3])}, …")
    return Captioner(model, processor)


@torch.inference_mode()
def captions(captioner: Captioner, pictures: Sequence[Picture], prompt: str, *, most_tokens: int = MOST_TOKENS) -> Iterator[str]:
    """A caption for each picture, the likeliest token at each step (greedy), cut off behind `most_tokens`.

    Raises OSError for a picture that can't be read.
    """
    processor, device = captioner.processor, captioner.model.device
    blocks = ((processor.block(prompt, picture).ids, picture) for picture in pictures)
    for _, alike in groupby(blocks, key=lambda pair: len(pair[0])):  # most families read all pictures at the same length
        while batch := list(islice(alike, BATCH)):
            ids_BL = torch.tensor([ids for ids, _ in batch])
            images = processor.images([opened(picture) for _, picture in batch])
            inputs = {name: tensor.to(device) for name, tensor in processor.written_from(ids_BL, images).items()}
            written_BT = captioner.model.generate(**inputs, **GREEDY, max_new_tokens=most_tokens)
            for row in written_BT[:, ids_BL.shape[1] :]:
                yield processor.tokenizer.decode(row, skip_special_tokens=True).strip()


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
