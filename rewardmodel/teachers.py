"""Teachers: what a drawing is known to show, asked of a model's inner states while it trains. They never reach a checkpoint.

Dimension key: B rows, L row length, D hidden size, P image patches, Q questions, C classes, R referents of a row, F figures.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rewardmodel.align import IGNORED

NOTHING = 0  # the first class of each question about patches
NOTHING_WEIGHT = 0.2  # most patches show none of the things that a question asks for
EDGES = 4  # left, top, right, bottom
PLACE_SCALE = 8.0  # an edge that is an eighth of the picture off weighs as much as one nat of a class


class PatchTeacher(nn.Module):
    """Teaches a small vision encoder from drawings whose content is known: "what does this patch show?"

    The classes are the embeddings of the words that name them, so that a patch that shows a red dog comes to look like the
    words "red" and "dog" to the decoder.
    """

    def __init__(self, width: int, words_of: Sequence[Sequence[Sequence[int]]]) -> None:
        """`words_of[question][class]` are the ids of the tokens that name the class; the first class, "nothing", has none."""
        super().__init__()
        self.words_of = words_of
        self.nothing = nn.Parameter(torch.zeros(len(words_of), width))
        self.scale = nn.Parameter(torch.ones(len(words_of)))
        self.bias = nn.ParameterList(nn.Parameter(torch.zeros(len(classes))) for classes in words_of)

    def forward(self, features_BPD: Tensor, targets_BQP: Tensor, embed: nn.Module) -> Tensor:
        """Mean cross-entropy of each question over all patches, (Q,); targets are class numbers, (B, Q, P)."""
        losses = []
        for number, classes in enumerate(self.words_of):
            named = [embed(torch.tensor(ids, device=features_BPD.device)).mean(dim=0) for ids in classes[1:]]
            classes_CD = torch.stack([self.nothing[number], *named])
            logits_BPC = self.scale[number] * features_BPD @ classes_CD.to(features_BPD.dtype).T + self.bias[number]
            weights_C = torch.ones(len(classes), device=features_BPD.device)
            weights_C[NOTHING] = NOTHING_WEIGHT
            losses.append(F.cross_entropy(logits_BPC.flatten(0, 1).float(), targets_BQP[:, number].flatten(), weights_C))
        return torch.stack(losses)


def patch_weights(targets_BQP: Tensor) -> Tensor:
    """What the patches weigh together in the mean of each question, (Q,)."""
    return torch.where(targets_BQP == NOTHING, NOTHING_WEIGHT, 1.0).sum(dim=(0, 2))


class ReferentTeacher(nn.Module):
    """Teaches a decoder to look up what a word speaks of: where it is, how many there are, how they look, or that there is none.

    A wrong place is one bad token in many captions and needs two things found and compared; here each of the two is asked for by
    itself, of every word that names or relates them. The answers are read below the last layer, so that the rest can compare.
    """

    def __init__(self, width: int, classes_of: Sequence[int]) -> None:
        """`classes_of[question]` is the number of its classes."""
        super().__init__()
        self.classes_of = list(classes_of)
        self.norm = nn.LayerNorm(width)
        self.itself = nn.Linear(width, EDGES + sum(classes_of))
        self.other = nn.Linear(width, EDGES + sum(classes_of))

    def forward(
        self, hidden_BLD: Tensor, columns_BR: Tensor, is_other_BR: Tensor, places_BRE: Tensor, classes_BRQ: Tensor
    ) -> Tensor:
        """Mean cross-entropy of each question, then the scaled mean distance of the edges, (Q + 1,); 0 where nothing is asked.

        `columns_BR` are token columns, IGNORED where a row has fewer referents; `places_BRE` are the edges as shares of the
        picture, not a number where nothing is seen; `classes_BRQ` are class numbers.
        """
        kept_BR = columns_BR != IGNORED
        if not kept_BR.any():
            return hidden_BLD.new_zeros(len(self.classes_of) + 1)
        rows_N = kept_BR.nonzero()[:, 0]
        read_ND = self.norm(hidden_BLD[rows_N, columns_BR[kept_BR]].float())
        figures_NF = torch.where(is_other_BR[kept_BR].unsqueeze(1), self.other(read_ND), self.itself(read_ND))
        edges_NE, *questions = torch.split(figures_NF, [EDGES, *self.classes_of], dim=1)
        losses = [F.cross_entropy(logits_NC, classes_BRQ[kept_BR][:, n]) for n, logits_NC in enumerate(questions)]
        places_NE = places_BRE[kept_BR]
        seen_N = ~places_NE[:, 0].isnan()
        gaps = (edges_NE[seen_N] - places_NE[seen_N]).abs().sum() / (EDGES * seen_N.sum()).clamp(min=1)
        return torch.stack([*losses, PLACE_SCALE * gaps])


def referent_weights(columns_BR: Tensor, places_BRE: Tensor, questions: int) -> Tensor:
    """How many referents each mean of a `ReferentTeacher` is over, (Q + 1,)."""
    kept_BR = columns_BR != IGNORED
    seen_BR = kept_BR & ~places_BRE[:, :, 0].isnan()
    return torch.stack([*[kept_BR.sum()] * questions, seen_BR.sum()]).float()
