"""A PaliGemma small enough to be trained from scratch, with a tokenizer learned from a corpus."""

import json
from collections.abc import Iterable
from typing import Any

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import (
    GemmaConfig,
    GemmaTokenizer,
    PaliGemmaConfig,
    PaliGemmaModel,
    PaliGemmaProcessor,
    PreTrainedTokenizerBase,
    SiglipImageProcessorPil,
    SiglipVisionConfig,
)

from rewardmodel.backbones.adapter import Processor
from rewardmodel.backbones.paligemma import PaliGemmaParts
from rewardmodel.config import SmallBackbone

SPECIAL = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<image>")


def small_processor(corpus: Iterable[str], size: SmallBackbone, vocabulary: int = 1_500) -> PaliGemmaParts:
    """Image processor and tokenizer for a small backbone; the tokenizer's pieces come from the corpus, bytes cover the rest."""
    learned = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))  # noqa: S106 -- no password
    learned.normalizer = normalizers.Replace(" ", "▁")
    # a word with the space before it is the largest piece, and punctuation stands alone: so does a word inside quotes
    learned.pre_tokenizer = pre_tokenizers.Split(Regex(r"▁?[^\s▁\p{P}]+|▁|\p{P}|\n"), "isolated")
    byte_pieces = [f"<0x{value:02X}>" for value in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=[*SPECIAL, *byte_pieces], show_progress=False)
    learned.train_from_iterator(corpus, trainer)
    vocab, merges = _bpe_parts(learned)
    tokenizer = GemmaTokenizer(vocab=vocab, merges=merges, padding_side="right", extra_special_tokens={"image_token": "<image>"})
    patches = (size.image_size // size.patch_size) ** 2
    images = SiglipImageProcessorPil(size={"height": size.image_size, "width": size.image_size}, image_seq_length=patches)
    PaliGemmaProcessor(image_processor=images, tokenizer=tokenizer)  # type: ignore[no-untyped-call]  # adds `<loc…>` and `<seg…>`
    return PaliGemmaParts(_config(tokenizer, size), images, tokenizer)


def _bpe_parts(learned: Tokenizer) -> tuple[dict[str, int], Any]:
    # tokenizers gives the merges through its JSON form only
    model = json.loads(learned.to_str())["model"]
    return model["vocab"], [tuple(merge) for merge in model["merges"]]


def small_backbone(processor: Processor, size: SmallBackbone) -> PaliGemmaModel:
    """A PaliGemma with random weights, sized by `size`, for the processor's vocabulary."""
    return PaliGemmaModel(_config(processor.tokenizer, size))


def _config(tokenizer: PreTrainedTokenizerBase, size: SmallBackbone) -> PaliGemmaConfig:
    vision = SiglipVisionConfig(
        hidden_size=size.vision_width, intermediate_size=4 * size.vision_width, num_hidden_layers=size.vision_layers,
        num_attention_heads=size.heads, image_size=size.image_size, patch_size=size.patch_size, vision_use_head=False,
    )  # fmt: skip
    text = GemmaConfig(
        vocab_size=len(tokenizer), hidden_size=size.decoder_width, intermediate_size=3 * size.decoder_width,
        num_hidden_layers=size.decoder_layers, num_attention_heads=size.heads, num_key_value_heads=size.heads,
        head_dim=size.decoder_width // size.heads, pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    return PaliGemmaConfig(
        vision_config=vision, text_config=text, image_token_index=tokenizer.get_vocab()["<image>"],
        projection_dim=size.decoder_width, hidden_size=size.decoder_width, vocab_size=len(tokenizer),
    )  # fmt: skip
