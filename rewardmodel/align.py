"""Spans are the truth, tokens are a view: labels of tokens from spans, values of words from tokens."""

from collections.abc import Sequence

from rewardmodel.records import Span

GOOD, BAD, IGNORED = 1, 0, -100  # 1 is grounded, the paper's gamma*


def token_labels(offsets: Sequence[tuple[int, int]], bad_spans: Sequence[Span]) -> list[int]:
    """Label each token BAD if it touches a bad span, IGNORED if it covers no text, else GOOD.

    `offsets` are half-open code point ranges of the response, one a token.
    """
    return [_label(start, end, bad_spans) for start, end in offsets]


def _label(start: int, end: int, bad_spans: Sequence[Span]) -> int:
    if start >= end:  # special tokens and a lone space cover no text
        return IGNORED
    return BAD if any(span.touches(start, end) for span in bad_spans) else GOOD


def verdict_labels(labels: Sequence[int]) -> list[int]:
    """The verdict on a response, at the last of its tokens that covers text: BAD if any label is. All others are IGNORED."""
    places = [place for place, label in enumerate(labels) if label != IGNORED]
    told = [IGNORED] * len(labels)
    if places:
        told[places[-1]] = BAD if BAD in labels else GOOD
    return told


def verdict_values(offsets: Sequence[tuple[int, int]], values: Sequence[float]) -> list[float]:
    """The value of the last token that covers text, for every token: what a naive model says of each of them."""
    told = [value for (start, end), value in zip(offsets, values, strict=True) if start < end]
    return [told[-1]] * len(values) if told else list(values)


def word_values(words: Sequence[tuple[int, int]], offsets: Sequence[tuple[int, int]], values: Sequence[float]) -> list[float]:
    """The lowest value of the tokens that each word touches; both sequences in order of the text.

    Raises ValueError for a word that no token touches: such a word has no value, and none may be made up.
    """
    result: list[float] = []
    first = 0
    for start, end in words:
        while first < len(offsets) and offsets[first][1] <= start:
            first += 1
        number, lowest = first, None
        while number < len(offsets) and offsets[number][0] < end:
            if offsets[number][0] < offsets[number][1]:
                lowest = values[number] if lowest is None else min(lowest, values[number])
            number += 1
        if lowest is None:
            raise ValueError(f"No token touches the word [{start}, {end})")
        result.append(lowest)
    return result


def trimmed_offsets(response: str, offsets: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Token offsets without the white space at their edges, so that a space before a bad word does not make its token bad."""
    return [_trimmed(response, start, end) for start, end in offsets]


def _trimmed(response: str, start: int, end: int) -> tuple[int, int]:
    piece = response[start:end]
    left, right = len(piece) - len(piece.lstrip()), len(piece.rstrip())
    return (start + left, start + right) if right else (end, end)
