"""Captions: sentence frames filled with claims, and the exact place of every word that expresses one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rewardmodel.scenes.claims import Claim
from rewardmodel.scenes.grammar import wording

HOLE = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A frame such as "there {a:be} {a} {r} {b}" and the claims that fill it, by name. It has no capital and no period yet.

    `is_joined` says that the next one follows after ", and".
    """

    frame: str
    claims: tuple[tuple[str, Claim], ...]
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """The passage `[start, end)` that expresses `field` of the claim with this index."""

    start: int
    end: int
    claim: int
    field: str


@dataclass(frozen=True, slots=True)
class Caption:
    """A text, the sentences it was made of, and where each claim's words are."""

    text: str
    sentences: tuple[Sentence, ...]
    words: tuple[Word, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims in the order in which `Word.claim` counts them."""
        return tuple(claim for sentence in self.sentences for _, claim in sentence.claims)

    def with_claims(self, claims: Sequence[Claim]) -> "Caption":
        """The same sentences saying something else: one claim for each, in order."""
        rest = iter(claims)
        return caption_of([replace(old, claims=tuple((name, next(rest)) for name, _ in old.claims)) for old in self.sentences])


def caption_of(sentences: Sequence[Sentence]) -> Caption:
    """The text of sentences, with agreement, capitals and periods."""
    text, words, offset, is_first = "", [], 0, True
    for sentence in sentences:
        begin = len(text)
        numbers = {name: offset + n for n, (name, _) in enumerate(sentence.claims)}
        for part, claim, field in _parts(sentence):
            if field:
                words.append(Word(len(text), len(text) + len(part), numbers[claim], field))
            text += part
        if is_first:
            text = text[:begin] + text[begin].upper() + text[begin + 1 :]
        text += ", and " if sentence.is_joined else ". "
        is_first = not sentence.is_joined
        offset += len(sentence.claims)
    return Caption(text.rstrip(), tuple(sentences), tuple(words))


def _parts(sentence: Sentence) -> list[tuple[str, str, str]]:
    """Pieces of text with the name of the claim and the field that each expresses; both empty for plain text."""
    claims, parts, end = dict(sentence.claims), [], 0
    for hole in HOLE.finditer(sentence.frame):
        parts.append((sentence.frame[end : hole.start()], "", ""))
        parts.extend((text, hole[1], field) for text, field in wording(claims[hole[1]], hole[2] or ""))
        end = hole.end()
    return [*parts, (sentence.frame[end:], "", "")]
