"""Cases: responses in which a checkpoint doubts something, as they are given to whoever corrects them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from rewardmodel.detection import runs
from rewardmodel.records import Record, Span, sentence_ends, words


class Guidance(StrEnum):
    """Whether a corrector is told what the checkpoint doubts (Table 4)."""

    GUIDED = "guided"
    NAIVE = "naive"


@dataclass(frozen=True, slots=True)
class Scored:
    """A response with the grounded value in [0, 1] of each of its words; a word below the threshold is flagged."""

    response: str
    values: Sequence[float]
    threshold: float

    @property
    def lowest(self) -> float:
        """The value, in [0, 1], of the word that is doubted most."""
        return min(self.values)

    @property
    def marks(self) -> list[bool]:
        """Whether each word is flagged."""
        return [value < self.threshold for value in self.values]

    def flags(self) -> list[Span]:
        """The flagged words, neighbours as one passage."""
        places = words(self.response)
        return [Span(places[first][0], places[end - 1][1]) for first, end in runs(self.marks)]


@dataclass(frozen=True, slots=True)
class Case:
    """A record whose response has flags."""

    record: Record
    scored: Scored

    def passages(self) -> list[str]:
        """The flagged passages as text."""
        return [self.record.response[flag.start : flag.end] for flag in self.scored.flags()]

    def flagged_sentences(self) -> list[Span]:
        """The sentences with a flag in them, white space at their edges left out."""
        flags = self.scored.flags()
        return [own for own in sentences(self.record.response) if any(flag.touches(own.start, own.end) for flag in flags)]


def sentences(response: str) -> list[Span]:
    """The sentences of a response with their stops, without the white space between them."""
    ends = [0, *sentence_ends(response), len(response)]
    pieces = [(start, response[start:end]) for start, end in pairwise(ends)]
    return [
        Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())) for start, piece in pieces if piece.strip()
    ]
