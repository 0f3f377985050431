"""Llama 3.2 Vision (the paper's): the image is not in the row; some layers of the decoder look at it instead of at the row.

Dimension key: B rows, L row length, T tiles, P image places, D hidden size.
"""

from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image
from torch import Tensor
from transformers import MllamaImageProcessorPil, PreTrainedModel

from rewardmodel.backbones.adapter import Adapter, Block, EncodedBlock, Processor, Tokens, additive
from rewardmodel.records import Picture

HEADER = "<|start_header_id|>{}<|end_header_id|>\n\n"


class MllamaParts(Processor):
    """Up to four square tiles that keep the picture's shape; one token in the row says that there is an image."""

    images_class = MllamaImageProcessorPil

    @property
    def image_size(self) -> int:
        """Pixels a side of what the tiles cover together: 1120 with four tiles of 560, as in the paper's Table 9."""
        return int(self.image_processor.size["height"] * self.image_processor.max_image_tiles**0.5)

    def images(self, pictures: Sequence[Image.Image]) -> dict[str, Tensor]:
        """Pixels of tiles, (B, 1, T, 3, H, W), the number of the picture's shape, (B, 1), and which tiles it has, (B, 1, T)."""
        made = self.image_processor([[picture] for picture in pictures], return_tensors="pt")
        return {
            "pixels_B1TCHW": made["pixel_values"],
            "shapes_B1": made["aspect_ratio_ids"],
            "tiles_B1T": made["aspect_ratio_mask"],
        }

    def library_images(self, ids_BL: Tensor, images: dict[str, Tensor]) -> dict[str, Tensor]:
        """Pixels of tiles, their shapes, and from where on which of them are seen, (B, L, 1, T)."""
        sees_BL11 = ((ids_BL == self.image_token_id).cumsum(dim=1) > 0)[:, :, None, None]
        tiles_B1T = images["tiles_B1T"]
        return {
            "pixel_values": images["pixels_B1TCHW"],
            "aspect_ratio_ids": images["shapes_B1"],
            "aspect_ratio_mask": tiles_B1T,
            "cross_attention_mask": sees_BL11 * tiles_B1T.unsqueeze(1),
        }

    @property
    def image_token_id(self) -> int:
        """The token that says that there is an image."""
        return int(self.config.image_token_index)

    def block(self, prompt: str, picture: Picture) -> EncodedBlock:
        """Image and prompt; as a turn of a dialogue where the model was made for dialogues, which its chat template shows."""
        image, start, text = "<|image|>", self.tokenizer.bos_token, self.harmless(prompt)
        if not self.tokenizer.chat_template:
            return EncodedBlock(self.encode(f"{image}{start}{text}"))
        return EncodedBlock(self.encode(f"{start}{HEADER.format('user')}{image}{text}<|eot_id|>{HEADER.format('assistant')}"))


class Mllama(Adapter):
    """The features are what the cross-attention layers look at, those of all tiles; a last value, 1 or 0, says which are there.

    Reuse is as elsewhere: the layers compute keys and values of the image once a row, and keep them with a block that was read.
    """

    processor_class = MllamaParts
    image_inputs = ("pixels_B1TCHW", "shapes_B1", "tiles_B1T")
    lora_targets = r"language_model\..*\.(q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj)|multi_modal_projector"

    def image_features(  # type: ignore[override]
        self, backbone: PreTrainedModel, pixels_B1TCHW: Tensor, shapes_B1: Tensor, tiles_B1T: Tensor
    ) -> Tensor:
        """Projected features of all tiles, (B, P, D + 1)."""
        model: Any = backbone
        seen = model.vision_model(pixel_values=pixels_B1TCHW, aspect_ratio_ids=shapes_B1, aspect_ratio_mask=tiles_B1T)
        features_BTPD = model.multi_modal_projector(seen.last_hidden_state)[:, 0]
        is_there_BTP1 = tiles_B1T[:, 0, :, None, None].expand(-1, -1, features_BTPD.shape[2], 1).to(features_BTPD.dtype)
        return torch.cat([features_BTPD, is_there_BTP1], dim=3).flatten(1, 2)

    def image_places(self, backbone: PreTrainedModel, tokens: Tokens) -> Tensor:
        """The column that says that there is an image, boolean, (B, L)."""
        places_BL: Tensor = (tokens.ids_BL == backbone.config.image_token_index) & (tokens.segments_BL == 0)
        return places_BL

    def embeddings(self, backbone: PreTrainedModel, tokens: Tokens, image: Tensor | Block) -> Tensor:
        """Those of the tokens alone, (B, L, D)."""
        embed: Any = backbone.get_input_embeddings()
        embeddings_BLD: Tensor = embed(tokens.ids_BL)
        return embeddings_BLD

    def extras(self, backbone: PreTrainedModel, tokens: Tokens, image: Tensor | Block) -> dict[str, Any]:
        """The image, and from which column on it is seen: from its own token on, hence by all responses."""
        if isinstance(image, Block):
            features_BPD, sees_BL = image.features_BPD, torch.ones_like(tokens.ids_BL, dtype=torch.bool)
        else:
            features_BPD, sees_BL = image, self.image_places(backbone, tokens).cumsum(dim=1) > 0
        is_there_BP = features_BPD[:, :, -1] > 0
        # a column before the image's token sees all there is, empty tiles too: the library's way, which a model learned with
        seen_B1LP = (is_there_BP.unsqueeze(1) & sees_BL.unsqueeze(2) | ~sees_BL.unsqueeze(2)).unsqueeze(1)
        dtype = backbone.get_input_embeddings().get_parameter("weight").dtype
        decoder: Any = self.decoder(backbone)
        is_eager = decoder.config._attn_implementation == "eager"
        return {
            "cross_attention_states": None if isinstance(image, Block) else features_BPD[:, :, :-1],
            "cross_attention_mask": additive(seen_B1LP, dtype) if is_eager else seen_B1LP,
            "full_text_row_masked_out_mask": sees_BL[:, None, :, None].to(dtype),
        }
