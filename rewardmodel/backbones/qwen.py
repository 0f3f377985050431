"""Qwen2.5-VL and Qwen3-VL: causal decoders that count positions in time, height and width; pictures keep their shape.

Dimension key: B rows, L row length, N patches of all pictures, F values of a patch, P image places, D hidden size.
"""

from collections.abc import Sequence
from typing import Any, Self

import torch
from PIL import Image
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedConfig, PreTrainedModel, Qwen2VLImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

from rewardmodel.backbones.adapter import Adapter, Block, EncodedBlock, Processor, Tokens, shown
from rewardmodel.packing import EncodedResponse, Packed
from rewardmodel.records import Picture, picture_size

IMAGE_TOKENS = 1_024  # the paper's; without a bound a photograph takes up to 16,384
LINEAR = r"(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"


class Qwen25Parts(Processor):
    """Pictures of any shape, scaled so that they take at most `IMAGE_TOKENS` tokens."""

    images_class = Qwen2VLImageProcessorPil
    opening = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"

    @classmethod
    def load(cls, name: str, config: PreTrainedConfig) -> Self:
        """The parts, with the number of image tokens bounded."""
        loaded = super().load(name, config)
        size = loaded.image_processor.size
        most = min(size["longest_edge"], IMAGE_TOKENS * loaded.cell**2)
        loaded.image_processor.size = {"shortest_edge": min(size["shortest_edge"], most), "longest_edge": most}
        return loaded

    @property
    def cell(self) -> int:
        """Pixels a side of what one image token stands for."""
        return int(self.image_processor.patch_size * self.image_processor.merge_size)

    @property
    def image_size(self) -> int:
        """Pixels a side of the largest square picture."""
        return int(self.image_processor.size["longest_edge"] ** 0.5) // self.cell * self.cell

    def images(self, pictures: Sequence[Image.Image]) -> dict[str, Tensor]:
        """Patches of all pictures, (N, F), and how many there are in time, height and width of each, (B, 3)."""
        made = self.image_processor(list(pictures), return_tensors="pt")
        return {"patches_NF": made["pixel_values"], "grids_B3": made["image_grid_thw"]}

    def library_images(self, ids_BL: Tensor, images: dict[str, Tensor]) -> dict[str, Tensor]:
        """Patches, their grids, and which places are an image's: positions are counted from them."""
        places_BL = (ids_BL == self.image_token_id).int()
        return {"pixel_values": images["patches_NF"], "image_grid_thw": images["grids_B3"], "mm_token_type_ids": places_BL}

    def grid(self, picture: Picture) -> tuple[int, int]:
        """Rows and columns of image tokens that a picture becomes."""
        width, height = picture_size(picture)
        size = self.image_processor.size
        scaled = smart_resize(height, width, self.cell, size["shortest_edge"], size["longest_edge"])
        return scaled[0] // self.cell, scaled[1] // self.cell

    def block(self, prompt: str, picture: Picture) -> EncodedBlock:
        """The user's turn with image and prompt, and the head of the assistant's turn."""
        rows, columns = self.grid(picture)
        before = self.encode(f"{self.opening}<|im_start|>user\n<|vision_start|>")
        after = self.encode(f"<|vision_end|>{self.harmless(prompt)}<|im_end|>\n<|im_start|>assistant\n")
        first = len(before)
        image_P3 = first + torch.cartesian_prod(torch.arange(1), torch.arange(rows), torch.arange(columns))
        positions_L3 = torch.cat([_counted(0, first), image_P3, _counted(first + max(rows, columns), len(after))])
        return EncodedBlock([*before, *[self.image_token_id] * (rows * columns), *after], positions_L3)

    def pack(self, blocks: Sequence[EncodedBlock], responses: Sequence[Sequence[EncodedResponse]]) -> Packed:
        """Rows as elsewhere; a block without positions of its own counts the same in all axes."""
        counted = [
            block if block.positions_LX is not None else EncodedBlock(block.ids, _counted(0, len(block.ids))) for block in blocks
        ]
        return super().pack(counted, responses)


def _counted(first: int, count: int) -> Tensor:
    return torch.arange(first, first + count).unsqueeze(1).expand(-1, 3)


class Qwen3Parts(Qwen25Parts):
    """No system's turn."""

    opening = ""


class Qwen25(Adapter):
    """A causal decoder with positions in three axes."""

    processor_class = Qwen25Parts
    image_inputs = ("patches_NF", "grids_B3")
    lora_targets = rf"language_model\..*\.{LINEAR}|visual\.merger\.mlp\.(0|2)"

    def image_features(self, backbone: PreTrainedModel, patches_NF: Tensor, grids_B3: Tensor) -> Tensor:  # type: ignore[override]
        """Features of the pictures, (B, P, D), padded with zeros."""
        model: Any = backbone
        return pad_sequence(list(model.get_image_features(patches_NF, grids_B3).pooler_output), batch_first=True)

    def position_ids(self, positions_BL: Tensor) -> Tensor:
        """The axes first, (3, B, L)."""
        return positions_BL.movedim(2, 0)


class Qwen3(Qwen25):
    """Deeper features of the vision encoder are added to the first layers' states of the image's places ("deepstack").

    They stand behind the others in the last dimension: with K of them the features are (B, P, (1 + K) D).
    """

    processor_class = Qwen3Parts
    lora_targets = rf"language_model\..*\.{LINEAR}|visual\.(merger|deepstack_merger_list\.\d+)\.linear_fc\d"

    def image_features(self, backbone: PreTrainedModel, patches_NF: Tensor, grids_B3: Tensor) -> Tensor:  # type: ignore[override]
        """Features of the pictures and the deeper ones behind them, (B, P, (1 + K) D), padded with zeros."""
        model: Any = backbone
        read = model.get_image_features(patches_NF, grids_B3)
        return pad_sequence(
            [torch.cat(parts, dim=1) for parts in zip(read.pooler_output, *read.deepstack_features, strict=True)],
            batch_first=True,
        )

    def extras(self, backbone: PreTrainedModel, tokens: Tokens, image: Tensor | Block) -> dict[str, Any]:
        """Where the deeper features are added, and which: the image is only there while the block is read."""
        if isinstance(image, Block):
            return {}
        places_BL = self.image_places(backbone, tokens)
        width = backbone.config.get_text_config().hidden_size
        _, *deeper = torch.split(shown(image, places_BL), width, dim=1)
        return {"visual_pos_masks": places_BL, "deepstack_visual_embeds": deeper}
