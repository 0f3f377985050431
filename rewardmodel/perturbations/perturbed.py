"""The value that every way of perturbing returns: a text made wrong, and the exact places of what is wrong in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rewardmodel.records import Span, words
from rewardmodel.taxonomy import Kind


@dataclass(frozen=True, slots=True)
class Perturbed:
    """A text that is wrong in its spans and nowhere else. The spans stand in its order and share one kind, or all have none."""

    text: str
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        if not self.spans:
            raise ValueError("A perturbed text has at least one span")
        if len({span.kind for span in self.spans}) != 1:
            raise ValueError(f"The spans of a perturbed text have one kind, got {self.spans}")
        for span in self.spans:
            if span.end > len(self.text):
                raise ValueError(f"Span [{span.start}, {span.end}) ends after the text's {len(self.text)} characters")

    @property
    def span(self) -> Span:
        """The range from the first wrong place to the end of the last."""
        return Span(self.spans[0].start, self.spans[-1].end, self.kind)

    @property
    def kind(self) -> Kind | None:
        """What kind of error was put in, the same for all its spans; None where nobody said."""
        return self.spans[0].kind


class Edit(NamedTuple):
    """Replace the code points `[start, end)` of a caption by a text; an empty text deletes, an empty range inserts."""

    start: int
    end: int
    text: str


def edited(caption: str, edits: Sequence[Edit], kind: Kind | None) -> Perturbed:
    """The caption with edits applied, in order and apart; what was put in is marked, without white space at its edges.

    A deletion is marked on its seam: the words on both sides, or the one that there is.
    """
    pieces: list[str] = []
    spans: list[Span] = []
    seams: list[int] = []
    done = length = 0
    for edit in sorted(edits):
        pieces += [caption[done : edit.start], edit.text]
        length += edit.start - done
        if edit.text.strip():
            left = len(edit.text) - len(edit.text.lstrip())
            spans.append(Span(length + left, length + len(edit.text.rstrip()), kind))
        else:
            seams.append(length)
        length += len(edit.text)
        done = edit.end
    text = "".join([*pieces, caption[done:]])
    return Perturbed(text, _joined([*spans, *(_seam(text, place, kind) for place in seams)]))


def _seam(text: str, place: int, kind: Kind | None) -> Span:
    # in tokenised captions a full stop stands alone and would pass for a word
    spoken = [word for word in words(text) if any(character.isalnum() for character in text[slice(*word)])] or words(text)
    before = [word for word in spoken if word[0] < place]
    after = [word for word in spoken if word[0] >= place]
    return Span((before[-1] if before else after[0])[0], (after[0] if after else before[-1])[1], kind)


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans in order, overlapping ones as one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if joined and span.start < joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(span.end, joined[-1].end), span.kind)
        else:
            joined.append(span)
    return tuple(joined)
