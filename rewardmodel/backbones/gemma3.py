"""Gemma 3: image places see each other, everything else is causal, and most layers have a sliding window."""

from collections.abc import Sequence

from PIL import Image
from torch import Tensor
from transformers import Gemma3ImageProcessorPil, PreTrainedModel

from rewardmodel.backbones.adapter import Adapter, EncodedBlock, Processor, Tokens
from rewardmodel.records import Picture


class Gemma3Parts(Processor):
    """Square pictures of one size and a fixed number of image tokens; no further crops ("pan and scan")."""

    images_class = Gemma3ImageProcessorPil

    @property
    def image_size(self) -> int:
        """Pixels a side: 896 for every published size of the model."""
        return int(self.image_processor.size["height"])

    def images(self, pictures: Sequence[Image.Image]) -> dict[str, Tensor]:
        """Pixels, (B, 3, H, W)."""
        nested = [[picture] for picture in pictures]
        return {"pixels_BCHW": self.image_processor(nested, return_tensors="pt", do_pan_and_scan=False)["pixel_values"]}

    def library_images(self, ids_BL: Tensor, images: dict[str, Tensor]) -> dict[str, Tensor]:
        """Pixels, and which places are the image's."""
        return super().library_images(ids_BL, images) | {"token_type_ids": (ids_BL == self.image_token_id).long()}

    def block(self, prompt: str, picture: Picture) -> EncodedBlock:
        """The user's turn with image and prompt, and the head of the model's turn."""
        tokenizer = self.tokenizer
        before = self.encode(f"{tokenizer.bos_token}<start_of_turn>user\n\n\n{tokenizer.boi_token}")
        after = self.encode(f"{tokenizer.eoi_token}\n\n{self.harmless(prompt)}<end_of_turn>\n<start_of_turn>model\n")
        return EncodedBlock([*before, *[self.image_token_id] * self.config.mm_tokens_per_image, *after])


class Gemma3(Adapter):
    """The projector is a bare matrix, which the adapters' dropout cannot be put before: it trains whole."""

    processor_class = Gemma3Parts
    has_square_grid = True
    lora_targets = r"language_model\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)"
    trained_whole = ("multi_modal_projector",)

    def together(self, backbone: PreTrainedModel, tokens: Tokens) -> Tensor:
        """The image's places."""
        return self.image_places(backbone, tokens)
