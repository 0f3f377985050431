"""Scores responses: groups by image, computes each image block once, batches by length, decodes pictures ahead.

A response of more tokens than the card's `window` is read in windows that do not see each other, each as if it were the whole
response: a model that has met captions only reads a page of text worse than each of its passages (docs/model.md). A word at
the edge of a window is judged without what lies beyond it.

Dimension key: B rows, L row length.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import torch
from PIL import Image
from torch import nn

from rewardmodel import checkpoints
from rewardmodel.align import verdict_values, word_values
from rewardmodel.backbones import Block, EncodedBlock, Processor, Tokens
from rewardmodel.checkpoints import Card
from rewardmodel.devices import best_device, has_fast_bf16
from rewardmodel.model import TokenRewardModel
from rewardmodel.packing import EncodedResponse, Packed
from rewardmodel.records import Picture, opened, words

ROW_TOKENS = 1_024  # response tokens in one row
# Tokens, padding included, in one batch. On a processor what a layer makes of a small batch stays in a core's own cache.
BATCH_TOKENS, BATCH_TOKENS_CPU = 8_192, 1_280
GREY = (127, 127, 127)
DECODERS = 2  # threads that read pictures; of so many batches they are ahead, as all pixels of a long list would fill the memory
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """One response to be scored."""

    image: Picture
    prompt: str
    response: str


@dataclass(frozen=True, slots=True)
class TokenScores:
    """Grounded value in [0, 1] and half-open code point range of every token of one response."""

    offsets: list[tuple[int, int]]
    values: list[float]


@dataclass(frozen=True, slots=True)
class _Part:
    request: int  # number of the request
    first: int  # the token of its response that this part starts with
    tokens: EncodedResponse


@dataclass(frozen=True, slots=True)
class _Row:
    image: Picture
    block: EncodedBlock
    parts: list[_Part]

    @property
    def length(self) -> int:
        return len(self.block.ids) + sum(len(part.tokens.ids) for part in self.parts)


class Scorer:
    """A checkpoint on a device, ready to score. Not to be shared by threads."""

    def __init__(self, model: TokenRewardModel, processor: Processor, card: Card, device: torch.device) -> None:
        self.model = model.to(device).eval()
        self.processor = processor
        self.card = card
        self.device = device
        self.is_blind = False  # grey pictures: what the text alone gives away
        self.in_bf16 = has_fast_bf16(device)  # matrix products; all else is computed in the precision of the weights

    @classmethod
    def load(cls, folder: Path, device: str | None = None) -> "Scorer":
        """The checkpoint in the folder, on the named device or the best there is."""
        scorer = cls(*checkpoints.load(folder), best_device(device))
        if scorer.in_bf16:
            keep_in_bf16(scorer.model)
        return scorer

    @property
    def threshold(self) -> float:
        """The grounded value below which a word is flagged, chosen on validation data."""
        return self.card.threshold

    def score(self, requests: Sequence[Request]) -> list[list[float]]:
        """Grounded value in [0, 1] of every word of `records.words(response)`, request by request."""
        return [
            word_values(words(request.response), tokens.offsets, tokens.values)
            for request, tokens in zip(requests, self.score_tokens(requests), strict=True)
        ]

    def score_tokens(self, requests: Sequence[Request]) -> list[TokenScores]:
        """Grounded value of every token, request by request; responses longer than a window are read window by window.

        Raises OSError for a picture that cannot be read.
        """
        encoded = [self.processor.response(request.response) for request in requests]
        values = [[float("nan")] * len(tokens.ids) for tokens in encoded]
        is_cpu = self.device.type == "cpu"
        batches = list(_batches(self._rows(requests, encoded), BATCH_TOKENS_CPU if is_cpu else BATCH_TOKENS))
        cores = torch.get_num_threads() if is_cpu else 1
        with ThreadPoolExecutor(max_workers=DECODERS) as decoders:

            def decoding(batch: Sequence[_Row]) -> Future[dict[str, torch.Tensor]]:
                return decoders.submit(self._images, batch)

            if len(batches) < 2 * cores or cores == 1:
                for batch, images in zip(batches, _ahead(decoding, batches, DECODERS), strict=True):
                    self._score_batch(batch, images, values)
            else:
                with _single_cores(cores) as workers:

                    def scoring(batch: Sequence[_Row]) -> Future[None]:
                        return workers.submit(self._score_waiting, batch, decoding(batch), values)

                    for _ in _ahead(scoring, batches, cores + DECODERS):
                        pass
        return [TokenScores(tokens.offsets, self._told(tokens, row)) for tokens, row in zip(encoded, values, strict=True)]

    @torch.inference_mode()
    def read(self, image: Picture, prompt: str) -> Block:
        """An image and its prompt, read once for any number of `score_after`. Raises OSError for a broken picture."""
        row = _Row(image, self.processor.block(prompt, image), [])
        images = self._images([row])
        with self.precision():
            return self.model.read_block(self._features(images), self._tokens(self.processor.pack([row.block], [[]])))

    @torch.inference_mode()
    def score_after(self, block: Block, response: str) -> list[float]:
        """Grounded value in [0, 1] of every word of a response to what was read: a fraction of what `score` costs.

        Made for a response that changes while somebody edits it. The values are those of `score`, to rounding.
        """
        tokens = self.processor.response(response)
        if not tokens.ids:
            return []
        packed = self.processor.pack([EncodedBlock([])], [[part.tokens for part in self._parts(0, tokens)]])
        with self.precision():
            logits_BL = self.model.forward_after(block, *self._tokens(packed))
        values = self._told(tokens, logits_BL[0].float().sigmoid().tolist())
        return word_values(words(response), tokens.offsets, values)

    def score_all_after(self, block: Block, responses: Sequence[str]) -> list[list[float]]:
        """What `score_after` gives, of many responses to the same image and prompt: one pass for ROW_TOKENS tokens of them."""
        encoded = [self.processor.response(response) for response in responses]
        states = self.states_after(block, encoded)
        with torch.inference_mode(), self.precision():
            values = [self.model.head(states_LD).squeeze(-1).float().sigmoid().tolist() for states_LD in states]
        return [
            word_values(words(response), tokens.offsets, self._told(tokens, row))
            for response, tokens, row in zip(responses, encoded, values, strict=True)
        ]

    @torch.inference_mode()
    def states_after(self, block: Block, responses: Sequence[EncodedResponse]) -> list[torch.Tensor]:
        """The last hidden state of every token of each response to what was read, (L, D) a response. The block is not altered."""
        found: list[list[torch.Tensor]] = [[] for _ in responses]
        for row in _rows_after(part for number, tokens in enumerate(responses) for part in self._parts(number, tokens)):
            packed = self.processor.pack([EncodedBlock([])], [[part.tokens for part in row]])
            with self.precision():
                states_BLD = self.model.hidden_after(block, *self._tokens(packed))
            for part, place in zip(row, packed.places[0], strict=True):
                found[part.request].append(states_BLD[0, place.start : place.stop])
        nothing = torch.empty(0, self.model.head.in_features, device=self.device)
        return [torch.cat(parts) if parts else nothing for parts in found]

    def _told(self, tokens: EncodedResponse, values: list[float]) -> list[float]:
        """A naive model gives a verdict on each window, at its end; the response is as good as its worst window."""
        if not self.card.is_naive or not values:
            return values
        ends = (slice(part.first, part.first + len(part.tokens.ids)) for part in self._parts(0, tokens))
        return [min(verdict_values(tokens.offsets[own], values[own])[0] for own in ends)] * len(values)

    def _parts(self, number: int, tokens: EncodedResponse) -> list[_Part]:
        """The windows of the response of a request."""
        size = self.card.window
        firsts = range(0, len(tokens.ids), size)
        return [
            _Part(number, first, EncodedResponse(tokens.ids[first : first + size], tokens.offsets[first : first + size]))
            for first in firsts
        ]

    def precision(self) -> torch.autocast:
        """In which the model is to be called: matrix products in 16 bits where those are fast."""
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.in_bf16)

    def _rows(self, requests: Sequence[Request], encoded: Sequence[EncodedResponse]) -> list[_Row]:
        """Requests on the same image and prompt share a row, as far as the row has room."""
        rows: list[_Row] = []
        open_rows: dict[tuple[object, str], _Row] = {}
        for number, (request, tokens) in enumerate(zip(requests, encoded, strict=True)):
            key = (request.image if isinstance(request.image, Path) else id(request.image), request.prompt)
            for part in self._parts(number, tokens):
                row = open_rows.get(key)
                if row is None or row.length - len(row.block.ids) + len(part.tokens.ids) > ROW_TOKENS:
                    row = open_rows[key] = _Row(request.image, self.processor.block(request.prompt, request.image), [])
                    rows.append(row)
                row.parts.append(part)
        return rows

    def _images(self, batch: Sequence[_Row]) -> dict[str, torch.Tensor]:
        """What the vision encoder takes of the rows' pictures."""
        pictures = [opened(row.image) for row in batch]
        if self.is_blind:
            pictures = [Image.new("RGB", picture.size, GREY) for picture in pictures]
        return self.processor.images(pictures)

    def _features(self, images: dict[str, torch.Tensor]) -> torch.Tensor:
        return self.model.image_features(**{name: tensor.to(self.device) for name, tensor in images.items()})

    def _tokens(self, packed: Packed) -> Tokens:
        return Tokens(*(tensor.to(self.device) for tensor in (packed.ids_BL, packed.segments_BL, packed.positions_BL)))

    def _score_waiting(self, batch: Sequence[_Row], images: Future[dict[str, torch.Tensor]], values: list[list[float]]) -> None:
        self._score_batch(batch, images.result(), values)

    @torch.inference_mode()
    def _score_batch(self, batch: Sequence[_Row], images: dict[str, torch.Tensor], values: list[list[float]]) -> None:
        packed = self.processor.pack([row.block for row in batch], [[part.tokens for part in row.parts] for row in batch])
        with self.precision():
            logits_BL = self.model(self._features(images), *self._tokens(packed))
        grounded_BL = logits_BL.float().sigmoid().cpu().tolist()
        for row, places, grounded_L in zip(batch, packed.places, grounded_BL, strict=True):
            for part, place in zip(row.parts, places, strict=True):
                values[part.request][part.first : part.first + len(place)] = grounded_L[place.start : place.stop]


def keep_in_bf16(model: nn.Module) -> None:
    """Keep the weights of matrix products in the 16 bits that each product would round them to, for a model that only scores.

    The products stay the same, the weights take half of the memory, and a few tokens no longer wait until all are rounded.
    """
    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            module.to(torch.bfloat16)


def _rows_after(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """Windows of responses in order, as many in a row as ROW_TOKENS allows."""
    row: list[_Part] = []
    for part in parts:
        if row and sum(len(other.tokens.ids) for other in row) + len(part.tokens.ids) > ROW_TOKENS:
            yield row
            row = []
        row.append(part)
    if row:
        yield row


@contextmanager
def _single_cores(count: int) -> Iterator[ThreadPoolExecutor]:
    """Workers that compute on one core each: a batch on all of them waits for the slowest at the end of every operation."""
    try:
        with ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,)) as workers:
            yield workers
    finally:
        torch.set_num_threads(count)  # the number of some libraries is the same for all threads


def _ahead(start: Callable[[list[_Row]], Future[T]], batches: Iterable[list[_Row]], most: int) -> Iterator[T]:
    """What was started for each batch, in order, with at most `most` others under way; nothing is kept once it was given."""
    waiting: deque[Future[T]] = deque()
    for batch in batches:
        waiting.append(start(batch))
        if len(waiting) > most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _batches(rows: Sequence[_Row], most: int) -> Iterator[list[_Row]]:
    """Rows of similar length together, so that little is padded; each batch within `most` tokens."""
    batch: list[_Row] = []
    for row in sorted(rows, key=lambda row: row.length):
        if batch and row.length * (len(batch) + 1) > most:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
