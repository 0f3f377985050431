"""Data sets: the picture-book world, files of records, and batches of both for training."""

import math
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import Dataset
from transformers import PreTrainedTokenizerBase

from rewardmodel.align import IGNORED
from rewardmodel.backbones import Adapter, Processor
from rewardmodel.packing import EncodedResponse, Packed, packed_labels
from rewardmodel.records import Picture, Record, Span, opened, read_records, record_from
from rewardmodel.scenes import (
    PATCH_TARGETS,
    REFERENT_QUESTIONS,
    SMALLEST,
    WORLDS,
    Perturbed,
    Referent,
    World,
    describe,
    draw,
    patch_targets,
    referents,
)
from rewardmodel.scenes.layout import SIDE
from rewardmodel.scenes.samples import PROMPT, SPLITS, perturbed, picturebook_records, scene_of
from rewardmodel.taxonomy import KINDS, Kind

PROMPTS = ("", PROMPT, "What does the picture show?", "caption en")
PATCH_GRID = 8  # patches a side of what the small vision encoder sees
CLOZES = 2  # captions of a drawing in which words are to be guessed
MASKED = 0.35  # share of their tokens
EAGERNESS = {Kind.SPATIAL: 2.0, Kind.COUNTERFACTUAL: 2.0}  # kinds that are drawn more often than the others, at 1
HELD_OUT = 0.15  # share of the images of a file that choose the threshold
Judgement = tuple[str, tuple[Span, ...]]  # a response and what is wrong in it


@dataclass(frozen=True, slots=True)
class Lesson:
    """One image with several responses to learn from.

    Where the picture is a drawing also its patch classes (questions, patches), and the referents of each response's words.
    `clozes` are true captions some of whose words are to be guessed; which ones is drawn by `seed`.
    """

    image: Picture
    prompt: str
    responses: list[Judgement]
    patches: np.ndarray | None = None
    referents: tuple[tuple[Referent, ...], ...] = ()
    clozes: tuple[str, ...] = ()
    seed: int = 0


def records_of(data: str, count: int | None = None) -> Iterator[Record]:
    """Records of `picturebook:SPLIT`, `dusk:SPLIT` or a file of records (JSON Lines, or Parquet with the same columns)."""
    name, _, split = data.partition(":")
    if name in WORLDS:
        if split not in SPLITS:
            raise ValueError(f"{data}: the splits are {', '.join(SPLITS)}")
        yield from picturebook_records(WORLDS[name], split, 2_000 if count is None else count)
        return
    path = Path(data)
    yield from islice(_parquet_records(path) if path.suffix == ".parquet" else read_records(path), count)


def _parquet_records(path: Path) -> Iterator[Record]:
    import pyarrow.parquet as pq  # noqa: PLC0415 -- only snapshots are Parquet

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            for row in batch.to_pylist():
                yield record_from(row, folder=path.parent)


def held_out(records: Sequence[Record], folder: Path, share: float = HELD_OUT) -> tuple[list[Record], list[Record]]:
    """Records to learn from, and a `share` in [0, 1] of them that chooses the threshold.

    An image is wholly in one of them, the same one every time. `folder` is that of the file of records: the way from it to an
    image decides, however the folder is spelt and wherever it lies, so that a training which goes on does not learn from what it
    held out before. Pictures in memory count by their pixels.
    """
    learned: list[Record] = []
    held: list[Record] = []
    for record in records:
        place = int(sha256(_name_of(record.image, folder)).hexdigest()[:8], 16) / 2**32
        (held if place < share else learned).append(record)
    return learned, held


def _name_of(picture: Picture, folder: Path) -> bytes:
    """What is the same for the same picture: the way to its file (reading every file would take minutes), or its pixels."""
    return os.path.relpath(picture, folder).encode() if isinstance(picture, Path) else picture.tobytes()


class PictureBook(Dataset[Lesson]):
    """Lessons drawn on demand: a share of the responses is clean, the others are wrong in kinds drawn at random.

    What patches show is told for `grid` x `grid` of them; 0: not at all.
    """

    def __init__(  # noqa: PLR0913 -- each says another thing about a drawing; the last three have a usual value
        self, world: World, length: int, responses: int, size: int, seed: int, *,
        clozes: int = CLOZES, clean: float = 1 / 3, grid: int = PATCH_GRID,
    ) -> None:  # fmt: skip
        self.world, self.length, self.responses, self.seed = world, length, responses, seed
        self.clozes, self.clean, self.grid = clozes, clean, grid
        self.size = max(size, SMALLEST)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Lesson:
        number = self.seed * 10**9 + index
        rng = random.Random(number)
        scene = scene_of("train", number, self.world)
        judged: list[Perturbed] = []
        for turn in range(self.responses):
            seed = rng.randrange(10**9)
            is_clean = _takes(index * self.responses + turn, self.clean)
            wrong = None if is_clean else perturbed(scene, _drawn_kinds(rng), seed)
            judged.append(wrong or Perturbed(describe(scene, seed), ()))
        patches = patch_targets(scene, self.grid).reshape(len(PATCH_TARGETS), -1) if self.grid else None
        clozes = tuple(describe(scene, rng.randrange(10**9)).text for _ in range(self.clozes))
        return Lesson(
            draw(scene, self.size),
            rng.choice(PROMPTS),
            [(one.text, one.spans) for one in judged],
            patches,
            tuple(tuple(referents(scene, one.caption)) for one in judged),
            clozes,
        )


def _takes(place: int, share: float) -> bool:
    """Whether a place belongs to those that are taken, evenly spread, so that any run of places holds the share of them."""
    # without the subtraction three thirds could be more than one
    before, after = (math.ceil(count * share - 1e-9) for count in (place, place + 1))
    return after > before


def _drawn_kinds(rng: random.Random) -> list[Kind]:
    """All kinds in random order, the eager ones earlier."""
    return sorted(KINDS, key=lambda kind: rng.random() ** (1 / EAGERNESS.get(kind, 1.0)), reverse=True)


def grid_of(processor: Processor, adapter: Adapter) -> int:
    """How many patches of a drawing the model sees in a row; 0 where they are no grid that drawings can be asked about."""
    size = processor.image_size
    places = processor.block("", Image.new("RGB", (size, size))).ids.count(processor.image_token_id)
    side = math.isqrt(places)
    return side if adapter.has_square_grid and side**2 == places and side and SIDE % side == 0 else 0


class RecordLessons(Dataset[Lesson]):
    """Lessons of a file of records, those on one image and prompt together, in another order every time round.

    Clean responses are also learned from word by word: what people confirmed names what the picture shows.
    """

    def __init__(self, records: Sequence[Record], length: int, seed: int) -> None:
        if not records:
            raise ValueError("There is no record to learn from")
        self.length, self.seed = length, seed
        together: dict[tuple[Picture, str], list[Judgement]] = {}
        for record in records:
            together.setdefault((record.image, record.prompt), []).append((record.response, record.spans))
        self.lessons = [
            Lesson(image, prompt, responses, clozes=tuple(text for text, spans in responses if not spans)[:CLOZES])
            for (image, prompt), responses in together.items()
        ]

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Lesson:
        epoch, place = divmod(index, len(self.lessons))
        order = random.Random(self.seed * 10**9 + epoch).sample(range(len(self.lessons)), len(self.lessons))
        return replace(self.lessons[order[place]], seed=index)


class Replayed(Dataset[Lesson]):
    """Lessons with a share of drawings in their places, none of them twice.

    The replay keeps what the parent could do: without it a few hundred labels would overwrite it.
    """

    def __init__(self, lessons: Dataset[Lesson], replay: PictureBook, share: float, seed: int) -> None:
        self.lessons, self.replay, self.share, self.seed = lessons, replay, share, seed

    def __len__(self) -> int:
        return len(self.replay)

    def __getitem__(self, index: int) -> Lesson:
        is_replay = random.Random(self.seed * 10**9 + index).random() < self.share
        return self.replay[index] if is_replay else self.lessons[index]


class Mixed(Dataset[Lesson]):
    """Lessons of several data sets in random order, each with its share; the lessons of one come one after the other."""

    def __init__(self, parts: Sequence[Dataset[Lesson]], shares: Sequence[float], length: int, seed: int) -> None:
        """Raises ValueError for shares that are not one a data set, each above 0."""
        if len(parts) != len(shares) or not all(share > 0 for share in shares):
            raise ValueError(f"There must be a share above 0 for each of the {len(parts)} data sets, got {list(shares)}")
        self.parts = parts
        self.part_N = np.random.default_rng(seed).choice(len(parts), size=length, p=np.array(shares) / sum(shares))
        self.place_N = np.zeros(length, dtype=np.int64)
        for number in range(len(parts)):
            own_N = self.part_N == number
            self.place_N[own_N] = np.arange(own_N.sum())

    def __len__(self) -> int:
        return len(self.part_N)

    def __getitem__(self, index: int) -> Lesson:
        lesson: Lesson = self.parts[self.part_N[index]][int(self.place_N[index])]
        return lesson


class Collator:
    """Lessons to one batch of tensors, as `train.RewardLearner` takes them."""

    def __init__(self, processor: Processor, *, naive: bool = False, clozes: bool = True) -> None:
        """Without `clozes`, or where the tokenizer has no mask, no masked words are asked for."""
        self.processor, self.naive = processor, naive
        self.clozes = clozes and processor.tokenizer.mask_token_id is not None

    def __call__(self, lessons: Sequence[Lesson]) -> dict[str, Tensor]:
        """ids, segments, positions, labels and clozes (B, L), what vision encoders take; of drawings also what teachers ask for.

        Those are patches (B, questions, P), and of R referents a row the token columns, IGNORED for padding (B, R), whether each
        is the other one of a relation (B, R), its edges (B, R, 4) and its classes (B, R, questions).
        """
        if not self.clozes:
            lessons = [replace(lesson, clozes=()) for lesson in lessons]
        responses = [
            [self.processor.response(text) for text in (*(text for text, _ in lesson.responses), *lesson.clozes)]
            for lesson in lessons
        ]
        packed = self.processor.pack([self.processor.block(lesson.prompt, lesson.image) for lesson in lessons], responses)
        spans = [[*(spans for _, spans in lesson.responses), *(() for _ in lesson.clozes)] for lesson in lessons]
        labels_BL = packed_labels(packed, responses, spans, naive=self.naive)
        cloze_BL = self._masked(lessons, packed, labels_BL)
        batch: dict[str, Any] = {
            **self.processor.images([opened(lesson.image) for lesson in lessons]),
            "ids_BL": packed.ids_BL, "segments_BL": packed.segments_BL, "positions_BL": packed.positions_BL,
            "labels_BL": labels_BL, "cloze_BL": cloze_BL,
        }  # fmt: skip
        patches = [lesson.patches for lesson in lessons if lesson.patches is not None]
        if len(patches) == len(lessons):
            batch["patches_BQP"] = torch.from_numpy(np.stack(patches)).long()
            batch |= _referents(lessons, packed, responses)
        return batch

    def _masked(self, lessons: Sequence[Lesson], packed: Packed, labels_BL: Tensor) -> Tensor:
        """Mask words of the clozes in place, which then are no responses to be judged; the tokens to be guessed, (B, L)."""
        targets_BL = torch.full_like(labels_BL, IGNORED)
        for row, lesson in enumerate(lessons):
            for text, place in zip(lesson.clozes, packed.places[row][len(lesson.responses) :], strict=True):
                rng = random.Random(f"{lesson.seed} {text}")
                columns = torch.tensor([column for column in place if rng.random() < MASKED], dtype=torch.long)
                targets_BL[row, columns] = packed.ids_BL[row, columns]
                packed.ids_BL[row, columns] = self.processor.tokenizer.mask_token_id
                labels_BL[row, place.start : place.stop] = IGNORED
        return targets_BL


def _referents(lessons: Sequence[Lesson], packed: Packed, responses: Sequence[Sequence[EncodedResponse]]) -> dict[str, Tensor]:
    """The referents of each row's responses; each is asked for at the last token of its passage."""
    rows = [
        [
            (place.start + _last_token(encoded, referent), referent)
            for place, encoded, found in zip(
                packed.places[row], responses[row], lesson.referents, strict=False
            )  # clozes have none
            for referent in found
        ]
        for row, lesson in enumerate(lessons)
    ]
    shape = len(lessons), max(len(row) for row in rows)
    columns_BR = torch.full(shape, IGNORED)
    is_other_BR = torch.zeros(shape, dtype=torch.bool)
    places_BRE = torch.full((*shape, 4), float("nan"))
    classes_BRQ = torch.zeros((*shape, len(REFERENT_QUESTIONS)), dtype=torch.long)
    for number, row in enumerate(rows):
        for turn, (column, referent) in enumerate(row):
            columns_BR[number, turn] = column
            is_other_BR[number, turn] = referent.is_other
            classes_BRQ[number, turn] = torch.tensor(referent.classes)
            if referent.place:
                places_BRE[number, turn] = torch.tensor(referent.place)
    return {"referents_BR": columns_BR, "is_other_BR": is_other_BR, "places_BRE": places_BRE, "classes_BRQ": classes_BRQ}


def _last_token(encoded: EncodedResponse, referent: Referent) -> int:
    return max(
        n for n, (start, end) in enumerate(encoded.offsets) if start < end and start < referent.end and referent.start < end
    )


def class_words(tokenizer: PreTrainedTokenizerBase) -> list[list[list[int]]]:
    """The tokens that name each class of each question of `PATCH_TARGETS`, as they stand in captions; none for "nothing"."""
    return [
        [_name_tokens(tokenizer, name) if name != "nothing" else [] for name in classes] for classes in PATCH_TARGETS.values()
    ]


def _name_tokens(tokenizer: PreTrainedTokenizerBase, name: str) -> list[int]:
    # a word of a sign stands behind a quotation mark, every other one behind a space
    text = name if name.isupper() else f" {name}"
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def corpus(count: int = 4_000) -> Iterator[str]:
    """Captions of training scenes, true and perturbed, for learning a small tokenizer."""
    for number in range(count):
        scene = scene_of("train", number, WORLDS["picturebook"])
        yield describe(scene, number).text
        wrong = perturbed(scene, [KINDS[number % len(KINDS)]], number)
        if wrong:
            yield wrong.text
    yield from PROMPTS
