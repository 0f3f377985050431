"""Photographs with human captions as lessons: true captions, captions made wrong by the rules, and captions of other photographs.

What the rules write leaves traces that text alone gives away. Exchanges that keep captions as usual as they were leave hardly
any. A caption borrowed from another photograph leaves none: somebody wrote it, and only the picture tells which of its words are
wrong here. Those are the words that nobody said of this one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image
from torch.utils.data import Dataset

from benchmarks.photograph_encoder import content_words, words_of
from rewardmodel.data import Judgement, Lesson
from rewardmodel.perturbations.batches import with_exchanged, with_perturbed
from rewardmodel.perturbations.families import kin
from rewardmodel.perturbations.rules import exchange, perturb
from rewardmodel.perturbations.usage import Usage
from rewardmodel.records import Record, Span, opened
from rewardmodel.scoring import GREY
from rewardmodel.taxonomy import KINDS, Kind

CLEAN, WRONG, BORROWED, CLOZES = 1, 1, 2, 1  # captions of a photograph in a lesson
PAIRS, TRIES = 2, 12  # and so many of them before and after an exchange, from so many tries; a fixed number keeps the balance
OTHERS = 5  # captions of others that each photograph is tested with
LEAST_CROP = 0.8  # share of each side that a lesson's crop keeps
FOLD = "fold"  # what a picture of a lesson calls the part that it belongs to
SIDES = {"left", "right"}  # words that a mirrored photograph would make false


class Photographs(Dataset[Lesson]):
    """Lessons on photographs, each of which says to which of `folds` it belongs; without folds all come grey.

    `known` are the words that may be called wrong in a borrowed caption.
    """

    def __init__(
        self,
        rows: Sequence[dict[str, Any]],
        folder: Path,
        known: frozenset[str],
        length: int,
        seed: int,
        *,
        folds: Mapping[str, int] | None = None,
    ) -> None:
        self.rows, self.folder, self.known, self.length, self.seed = rows, folder, known, length, seed
        self.usage = Usage(caption for row in rows for caption in row["captions"])
        self.folds = folds

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Lesson:
        epoch, place = divmod(index, len(self.rows))
        row = self.rows[Random(self.seed * 10**9 + epoch).sample(range(len(self.rows)), len(self.rows))[place]]
        rng = Random(f"{self.seed} {index}")
        captions = rng.sample(row["captions"], len(row["captions"]))
        judged: list[Judgement] = [(caption, ()) for caption in captions[:CLEAN]]
        for _ in range(WRONG):
            wrong = next(
                (made for kind in rng.sample(KINDS, len(KINDS)) if (made := perturb(rng.choice(captions), kind, index))), None
            )
            judged.extend([(wrong.text, wrong.spans)] if wrong else [])
        judged += self._exchanged(captions, rng, index)
        others = rng.sample(self.rows, min(BORROWED, len(self.rows)))
        judged += [borrowed(rng.choice(other["captions"]), row["captions"], self.known) for other in others]
        return Lesson(self._picture(row, rng), "", judged, clozes=tuple(captions[-CLOZES:]), seed=index)

    def _exchanged(self, captions: Sequence[str], rng: Random, index: int) -> list[Judgement]:
        tried = [(rng.choice(captions), rng.choice(KINDS), index * TRIES + number) for number in range(TRIES)]
        made = {old: new for old, kind, seed in tried if (new := exchange(old, kind, seed, self.usage))}
        return [one for old, new in [*made.items()][:PAIRS] for one in ((old, ()), (new.text, new.spans))]

    def _picture(self, row: dict[str, Any], rng: Random) -> Image.Image:
        picture = opened(self.folder / row["image"])
        if self.folds is None:
            return Image.new("RGB", picture.size, GREY)
        shares = [rng.uniform(LEAST_CROP, 1.0) for _ in range(2)]
        width, height = (round(side * share) for side, share in zip(picture.size, shares, strict=True))
        left, top = rng.randint(0, picture.width - width), rng.randint(0, picture.height - height)
        picture = picture.resize(picture.size, box=(left, top, left + width, top + height))
        sided = any(SIDES & set(caption.lower().split()) for caption in row["captions"])
        if not sided and rng.random() < 1 / 2:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        picture.info[FOLD] = self.folds[row["image"]]
        return picture


def borrowed(caption: str, captions: Sequence[str], known: frozenset[str]) -> Judgement:
    """A caption of another photograph on one with these captions; wrong are the known words to which nothing said here is kin."""
    said = {stem(other) for word in words_of(captions) for other in kin(word)}
    spans = [
        Span(start, end, Kind.OBJECT)
        for word, start, end in content_words(caption)
        if word in known and not said & {stem(other) for other in kin(word)}
    ]
    return caption, tuple(spans)


def stem(word: str) -> str:
    """A word without what tells one from many, and doing from having done; rough, which errs towards "said here"."""
    for ending in ("ing", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return re.sub(r"([^aeious])\1$", r"\1", word).rstrip("e")  # "running" as "runs"


def records_of(rows: Sequence[dict[str, Any]], folder: Path, *, captions: int, times: int = 1) -> list[Record]:
    """Captions of each photograph, so many times, each followed by itself with an error; the kinds as even as they can be."""
    clean = [Record(folder / row["image"], "", caption) for row in rows for caption in row["captions"][:captions]]
    return list(with_perturbed(clean * times))


def exchanged_records(rows: Sequence[dict[str, Any]], folder: Path, *, seeds: int) -> list[Record]:
    """Captions of each photograph, each followed by itself with words exchanged so that the text doesn't tell."""
    clean = [Record(folder / row["image"], "", caption) for row in rows for caption in row["captions"]]
    usage = Usage(record.response for record in clean)
    return [record for seed in range(seeds) for record in with_exchanged(clean, usage, seed=seed)]


def borrowed_records(rows: Sequence[dict[str, Any]], folder: Path, known: frozenset[str]) -> list[Record]:
    """Each photograph with some captions of others, somebody's own words all of them; labelled as `borrowed` does."""
    rng = Random(0)
    others = [(row, rng.choice(rows)) for row in rows for _ in range(OTHERS)]
    pairs = [(row, borrowed(rng.choice(other["captions"]), row["captions"], known)) for row, other in others]
    return [Record(folder / row["image"], "", text, spans) for row, (text, spans) in pairs if spans]


def greyed(records: Sequence[Record]) -> list[Record]:
    """The records with one grey picture for all of them."""
    grey = Image.new("RGB", (128, 128), GREY)
    return [replace(record, image=grey) for record in records]


def views(records: Sequence[Record]) -> Iterator[list[Record]]:
    """The records with each photograph as it is, and mirrored where the response tells no sides."""
    pictures = {record.image: opened(record.image) for record in records}
    mirrored = {image: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for image, picture in pictures.items()}
    for seen in (pictures, mirrored):
        yield [
            replace(one, image=(pictures if SIDES & set(one.response.lower().split()) else seen)[one.image]) for one in records
        ]


def corpus(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """True and wrong captions, for the tokenizer."""
    for number, row in enumerate(rows):
        yield from row["captions"]
        for kind in KINDS:
            wrong = perturb(row["captions"][number % len(row["captions"])], kind, number)
            if wrong:
                yield wrong.text
