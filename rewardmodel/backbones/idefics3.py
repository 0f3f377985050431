"""Idefics3 and SmolVLM: a causal decoder that reads a picture as tiles, each between tokens that name it, and then as a whole.

Dimension key: B rows, T tiles, P image places, D hidden size.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any, ClassVar

from PIL import Image
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import Idefics3ImageProcessorPil, PreTrainedModel, SmolVLMImageProcessorPil

from rewardmodel.backbones.adapter import Adapter, EncodedBlock, Processor
from rewardmodel.packing import EncodedResponse, encode_response
from rewardmodel.records import Picture, picture_size


class Idefics3Parts(Processor):
    """Tiles as the image processor is set: their number follows the picture's shape, or there is one where splitting is off."""

    images_class: ClassVar[type[Any]] = Idefics3ImageProcessorPil

    @property
    def image_size(self) -> int:
        """Pixels a side of what the tiles cover together."""
        parts = self.image_processor
        return int(parts.size["longest_edge"] if parts.do_image_splitting else parts.max_image_size["longest_edge"])

    def images(self, pictures: Sequence[Image.Image]) -> dict[str, Tensor]:
        """Pixels of tiles, (B, T, 3, H, W), zeros where a picture has fewer, and which pixels are no padding, (B, T, H, W)."""
        made = self.image_processor([[picture] for picture in pictures], return_tensors="pt")
        return {"pixels_BTCHW": made["pixel_values"], "kept_BTHW": made["pixel_attention_mask"].bool()}

    def library_images(self, ids_BL: Tensor, images: dict[str, Tensor]) -> dict[str, Tensor]:
        """Pixels of tiles, and which are no padding."""
        return {"pixel_values": images["pixels_BTCHW"], "pixel_attention_mask": images["kept_BTHW"]}

    def block(self, prompt: str, picture: Picture) -> EncodedBlock:
        """The user's turn with image and prompt, and the name of the assistant."""
        tokenizer = self.tokenizer
        start = tokenizer.bos_token or ""
        text = f"{start}User:{self._image(picture)}{self.harmless(prompt)}<end_of_utterance>\nAssistant:"
        return EncodedBlock(self.encode(text))

    def response(self, text: str) -> EncodedResponse:
        """The tokens of a response behind `Assistant:` and a space."""
        return encode_response(self.tokenizer, text, lead=" ")

    def grid(self, picture: Picture) -> tuple[int, int]:
        """Rows and columns of tiles; none where the picture is read as a whole only.

        The library's own count is off by one where its scaling, done in steps, rounds down to the edge of a tile.
        """
        parts = self.image_processor
        if not parts.do_image_splitting:
            return 0, 0
        rows, columns = _tiles(*picture_size(picture), parts.size["longest_edge"], parts.max_image_size["longest_edge"])
        return (rows, columns) if rows * columns > 1 else (0, 0)

    def _image(self, picture: Picture) -> str:
        rows, columns = self.grid(picture)
        vision = self.config.vision_config
        places = (vision.image_size // vision.patch_size) ** 2 // self.config.scale_factor**2
        tile = self.tokenizer.convert_ids_to_tokens(self.image_token_id) * places
        edge = "<fake_token_around_image>"
        whole = f"{edge}<global-img>{tile}{edge}"
        if not rows:
            return whole
        lines = ["".join(f"{edge}<row_{y}_col_{x}>{tile}" for x in range(1, columns + 1)) for y in range(1, rows + 1)]
        return "\n".join(lines) + f"\n\n{whole}"


def _tiles(width: int, height: int, longest: int, tile: int) -> tuple[int, int]:
    """Rows and columns of tiles, by the image processor's two scalings: to the longest edge, then to whole tiles."""
    shape = width / height
    if width >= height:
        width, height = longest, max(2 * ceil(int(longest / shape) / 2), 1)
        columns = ceil(width / tile)
        return ceil(int(columns * tile / (width / height)) / tile), columns
    width, height = max(2 * ceil(int(longest * shape) / 2), 1), longest
    rows = ceil(height / tile)
    return rows, ceil(int(rows * tile * (width / height)) / tile)


class SmolVLMParts(Idefics3Parts):
    """The same with SmolVLM's own image processor."""

    images_class = SmolVLMImageProcessorPil


class Idefics3(Adapter):
    """A plain causal decoder."""

    processor_class = Idefics3Parts
    decoder_name = "text_model"
    image_inputs = ("pixels_BTCHW", "kept_BTHW")
    lora_targets = (
        r"text_model\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)|connector\.modality_projection\.proj"
    )

    def image_features(self, backbone: PreTrainedModel, pixels_BTCHW: Tensor, kept_BTHW: Tensor) -> Tensor:  # type: ignore[override]
        """Features of all tiles, (B, P, D), padded with zeros."""
        model: Any = backbone
        return pad_sequence(list(model.get_image_features(pixels_BTCHW, kept_BTHW).pooler_output), batch_first=True)


class SmolVLM(Idefics3):
    """As Idefics3."""

    processor_class = SmolVLMParts
