"""Vision-language backbones from `transformers`: PaliGemma by hub name or folder, or a small one made here."""

import json
from collections.abc import Iterable
from typing import Any, cast

from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import (
    AutoTokenizer,
    GemmaConfig,
    GemmaTokenizer,
    PaliGemmaConfig,
    PaliGemmaModel,
    PaliGemmaProcessor,
    SiglipImageProcessorPil,
    SiglipVisionConfig,
)

from rewardmodel.config import SmallBackbone

# a bare q_proj would hit the vision encoder's too
LORA_TARGETS = r"language_model\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)|multi_modal_projector\.linear"
SPECIAL = ("<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "<image>")


def small_processor(corpus: Iterable[str], size: SmallBackbone, vocabulary: int = 1_500) -> PaliGemmaProcessor:
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
    return _processor(images, tokenizer)


def _bpe_parts(learned: Tokenizer) -> tuple[dict[str, int], Any]:
    # tokenizers gives the merges through its JSON form only
    model = json.loads(learned.to_str())["model"]
    return model["vocab"], [tuple(merge) for merge in model["merges"]]


def hidden_size(backbone: PaliGemmaModel) -> int:
    """The width D of the decoder."""
    return int(backbone.language_model.config.hidden_size)


def small_backbone(processor: PaliGemmaProcessor, size: SmallBackbone) -> PaliGemmaModel:
    """A PaliGemma with random weights, sized by `size`, for the processor's vocabulary."""
    tokenizer = processor.tokenizer
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
    config = PaliGemmaConfig(
        vision_config=vision, text_config=text, image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
        projection_dim=size.decoder_width, hidden_size=size.decoder_width, vocab_size=len(tokenizer),
    )  # fmt: skip
    return PaliGemmaModel(config)


def with_lora(backbone: PaliGemmaModel, rank: int, *, alpha: int = 0, dropout: float = 0.1, targets: str = "") -> PaliGemmaModel:
    """The backbone with low-rank adapters on decoder and projector, the only weights of it that train (paper, section 5.1).

    An alpha of 0 is a quarter of the rank, the proportion of the paper's Table 9 (512, 128, 0.1). `targets` is a regular
    expression on module names, where it isn't PaliGemma's. `merged` gives a plain backbone back.
    """
    config = LoraConfig(
        r=rank, lora_alpha=alpha or max(1, rank // 4), lora_dropout=dropout, target_modules=targets or LORA_TARGETS
    )
    return cast("PaliGemmaModel", get_peft_model(backbone, config))  # passes every call on to the backbone it wraps


def merged(backbone: PaliGemmaModel) -> PaliGemmaModel:
    """The backbone with its adapters, if it has any, added into its weights."""
    wrapped: object = backbone
    return cast("PaliGemmaModel", wrapped.merge_and_unload()) if isinstance(wrapped, PeftModel) else backbone


def load_processor(name: str) -> PaliGemmaProcessor:
    """The processor of a PaliGemma, by hub name or folder.

    The parts are named outright: with torchvision installed, the automatic choice would resize pictures differently.
    """
    images = SiglipImageProcessorPil.from_pretrained(name)
    tokenizer = AutoTokenizer.from_pretrained(name, padding_side="right")
    return _processor(images, tokenizer)


def _processor(images: SiglipImageProcessorPil, tokenizer: Any) -> PaliGemmaProcessor:
    return PaliGemmaProcessor(image_processor=images, tokenizer=tokenizer)  # type: ignore[no-untyped-call]  # theirs


def load_backbone(name: str) -> tuple[PaliGemmaModel, PaliGemmaProcessor]:
    """A pretrained PaliGemma without its LM head, by hub name or folder.

    Raises ValueError saying what to do where it cannot be had.
    """
    try:
        return PaliGemmaModel.from_pretrained(name), load_processor(name)
    except OSError as error:
        raise ValueError(
            f"The backbone {name!r} cannot be loaded: {error}. Give the folder of a downloaded model, or, for a hub name, "
            "accept its licence on the hub and sign in with `hf auth login`."
        ) from error
