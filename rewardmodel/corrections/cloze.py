"""A corrector without an endpoint: a small model guesses masked words anew from the picture and the rest of the caption.

Dimension key: L row length, D hidden size, M masked tokens, V vocabulary.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rewardmodel.cloze import can_guess, spoken_pieces
from rewardmodel.corrections.cases import Case, Guidance
from rewardmodel.model import cloze_logits
from rewardmodel.packing import EncodedResponse, encode_response
from rewardmodel.records import Picture, opened, words
from rewardmodel.scoring import Scorer

MARGIN = 10.0  # so many times likelier must a guess be than what is written, before it is changed without being told to


@dataclass(frozen=True, slots=True)
class _Guess:
    """The likeliest token for one masked column, and by how much (a factor) it is likelier than the one that stood there."""

    token: int
    factor: float


class ClozeCorrector:
    """Guesses words by the masked-word head that a checkpoint was trained with (`model.cloze_loss`).

    With guidance it guesses the flagged words, all of a caption at once. Without it has to find the words itself: each word is
    masked alone, and guessed anew where the guess is `margin` times likelier than what is written. The same head in both cases:
    only where to look differs.
    """

    def __init__(self, scorer: Scorer, margin: float = MARGIN) -> None:
        """Raises ValueError for a checkpoint that never learned to guess."""
        if not can_guess(scorer):
            raise ValueError("This checkpoint never learned to guess masked words")
        self._scorer = scorer
        self._tokenizer = scorer.processor.tokenizer
        self._margin = margin
        self._spoken_V, self._opening_V = spoken_pieces(self._tokenizer)

    def answers(self, cases: Iterable[Case], guidance: Guidance) -> Iterator[str]:
        """One answer a case."""
        for case in cases:
            tokens = encode_response(self._tokenizer, case.record.response)
            yield self._guided(case, tokens) if guidance is Guidance.GUIDED else self._naive(case, tokens)

    def _guided(self, case: Case, tokens: EncodedResponse) -> str:
        flags = case.scored.flags()
        masked = [n for n, (start, end) in enumerate(tokens.offsets) if any(flag.touches(start, end) for flag in flags)]
        [guesses] = self._guesses(case.record.image, case.record.prompt, tokens, [masked])
        return self._text({column: guess.token for column, guess in guesses.items()}, tokens)

    def _naive(self, case: Case, tokens: EncodedResponse) -> str:
        masks = [
            [n for n, (start, end) in enumerate(tokens.offsets) if start < word[1] and word[0] < end]
            for word in words(case.record.response)
        ]
        found = self._guesses(case.record.image, case.record.prompt, tokens, masks)
        changed = {column: guess.token for guesses in found for column, guess in guesses.items() if guess.factor >= self._margin}
        return self._text(changed, tokens)

    @torch.inference_mode()
    def _guesses(
        self, image: Picture, prompt: str, tokens: EncodedResponse, masks: Sequence[Sequence[int]]
    ) -> list[dict[int, _Guess]]:
        """For each set of masked columns of the response a guess for each column."""
        mask, model, processor = self._tokenizer.mask_token_id, self._scorer.model, self._scorer.processor
        variants = [
            EncodedResponse([mask if n in own else id_ for n, id_ in enumerate(tokens.ids)], tokens.offsets) for own in masks
        ]
        packed = processor.pack([processor.block(prompt, image)], [variants])
        images = {name: tensor.to(self._scorer.device) for name, tensor in processor.images([opened(image)]).items()}
        tensors = (tensor.to(self._scorer.device) for tensor in (packed.ids_BL, packed.segments_BL, packed.positions_BL))
        with self._scorer.precision():
            hidden_LD = model.hidden(model.image_features(**images), *tensors)[0].float()
        columns = [place[n] for place, own in zip(packed.places[0], masks, strict=True) for n in own]
        logits_MV = cloze_logits(hidden_LD[columns], model.backbone.get_input_embeddings().get_parameter("weight")).cpu()
        rows = iter(logits_MV)
        return [{n: self._guess(next(rows), tokens.ids[n]) for n in own} for own in masks]

    def _guess(self, logits_V: Tensor, written: int) -> _Guess:
        """The likeliest whole word, or end of a word where one was masked."""
        fits_V = self._spoken_V & (self._opening_V == self._opening_V[written])
        if not fits_V.any():
            return _Guess(written, 1.0)
        best = int(logits_V.masked_fill(~fits_V, float("-inf")).argmax())
        return _Guess(best, float((logits_V[best] - logits_V[written]).clamp(max=80).exp()))

    def _text(self, changed: dict[int, int], tokens: EncodedResponse) -> str:
        ids = [changed.get(column, id_) for column, id_ in enumerate(tokens.ids)]
        text: str = self._tokenizer.decode(ids)
        return text[:1].upper() + text[1:]
