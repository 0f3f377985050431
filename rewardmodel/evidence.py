"""Evidence: which part of the image spoke for a word and which against it.

The method is gradient x input on the projected image features, measured from their mean: what the logit of the word would lose,
to first order, if a patch showed no more than the average of the picture. One pass there and one back, whatever the number of
patches. docs/model.md says how it compares to others.

Dimension key: B rows, L row length, D hidden size, P image patches.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rewardmodel.packing import EncodedResponse
from rewardmodel.records import opened, words
from rewardmodel.scoring import Request, Scorer


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What spoke for and against the word `[start, end)` of a response.

    `heat` has the shape (rows, columns) of the image's patches, from the top left; 1 or -1 is the patch that spoke loudest,
    above 0 for the word, below 0 against it. `strength` is what the loudest added to the logit or took from it: where it is
    small against 1, the map shows what changes nothing. `grounded` is the value of the word, in [0, 1].
    """

    start: int
    end: int
    grounded: float
    strength: float
    heat: NDArray[np.float32]


def evidence(scorer: Scorer, request: Request, word: int) -> Evidence:
    """The evidence for word number `word`, from 0, of `records.words(response)`. A word of several tokens has that of its lowest.

    Of a response longer than a window only the word's first window counts. Raises ValueError for a response without words or a
    number that it does not have, for a naive checkpoint, and for a family whose image tokens are no square grid of the picture
    (tiles, or pictures of any shape), OSError for a broken picture.
    """
    if not scorer.model.adapter.has_square_grid:
        family = scorer.model.backbone.config.model_type
        raise ValueError(
            f"There is no evidence from models of type {family!r}: their image tokens are no square grid of the picture"
        )
    if scorer.card.is_naive:
        raise ValueError("There is no evidence from a naive checkpoint: it judges the response as a whole, no word of it")
    ranges = words(request.response)
    if not ranges:
        raise ValueError("A response must have at least one word")
    if not 0 <= word < len(ranges):
        raise ValueError(f"The response has the words 0 to {len(ranges) - 1}, not {word}")
    start, end = ranges[word]
    features_BPD = image_features(scorer, request).requires_grad_()
    [logit] = word_logits(scorer, request, features_BPD, (start, end))
    [gradient_BPD] = torch.autograd.grad(logit, [features_BPD])
    spoke_P = contributions(gradient_BPD, features_BPD)[0].cpu().numpy()
    strength = float(np.abs(spoke_P).max())
    heat = (spoke_P / (strength or 1.0)).reshape(grid(len(spoke_P))).astype(np.float32)
    return Evidence(start, end, float(logit.detach().sigmoid()), strength, heat)


def contributions(gradient_BPD: Tensor, features_BPD: Tensor) -> Tensor:
    """Gradient x (feature - mean feature), summed over the width, (B, P), in float32."""
    with torch.no_grad():
        apart_BPD = features_BPD - features_BPD.mean(dim=1, keepdim=True)
        return (gradient_BPD.float() * apart_BPD.float()).sum(dim=2)


def grid(patches: int) -> tuple[int, int]:
    """Rows and columns of a square image's patches. Raises ValueError where they make no square."""
    side = math.isqrt(patches)
    if side * side != patches:
        raise ValueError(f"The {patches} patches of this backbone's images make no square")
    return side, side


def image_features(scorer: Scorer, request: Request) -> Tensor:
    """The projected features of a request's image, (1, P, D), without a gradient."""
    images = scorer.processor.images([opened(request.image)])
    with torch.no_grad(), scorer.precision():
        features_BPD = scorer.model.image_features(**{name: tensor.to(scorer.device) for name, tensor in images.items()})
    return features_BPD.detach().float()


def word_logits(scorer: Scorer, request: Request, features_BPD: Tensor, word: tuple[int, int]) -> Tensor:
    """The lowest logit of the tokens that the range `word` touches, for each of several images' features, (B,).

    Gradients flow to the features.
    """
    tokens = scorer.processor.response(request.response)
    touched = [n for n, (first, last) in enumerate(tokens.offsets) if first < last and first < word[1] and word[0] < last]
    size = scorer.card.window
    window = touched[0] // size * size  # as the scorer reads long responses
    part = slice(window, window + size)
    block = scorer.processor.block(request.prompt, request.image)
    packed = scorer.processor.pack([block], [[EncodedResponse(tokens.ids[part], tokens.offsets[part])]])
    tensors = (packed.ids_BL, packed.segments_BL, packed.positions_BL)
    rows = len(features_BPD)
    with scorer.precision():
        logits_BL = scorer.model(features_BPD, *(tensor.to(scorer.device).expand(rows, -1) for tensor in tensors))
    columns = [packed.places[0][0].start + n - window for n in touched if n < window + size]
    lowest_B: Tensor = logits_BL[:, columns].float().amin(dim=1)
    return lowest_B
