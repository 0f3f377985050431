"""PaliGemma (the paper's) and PaliGemma 2: the image's places, `<bos>`, prompt and a line break form one bidirectional block."""

from collections.abc import Sequence

import torch
from PIL import Image
from torch import Tensor
from transformers import PreTrainedModel, SiglipImageProcessorPil

from rewardmodel.backbones.adapter import Adapter, EncodedBlock, Processor, Tokens
from rewardmodel.packing import encode_block
from rewardmodel.records import Picture


class PaliGemmaParts(Processor):
    """Square pictures of one size; a fixed number of image tokens."""

    images_class = SiglipImageProcessorPil

    @property
    def image_size(self) -> int:
        """Pixels a side: 224, 448 or 896 by the model's name."""
        return int(self.image_processor.size["height"])

    @property
    def image_seq_length(self) -> int:
        """How many tokens stand for the image."""
        return int(self.image_processor.image_seq_length)

    def images(self, pictures: Sequence[Image.Image]) -> dict[str, Tensor]:
        """Pixels, (B, 3, H, W)."""
        return {"pixels_BCHW": self.image_processor(list(pictures), return_tensors="pt")["pixel_values"]}

    def library_images(self, ids_BL: Tensor, images: dict[str, Tensor]) -> dict[str, Tensor]:
        """Pixels; image and prompt see each other wholly, what is written is causal."""
        return super().library_images(ids_BL, images) | {"token_type_ids": torch.zeros_like(ids_BL)}

    def block(self, prompt: str, picture: Picture) -> EncodedBlock:
        """`<image>…<bos>prompt⏎`."""
        text = self.harmless(prompt)
        return EncodedBlock(encode_block(self.tokenizer, text, self.image_seq_length, self.image_token_id))


class PaliGemma(Adapter):
    """Gemma 1 (PaliGemma) or Gemma 2 (PaliGemma 2, every other layer with a sliding window, which the block is exempt from)."""

    processor_class = PaliGemmaParts
    block_has_no_window = True
    has_square_grid = True
    # a bare q_proj would hit the vision encoder's too
    lora_targets = r"language_model\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)|multi_modal_projector\.linear"

    def together(self, backbone: PreTrainedModel, tokens: Tokens) -> Tensor:
        """The whole block."""
        return tokens.segments_BL == 0
