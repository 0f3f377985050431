"""One tiny backbone with random weights for each family, and the family's own plain forward pass to compare with."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
import transformers as tf
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from rewardmodel.backbones import Processor, small_processor
from rewardmodel.backbones.families import ADAPTERS
from rewardmodel.config import SmallBackbone

CORPUS = ["A red dog sits on the grass.", 'A sign reads "STOP".', "Two cats are left of the house.", "What is there?"] * 4
PROMPT = "What is there?"
SMALL = SmallBackbone(image_size=32, patch_size=16, vision_layers=1, vision_width=16, decoder_layers=2, decoder_width=16, heads=2)
DECODER = {
    "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "num_key_value_heads": 1,
    "head_dim": 8, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2,
}  # fmt: skip
WINDOWED = {  # a window so small that the tests' rows are longer
    "sliding_window": 6, "query_pre_attn_scalar": 8, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
}  # fmt: skip
SIGLIP = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 32}
Plain = Callable[["Tiny", Image.Image, str, str], tuple[list[int], torch.Tensor]]


@dataclass
class Tiny:
    """A family's backbone and processor; `plain` gives a row's tokens and last hidden states, (L, D), by the library."""

    name: str
    backbone: tf.PreTrainedModel
    processor: Processor
    plain: Plain

    @property
    def family(self) -> str:
        return self.backbone.config.model_type


def gemma_tokenizer(special: list[str], extra: dict[str, str]) -> tf.GemmaTokenizer:
    model = json.loads(small_processor(CORPUS, SMALL).tokenizer._tokenizer.to_str())["model"]
    tokenizer = tf.GemmaTokenizer(
        vocab=model["vocab"], merges=[tuple(merge) for merge in model["merges"]], padding_side="right", extra_special_tokens=extra
    )
    tokenizer.add_tokens(special, special_tokens=True)
    return tokenizer


def byte_tokenizer(special: list[str], bos: str | None) -> tf.PreTrainedTokenizerFast:
    learned = Tokenizer(models.BPE())
    learned.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    learned.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    learned.train_from_iterator(
        CORPUS,
        trainers.BpeTrainer(vocab_size=400, special_tokens=["<pad>", *special], initial_alphabet=alphabet, show_progress=False),
    )
    return tf.PreTrainedTokenizerFast(tokenizer_object=learned, pad_token="<pad>", bos_token=bos, padding_side="right")


def shaken(config: tf.PreTrainedConfig) -> tf.PreTrainedModel:
    """A backbone whose every weight is random: gates, norms and biases too, which start at values that hide mistakes."""
    torch.manual_seed(0)
    backbone = tf.AutoModel.from_config(config).eval()
    with torch.no_grad():
        for weights in backbone.parameters():
            weights.add_(0.2 * torch.randn(weights.shape))
    return backbone


def parts_of(config, images, tokenizer) -> Processor:
    return ADAPTERS[config.model_type].processor_class(config, images, tokenizer)


def by_their_processor(processor_class: type, prefix: Callable[[str], str], suffix: Callable[[str], str], **flags) -> Plain:
    def plain(tiny: Tiny, picture: Image.Image, prompt: str, text: str) -> tuple[list[int], torch.Tensor]:
        theirs = processor_class(tiny.processor.image_processor, tiny.processor.tokenizer, **flags)
        inputs = theirs(images=[[picture]], text=[prefix(prompt) + suffix(text)], return_tensors="pt", add_special_tokens=False)
        inputs.pop("attention_mask")
        with torch.inference_mode():
            return inputs["input_ids"][0].tolist(), tiny.backbone(**inputs).last_hidden_state[0]

    return plain


def paligemma(version: int) -> Tiny:
    processor = small_processor(CORPUS, SMALL)
    tokenizer = processor.tokenizer
    more = {"model_type": "gemma"} if version == 1 else {"model_type": "gemma2", **WINDOWED}
    config = tf.PaliGemmaConfig(
        vision_config=SIGLIP | {"model_type": "siglip_vision_model", "patch_size": 16, "vision_use_head": False},
        text_config=DECODER | {"vocab_size": len(tokenizer)} | more,
        image_token_index=processor.image_token_id, projection_dim=16, hidden_size=16, vocab_size=len(tokenizer),
    )  # fmt: skip

    def plain(tiny: Tiny, picture: Image.Image, prompt: str, text: str) -> tuple[list[int], torch.Tensor]:
        theirs = tf.PaliGemmaProcessor(tiny.processor.image_processor, tiny.processor.tokenizer)
        inputs = theirs(images=picture, text=f"<image>{prompt}", suffix=text, return_tensors="pt")
        inputs = {name: inputs[name][:, :-1] for name in ("input_ids", "token_type_ids")} | {
            "pixel_values": inputs["pixel_values"]
        }
        with torch.inference_mode():  # the last token was <eos>
            return inputs["input_ids"][0].tolist(), tiny.backbone(**inputs).last_hidden_state[0]

    return Tiny(f"paligemma {version}", shaken(config), parts_of(config, processor.image_processor, tokenizer), plain)


def gemma3() -> Tiny:
    special = {"boi_token": "<start_of_image>", "eoi_token": "<end_of_image>", "image_token": "<image_soft_token>"}
    tokenizer = gemma_tokenizer(["<start_of_turn>", "<end_of_turn>"], special)
    config = tf.Gemma3Config(
        vision_config=SIGLIP | {"model_type": "siglip_vision_model", "patch_size": 8, "vision_use_head": False},
        text_config=DECODER | {
            "model_type": "gemma3_text", "vocab_size": len(tokenizer), **WINDOWED,
        },
        mm_tokens_per_image=4, image_token_index=tokenizer.image_token_id,
        boi_token_index=tokenizer.boi_token_id, eoi_token_index=tokenizer.eoi_token_id,
    )  # fmt: skip
    images = tf.Gemma3ImageProcessorPil(size={"height": 32, "width": 32})
    turn = "<bos><start_of_turn>user\n<start_of_image>{}<end_of_turn>\n<start_of_turn>model\n"
    plain = by_their_processor(tf.Gemma3Processor, turn.format, str, image_seq_length=4)
    return Tiny("gemma3", shaken(config), parts_of(config, images, tokenizer), plain)


def idefics3(name: str) -> Tiny:
    tiles = [f"<row_{row}_col_{column}>" for row in range(1, 4) for column in range(1, 4)]
    special = ["<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>", *tiles]
    tokenizer = byte_tokenizer(["<|im_start|>", *special], "<|im_start|>")
    kind = tf.SmolVLMConfig if name == "smolvlm" else tf.Idefics3Config
    config = kind(
        vision_config=SIGLIP | {"patch_size": 8}, text_config=DECODER | {"model_type": "llama", "vocab_size": len(tokenizer)},
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"), scale_factor=2, pad_token_id=0,
    )  # fmt: skip
    images = (tf.SmolVLMImageProcessorPil if name == "smolvlm" else tf.Idefics3ImageProcessorPil)(
        size={"longest_edge": 64}, max_image_size={"longest_edge": 32}
    )
    turn = "<|im_start|>User:<image>{}<end_of_utterance>\nAssistant: "
    # SmolVLM's own processor wants a video processor, hence torchvision; it writes the same text
    plain = by_their_processor(tf.Idefics3Processor, turn.format, str, image_seq_len=4)
    return Tiny(name, shaken(config), parts_of(config, images, tokenizer), plain)


def qwen(name: str) -> Tiny:
    special = ["<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"]
    tokenizer = byte_tokenizer(special, None)
    ids = {f"{token.strip('<|>').replace('pad', 'token')}_id": tokenizer.convert_tokens_to_ids(token) for token in special[4:]}
    rope = {"rope_type": "default", "rope_theta": 10_000.0, "mrope_section": [2, 1, 1]}
    text = DECODER | {"vocab_size": len(tokenizer), "rope_parameters": rope}
    vision = {"depth": 2, "hidden_size": 16, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": 16, "patch_size": 4}
    if name == "qwen2_5_vl":
        vision |= {"window_size": 16, "fullatt_block_indexes": [1]}
        config = tf.Qwen2_5_VLConfig(text_config=text, vision_config=vision, **ids)
    else:
        vision |= {"deepstack_visual_indexes": [0, 1], "num_position_embeddings": 16}
        config = tf.Qwen3VLConfig(text_config=text, vision_config=vision, **ids)
    images = tf.Qwen2VLImageProcessorPil(patch_size=4, size={"shortest_edge": 64, "longest_edge": 1_024})

    def plain(tiny: Tiny, picture: Image.Image, prompt: str, text: str) -> tuple[list[int], torch.Tensor]:
        made = images([picture], return_tensors="pt")
        places = int(made["image_grid_thw"].prod()) // 4
        system = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n" if name == "qwen2_5_vl" else ""
        image = f"<|vision_start|>{'<|image_pad|>' * places}<|vision_end|>"
        turn = f"<|im_start|>user\n{image}{prompt}<|im_end|>\n<|im_start|>assistant\n"
        ids_L = tokenizer(system + turn + text, add_special_tokens=False, return_tensors="pt")["input_ids"]
        is_image = (ids_L == config.image_token_id).int()
        with torch.inference_mode():
            output = tiny.backbone(input_ids=ids_L, mm_token_type_ids=is_image, **made)
        return ids_L[0].tolist(), output.last_hidden_state[0]

    return Tiny(name, shaken(config), parts_of(config, images, tokenizer), plain)


def mllama(*, is_for_dialogues: bool) -> Tiny:
    special = ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|python_tag|>"]
    tokenizer = byte_tokenizer(special, "<|begin_of_text|>")
    count = len(tokenizer)
    tokenizer.add_tokens(["<|image|>"], special_tokens=True)  # behind the vocabulary, as in the published models
    if is_for_dialogues:
        tokenizer.chat_template = "{{ messages }}"
    config = tf.MllamaConfig(
        vision_config={
            "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_global_layers": 1, "attention_heads": 2,
            "image_size": 16, "patch_size": 8, "max_num_tiles": 4, "vision_output_dim": 32, "intermediate_layers_indices": [0],
            "supported_aspect_ratios": [[1, 1], [1, 2], [1, 3], [1, 4], [2, 1], [2, 2], [3, 1], [4, 1]],
        },
        text_config=DECODER | {"vocab_size": count, "cross_attention_layers": [1]},
        image_token_index=count,
    )  # fmt: skip
    images = tf.MllamaImageProcessorPil(size={"height": 16, "width": 16}, max_image_tiles=4)
    header = "<|start_header_id|>{}<|end_header_id|>\n\n"
    turn = f"<|begin_of_text|>{header.format('user')}<|image|>{{}}<|eot_id|>{header.format('assistant')}"
    plain = by_their_processor(tf.MllamaProcessor, (turn if is_for_dialogues else "<|image|><|begin_of_text|>{}").format, str)
    return Tiny("mllama", shaken(config), parts_of(config, images, tokenizer), plain)


MAKERS: dict[str, Callable[[], Tiny]] = {
    "paligemma": lambda: paligemma(1),
    "paligemma2": lambda: paligemma(2),
    "gemma3": gemma3,
    "idefics3": lambda: idefics3("idefics3"),
    "smolvlm": lambda: idefics3("smolvlm"),
    "qwen2_5_vl": lambda: qwen("qwen2_5_vl"),
    "qwen3_vl": lambda: qwen("qwen3_vl"),
    "mllama": lambda: mllama(is_for_dialogues=False),
    "mllama-instruct": lambda: mllama(is_for_dialogues=True),
}


@pytest.fixture(params=MAKERS)
def tiny(request) -> Tiny:
    return MAKERS[request.param]()


@pytest.fixture
def tiny_of() -> Callable[[str], Tiny]:
    """Makes the tiny backbone of a named family."""
    return lambda name: MAKERS[name]()


@pytest.fixture(scope="session")
def pictures() -> list[Image.Image]:
    """Three shapes, noise in each: a flat picture would hide that places are mixed up."""
    noise = torch.Generator().manual_seed(3)
    return [
        Image.frombytes("RGB", size, bytes(torch.randint(0, 256, (size[0] * size[1] * 3,), generator=noise).tolist()))
        for size in ((40, 30), (20, 45), (33, 33))
    ]
