"""The token-level detective reward model: a vision-language backbone and one linear head (paper, section 5.1).

Dimension key: B rows, L row length, D hidden size, P image patches.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import Cache, PreTrainedModel

from rewardmodel.align import BAD, IGNORED
from rewardmodel.backbones import Block, Kept, Tokens, adapter_of, hidden_size
from rewardmodel.config import Attention
from rewardmodel.packing import visible


class TokenRewardModel(nn.Module):
    """P(grounded | image, prompt, response) for every token, read at the token's own position (paper, equation 6)."""

    def __init__(self, backbone: PreTrainedModel, attention: Attention) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(hidden_size(backbone), 1)
        self.attention = attention
        self.adapter = adapter_of(backbone.config)

    def image_features(self, *images: Tensor, **named: Tensor) -> Tensor:
        """Projected image features, (B, P, D), of the tensors that the family's `Processor.images` makes of pictures."""
        return self.adapter.image_features(self.backbone, *images, **named)

    def forward(self, features_BPD: Tensor, ids_BL: Tensor, segments_BL: Tensor, positions_BL: Tensor) -> Tensor:
        """Logits of being grounded, (B, L); meaningful at response tokens only."""
        logits_BL: Tensor = self.head(self.hidden(features_BPD, ids_BL, segments_BL, positions_BL)).squeeze(-1)
        return logits_BL

    def hidden(self, features_BPD: Tensor, ids_BL: Tensor, segments_BL: Tensor, positions_BL: Tensor) -> Tensor:
        """Last hidden states, (B, L, D). Rows are as `packing.pack` makes them."""
        tokens = Tokens(ids_BL, segments_BL, positions_BL)
        hidden_BLD: Tensor = self.adapter.decode(self.backbone, tokens, self._seen(tokens), features_BPD).last_hidden_state
        return hidden_BLD

    def layers(self, features_BPD: Tensor, ids_BL: Tensor, segments_BL: Tensor, positions_BL: Tensor) -> tuple[Tensor, ...]:
        """The embeddings and the hidden states after each layer of the decoder, each (B, L, D); the last ones are normed."""
        tokens = Tokens(ids_BL, segments_BL, positions_BL)
        states: tuple[Tensor, ...] = self.adapter.decode(
            self.backbone, tokens, self._seen(tokens), features_BPD, output_hidden_states=True
        ).hidden_states
        return states

    def _seen(self, tokens: Tokens) -> Tensor:
        return visible(tokens.segments_BL, self.attention, self.adapter.together(self.backbone, tokens))

    def read_block(self, features_BPD: Tensor, tokens: Tokens) -> Block:
        """What the decoder keeps of image and prompt: keys and values, which no response changes. The row is the block alone."""
        block = Block(tokens, features_BPD, Cache(layer_class_to_replicate=Kept))
        self.adapter.decode(self.backbone, tokens, self._seen(tokens), features_BPD, cache=block.cache)
        return block

    def forward_after(self, block: Block, ids_BL: Tensor, segments_BL: Tensor, positions_BL: Tensor) -> Tensor:
        """Logits as `forward` gives them, (B, L), of rows that hold only responses to a block that was read before."""
        logits_BL: Tensor = self.head(self.hidden_after(block, ids_BL, segments_BL, positions_BL)).squeeze(-1)
        return logits_BL

    def hidden_after(self, block: Block, ids_BL: Tensor, segments_BL: Tensor, positions_BL: Tensor) -> Tensor:
        """Last hidden states as `hidden` gives them, (B, L, D), of the same rows. The block is left as it was."""
        tokens = Tokens(ids_BL, segments_BL, positions_BL + block.next_position)
        seen_B1LL = self._seen(tokens)
        rows, _, responses, _ = seen_B1LL.shape
        block_B1LP = torch.ones(rows, 1, responses, block.tokens.ids_BL.shape[1], dtype=torch.bool, device=ids_BL.device)
        seen_B1LK = torch.cat([block_B1LP, seen_B1LL], dim=3)
        hidden_BLD: Tensor = self.adapter.decode(self.backbone, tokens, seen_B1LK, block.copy()).last_hidden_state
        return hidden_BLD


def token_loss(logits_BL: Tensor, labels_BL: Tensor, bad_weight: float = 1.0) -> Tensor:
    """Weighted mean binary cross-entropy over labelled tokens; IGNORED ones carry no gradient. `bad_weight` 1 is the paper's.

    Raises ValueError for a batch without one labelled token, which has no loss.
    """
    keep_BL = labels_BL != IGNORED
    if not keep_BL.any():
        raise ValueError("A batch without one labelled token has no loss")
    labels_N = labels_BL[keep_BL]
    weights_N = torch.where(labels_N == BAD, bad_weight, 1.0)
    losses_N = F.binary_cross_entropy_with_logits(logits_BL[keep_BL].float(), labels_N.float(), reduction="none")
    return (losses_N * weights_N).sum() / weights_N.sum()


def cloze_loss(hidden_BLD: Tensor, embeddings_VD: Tensor, targets_BL: Tensor) -> Tensor:
    """Cross-entropy of guessing masked tokens, with the input embeddings as the classes; IGNORED columns carry no gradient.

    A masked word can only be guessed by looking at the image: each gives bits where a bad token gives one. 0 without targets.
    """
    keep_BL = targets_BL != IGNORED
    logits_NV = cloze_logits(hidden_BLD[keep_BL], embeddings_VD)
    return F.cross_entropy(logits_NV, targets_BL[keep_BL], reduction="sum") / keep_BL.sum().clamp(min=1)


def cloze_logits(hidden_ND: Tensor, embeddings_VD: Tensor) -> Tensor:
    """How likely each token of the vocabulary stands in each of N masked places, (N, V), not normalised.

    The embeddings, of a standard deviation of 0.02, are scaled by D^(1/4), so that the first logits are about 1 apart.
    """
    classes_VD = embeddings_VD * embeddings_VD.shape[1] ** 0.25
    logits_NV: Tensor = hidden_ND @ classes_VD.to(hidden_ND.dtype).T
    return logits_NV.float()
