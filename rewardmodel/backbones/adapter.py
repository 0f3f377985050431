"""What the reward model asks of a family of vision-language models: pictures and text in, hidden states out.

Every family reads rows as `packing.pack` makes them: a block of image and prompt, then any number of responses to it. A family
has two classes: a `Processor`, which knows prompts, tokens and pixels, and an `Adapter`, which knows tensors.

Dimension key: B rows, L row length, K columns that are looked at, P image places, D hidden size, X 1 or 3 position axes.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import torch
from PIL import Image
from torch import Tensor, nn
from transformers import AutoTokenizer, Cache, DynamicLayer, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

from rewardmodel.packing import EncodedResponse, Packed, encode_response, pack
from rewardmodel.records import Picture


class EncodedBlock(NamedTuple):
    """The tokens of one image and its prompt; their positions, (L,) or (L, 3), where they do not just count."""

    ids: list[int]
    positions_LX: Tensor | None = None


class Processor(ABC):
    """Turns pictures, prompts and responses into what the backbones of one family read.

    The parts are named outright: with torchvision installed, an automatic choice would resize pictures differently, and without
    it the composed processors of some families do not load.
    """

    images_class: ClassVar[type[Any]]

    def __init__(self, config: PreTrainedConfig, image_processor: Any, tokenizer: PreTrainedTokenizerBase) -> None:
        self.config = config
        self.image_processor = image_processor
        self.tokenizer: Any = tokenizer

    @classmethod
    def load(cls, name: str, config: PreTrainedConfig) -> Self:
        """The parts from a folder or the hub. Raises OSError where one is missing."""
        loaded = cls(config, cls.images_class.from_pretrained(name), AutoTokenizer.from_pretrained(name, padding_side="right"))
        letters = loaded.encode("a dog")
        if not letters or loaded.tokenizer.unk_token_id in letters:  # without its files the library makes an empty one
            raise OSError(f"the tokenizer in {name} has no vocabulary.")
        return loaded

    def save_pretrained(self, folder: Path) -> None:
        """Write the parts' files, as `load` reads them."""
        self.image_processor.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)

    @property
    def image_token_id(self) -> int:
        """The token that stands for a place of the image."""
        return int(self.config.image_token_id)

    @property
    @abstractmethod
    def image_size(self) -> int:
        """Pixels a side of the square picture that the vision encoder sees best: drawings are made that large."""

    @abstractmethod
    def images(self, pictures: Sequence[Image.Image]) -> dict[str, Tensor]:
        """Tensors of RGB pictures, named as `Adapter.image_inputs` says."""

    @abstractmethod
    def block(self, prompt: str, picture: Picture) -> EncodedBlock:
        """The tokens before a response, in the family's prompt form. Raises OSError where the picture's size cannot be read."""

    def written_from(self, ids_BL: Tensor, images: dict[str, Tensor]) -> dict[str, Tensor]:
        """Rows of blocks, all of one length, and what `images` made of their pictures, as the family's `generate` takes them."""
        return {"input_ids": ids_BL, "attention_mask": torch.ones_like(ids_BL), **self.library_images(ids_BL, images)}

    def library_images(self, ids_BL: Tensor, images: dict[str, Tensor]) -> dict[str, Tensor]:
        """What `images` made, under the library's names, and what its models want to know of the rows besides."""
        return {"pixel_values": images["pixels_BCHW"]}

    def response(self, text: str) -> EncodedResponse:
        """The tokens of a response, as they stand behind the block."""
        return encode_response(self.tokenizer, text)

    def pack(self, blocks: Sequence[EncodedBlock], responses: Sequence[Sequence[EncodedResponse]]) -> Packed:
        """Rows of tokens from blocks and the responses that belong to each."""
        pad_id = self.tokenizer.pad_token_id or 0  # no response sees the padding
        positions = [block.positions_LX for block in blocks if block.positions_LX is not None]
        return pack([block.ids for block in blocks], responses, pad_id, positions or None)

    def encode(self, text: str) -> list[int]:
        """Token ids of a piece of a prompt form; special tokens that it spells out count as such."""
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def harmless(self, prompt: str) -> str:
        """The prompt without the image token's name: there is one image, and its places are in the form."""
        name = self.tokenizer.convert_ids_to_tokens(self.image_token_id)
        while name in prompt:  # what is left of a name inside a name may be one
            prompt = prompt.replace(name, "")
        return prompt


class Tokens(NamedTuple):
    """Rows as `packing.Packed` has them, on the model's device. Positions are (B, L) or (B, L, 3)."""

    ids_BL: Tensor
    segments_BL: Tensor
    positions_BL: Tensor


class Kept(DynamicLayer):  # type: ignore[no-untyped-call]  # theirs
    """A layer's keys and values in the precision of matrix products, to which attention rounds them at every pass otherwise."""

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """As the library's, which keeps both in the precision of the first keys it gets."""
        device = key_states.device.type
        dtype = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else key_states.dtype
        return super().update(key_states.to(dtype), value_states.to(dtype), *args, **kwargs)


class Block(NamedTuple):
    """Image and prompt as the decoder has read them: what no response changes."""

    tokens: Tokens
    features_BPD: Tensor
    cache: Cache

    @property
    def next_position(self) -> int:
        """The position of a response's first token."""
        return int(self.tokens.positions_BL.max()) + 1

    def copy(self) -> "Block":
        """The same to be read on from: its cache grows by itself, and shares what it holds so far."""
        cache = copy(self.cache)
        cache.layers = [copy(layer) for layer in cache.layers]
        return self._replace(cache=cache)


class Adapter:
    """What differs between families once everything is a tensor. The defaults suit a decoder that has the image in its row."""

    processor_class: ClassVar[type[Processor]]
    decoder_name: ClassVar[str] = "language_model"
    image_inputs: ClassVar[tuple[str, ...]] = ("pixels_BCHW",)
    lora_targets: ClassVar[str]  # regular expression on module names: decoder and projector, never the vision encoder
    trained_whole: ClassVar[tuple[str, ...]] = ()  # projectors that are no linear layer, so that adapters cannot hold them
    has_square_grid: ClassVar[bool] = False  # features are cells of the whole picture, row by row, as many as columns
    block_has_no_window: ClassVar[bool] = False  # whether columns of the block see each other at any distance

    def decoder(self, backbone: PreTrainedModel) -> nn.Module:
        """The part of the backbone that reads the rows."""
        return backbone.get_submodule(self.decoder_name)

    def image_features(self, backbone: PreTrainedModel, pixels_BCHW: Tensor) -> Tensor:
        """Projected image features, (B, P, D); a row with fewer places than others is padded with zeros."""
        model: Any = backbone
        features_BPD: Tensor = model.get_image_features(pixels_BCHW).pooler_output
        return features_BPD

    def image_places(self, backbone: PreTrainedModel, tokens: Tokens) -> Tensor:
        """Which columns stand for the image, boolean, (B, L). A response that spells the image token out is text."""
        places_BL: Tensor = (tokens.ids_BL == backbone.config.image_token_id) & (tokens.segments_BL == 0)
        return places_BL

    def together(self, backbone: PreTrainedModel, tokens: Tokens) -> Tensor | None:
        """Columns of the block that see each other in both directions, boolean, (B, L); None: the block is causal."""
        return None

    def decode(
        self, backbone: PreTrainedModel, tokens: Tokens, seen_B1LK: Tensor, image: Tensor | Block, *,
        cache: Cache | None = None, output_hidden_states: bool = False,
    ) -> Any:  # fmt: skip
        """The decoder's output for rows. The image is its features, (B, P, D), or a block that was read before.

        `seen_B1LK` says which columns each column may see, those of the block first. A cache, where given, grows by the rows.
        """
        decoder = self.decoder(backbone)
        block = image if isinstance(image, Block) else None
        embeddings_BLD = self.embeddings(backbone, tokens, image)
        return decoder(
            inputs_embeds=embeddings_BLD,
            attention_mask=self.masks(decoder, seen_B1LK, tokens, block, embeddings_BLD.dtype),
            position_ids=self.position_ids(tokens.positions_BL),
            past_key_values=block.cache if block else cache,
            use_cache=block is not None or cache is not None,
            output_hidden_states=output_hidden_states,
            **self.extras(backbone, tokens, image),
        )

    def embeddings(self, backbone: PreTrainedModel, tokens: Tokens, image: Tensor | Block) -> Tensor:
        """Those of the tokens, (B, L, D), with the image's features in their places."""
        embed: Any = backbone.get_input_embeddings()
        embeddings_BLD: Tensor = embed(tokens.ids_BL)
        if isinstance(image, Block):
            return embeddings_BLD
        places_BL = self.image_places(backbone, tokens)
        features_ND = shown(image, places_BL)[:, : embeddings_BLD.shape[2]]
        return embeddings_BLD.masked_scatter(places_BL.unsqueeze(2), features_ND.to(embeddings_BLD.dtype))

    def position_ids(self, positions_BL: Tensor) -> Tensor:
        """Positions as the decoder takes them, (B, L) unless the family says otherwise."""
        return positions_BL

    def extras(self, backbone: PreTrainedModel, tokens: Tokens, image: Tensor | Block) -> dict[str, Any]:
        """Further arguments of the decoder by name; none unless the family needs some."""
        return {}

    def masks(
        self, decoder: nn.Module, seen_B1LK: Tensor, tokens: Tokens, block: Block | None, dtype: torch.dtype
    ) -> Tensor | dict[str, Tensor]:
        """Attention masks as the decoder takes them: one, or one for each kind of its layers, (B, 1, L, K).

        Boolean, True where a column is seen; with eager attention what is added to its logits, 0 or the lowest number of `dtype`.
        """
        config: Any = decoder.config
        is_eager = config._attn_implementation == "eager"
        mask_B1LK = additive(seen_B1LK, dtype) if is_eager else seen_B1LK
        if "sliding_attention" not in (getattr(config, "layer_types", None) or ()):
            return mask_B1LK
        near_B1LK = seen_B1LK & self._within(config.sliding_window, tokens, block)
        return {"full_attention": mask_B1LK, "sliding_attention": additive(near_B1LK, dtype) if is_eager else near_B1LK}

    def _within(self, window: int, tokens: Tokens, block: Block | None) -> Tensor:
        """Which columns are less than a window behind, boolean, (B, 1, L, K): by position, as a row holds many responses."""
        positions_BK, segments_BK = tokens.positions_BL, tokens.segments_BL
        if block:
            positions_BK = torch.cat([block.tokens.positions_BL, positions_BK], dim=1)
            segments_BK = torch.cat([block.tokens.segments_BL, segments_BK], dim=1)
        near_BLK = tokens.positions_BL.unsqueeze(2) - positions_BK.unsqueeze(1) < window
        if self.block_has_no_window:
            near_BLK = near_BLK | ((tokens.segments_BL.unsqueeze(2) == 0) & (segments_BK.unsqueeze(1) == 0))
        return near_BLK.unsqueeze(1)


def shown(features_BPD: Tensor, places_BL: Tensor) -> Tensor:
    """The features of all rows one after the other, (N, D), without the zeros that pad a row."""
    counts_B1 = places_BL.sum(dim=1, keepdim=True)
    return features_BPD[torch.arange(features_BPD.shape[1], device=features_BPD.device) < counts_B1]


def additive(seen_B1LK: Tensor, dtype: torch.dtype) -> Tensor:
    """A boolean mask as one to be added to the scores, which is what eager attention takes."""
    return torch.zeros(seen_B1LK.shape, dtype=dtype, device=seen_B1LK.device).masked_fill(~seen_B1LK, torch.finfo(dtype).min)
