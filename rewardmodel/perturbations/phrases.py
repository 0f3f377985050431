"""Reading a caption: its words and its noun phrases. Shallow on purpose: what is not known is left alone."""

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from rewardmodel.perturbations.families import ATTRIBUTES, FAMILIES, OBJECTS, SMALL
from rewardmodel.perturbations.families.others import (
    BOUNDARIES,
    COMPOUNDS,
    DETERMINERS,
    IDIOMS,
    MASSES,
    MODIFIERS,
    NOUNS,
    NUMBERS,
    PEOPLE,
    PLURALS,
)
from rewardmodel.perturbations.families.verbs import NOUN_LIKE, VERBS
from rewardmodel.perturbations.grammar import THIRD_PERSONS, plural

TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\d+(?:[.,:]\d+)*|\S")
STOPS = frozenset('.,;:!?)"\u201d')
TITLES = frozenset({"mr", "mrs", "ms", "dr", "st"})
SIZED = 3  # the most words that one entry of the lexicon has
HUMAN = frozenset({"adults", "children", "ages", "workers", "couples", "athletes"})
ANIMAL = frozenset({"animals", "breeds", "flyers"})
GAMES = frozenset(FAMILIES[OBJECTS]["games"])


@dataclass(frozen=True, slots=True)
class Noun:
    """What the lexicon knows of a form: its plain form and whether it means many."""

    lemma: str
    is_many: bool
    families: frozenset[str] = frozenset()

    @property
    def is_person(self) -> bool:
        """Whether it names a human being or several: by its families, or as a word for people."""
        return bool(self.families & HUMAN) or self.lemma in PEOPLE

    @property
    def is_animal(self) -> bool:
        """Whether it is in a family of animals."""
        return bool(self.families & ANIMAL)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a compound or a sign of a caption, half-open in code points; `noun` where it can be one."""

    start: int
    end: int
    text: str
    lower: str
    noun: Noun | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: the tokens `first` to `head`, with the place of its determiner or number, if any."""

    first: int
    head: int
    determiner: int | None
    noun: Noun


def _lexicon() -> dict[str, Noun]:
    families: dict[str, set[str]] = {word: set() for word in NOUNS | PEOPLE}
    for sort in (OBJECTS, SMALL):
        for name, family in FAMILIES[sort].items():
            for word in family:
                families.setdefault(word, set()).add(name)
    found: dict[str, Noun] = {compound: Noun(compound, compound.endswith("s")) for compound in COMPOUNDS}
    for word, names in families.items():
        found[plural(word)] = Noun(word, is_many=True, families=frozenset(names))
    for word, names in families.items():
        found[word] = Noun(word, is_many=word in PLURALS or word == "people", families=frozenset(names))
    found["people"] = Noun("person", is_many=True)
    return found


LEXICON = _lexicon()
ADJECTIVES: dict[str, frozenset[str]] = {
    word: frozenset(name for name, family in FAMILIES[ATTRIBUTES].items() if word in family)
    for family in FAMILIES[ATTRIBUTES].values()
    for word in family
}


@dataclass(frozen=True)
class Caption:
    """A caption that has been read."""

    text: str
    tokens: tuple[Token, ...]

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """Every noun phrase that is understood, in order."""
        found = (self._phrase(index) for index in range(len(self.tokens)))
        return tuple(phrase for phrase in found if phrase)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its words and the plain forms of its nouns."""
        return frozenset(
            word for token in self.tokens for word in (token.lower, *token.lower.split(), token.noun.lemma if token.noun else "")
        )

    def lower(self, index: int) -> str:
        """The word at a place in small letters, "" outside the caption."""
        return self.tokens[index].lower if 0 <= index < len(self.tokens) else ""

    def is_sentence_start(self, index: int) -> bool:
        """Whether the word at a place is the caption's first or follows a stop that ends no title ("Mr.")."""
        return index == 0 or (self.lower(index - 1) in {".", "!", "?"} and self.lower(index - 2) not in TITLES)

    def is_name(self, index: int) -> bool:
        """Whether a word is a proper name, as its capital in mid-sentence tells, or the title before it."""
        token = self.tokens[index]
        return (token.text[0].isupper() and not token.text.isupper() and not self.is_sentence_start(index)) or self.lower(
            index - 1
        ) in TITLES

    def is_verb(self, index: int) -> bool:
        """Whether a word is a finite verb in the present tense."""
        lower = self.lower(index)
        if lower not in THIRD_PERSONS and lower not in VERBS:
            return False
        before = self.lower(index - 1)
        if before in DETERMINERS or before in ADJECTIVES or before in NUMBERS or before in {"to", "of"}:
            return False
        return lower not in NOUN_LIKE or before not in BOUNDARIES or before in {"and", "that", "who", "which"}

    def ends_phrase(self, index: int) -> bool:
        """Whether a noun phrase cannot go on at a place."""
        if index >= len(self.tokens):
            return True
        token = self.tokens[index]
        lower = token.lower
        if token.noun:
            return lower in NOUN_LIKE and self.is_verb(index)
        return lower in STOPS or lower in BOUNDARIES or lower in IDIOMS or lower.endswith(("ing", "ly")) or self.is_verb(index)

    def _phrase(self, head: int) -> Phrase | None:
        noun = self.tokens[head].noun
        if noun is None or self.is_name(head) or not self.ends_phrase(head + 1) or self.lower(head) in IDIOMS:
            return None
        first, determiner = self._left(head)
        if first is None:
            return None
        is_bare = determiner is None and first == head
        if is_bare and self.lower(head) in NOUN_LIKE and (head == 0 or self.lower(head - 1) in {"to", "and", "who", "that"}):
            return None
        if determiner is None and not (noun.is_many or noun.lemma in MASSES or noun.lemma in GAMES or first == 0):
            return None
        if plural(noun.lemma) == noun.lemma and determiner is not None and self.lower(determiner) in NUMBERS[1:]:
            noun = replace(noun, is_many=True)  # "two sheep"
        return Phrase(first, head, determiner, noun)

    def _left(self, head: int) -> tuple[int | None, int | None]:
        """Where the phrase of a head begins, and its determiner; (None, None) where it is not understood."""
        index = head - 1
        while index >= 0:
            lower, noun = self.lower(index), self.tokens[index].noun
            if lower in DETERMINERS or lower in NUMBERS or lower.isdecimal():
                return index, index
            if noun and (noun.is_person or noun.is_animal):
                return (None, None)
            if (
                (lower in {"and", ","} and self.lower(index + 1) in ADJECTIVES and self.lower(index - 1) in ADJECTIVES)
                or lower in ADJECTIVES
                or lower in MODIFIERS
                or noun
                or self._is_modifier(index)
            ):
                index -= 1
            else:
                break
        return index + 1, None

    def _is_modifier(self, index: int) -> bool:
        """Whether an unknown word describes a noun after it: it stands behind a determiner or a known adjective."""
        lower, before = self.lower(index), self.lower(index - 1)
        if not lower.isalpha() or lower in BOUNDARIES or lower in IDIOMS or lower in VERBS or self.is_name(index):
            return False
        return before in DETERMINERS or before in ADJECTIVES or before in NUMBERS or before in MODIFIERS


@lru_cache(maxsize=64)
def read(text: str) -> Caption:
    """Read a caption. The last few are kept, as every kind is asked of the same one."""
    plain = [Token(match.start(), match.end(), match[0], match[0].lower()) for match in TOKEN.finditer(text)]
    tokens: list[Token] = []
    index = 0
    while index < len(plain):
        size = next((size for size in range(SIZED, 1, -1) if _is_entry(text, plain[index : index + size], size)), 1)
        start, end = plain[index].start, plain[index + size - 1].end
        lower = text[start:end].lower()
        tokens.append(Token(start, end, text[start:end], lower, LEXICON.get(lower)))
        index += size
    return Caption(text, tuple(tokens))


def _is_entry(text: str, tokens: list[Token], size: int) -> bool:
    if len(tokens) < size:
        return False
    lower = text[tokens[0].start : tokens[-1].end].lower()
    return lower in LEXICON or lower in IDIOMS
