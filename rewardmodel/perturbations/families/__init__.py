"""Word families: what may stand in for a word, what may not, and how usual each word is."""

from collections.abc import Iterator
from itertools import combinations

from rewardmodel.perturbations.families import attributes, beings, places, things

ATTRIBUTES = "attributes"
OBJECTS = "objects"
SMALL = "small"


def _read(family: str) -> dict[str, int]:
    pairs = (entry.split(":") for entry in family.split())
    return {word.replace("_", " "): int(usual) for word, usual in pairs}


FAMILIES: dict[str, dict[str, dict[str, int]]] = {
    OBJECTS: {name: _read(family) for room in (beings.OBJECTS, things.OBJECTS, places.OBJECTS) for name, family in room.items()},
    SMALL: {name: _read(family) for room in (things.SMALL, places.SMALL) for name, family in room.items()},
    ATTRIBUTES: {name: _read(family) for name, family in attributes.ATTRIBUTES.items()},
}
USUAL: dict[str, int] = {
    word: usual for families in FAMILIES.values() for family in families.values() for word, usual in family.items()
}


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """The pairs of a line of kin; before a colon stands the word that is kin to all others, which are not kin to one another."""
    head, colon, rest = line.replace("_", "\u00a0").partition(":")
    if colon:
        yield from ((head, word) for word in rest.split(" ") if word)
    else:
        yield from combinations(line.replace("_", "\u00a0").split(" "), 2)


def _kin() -> dict[str, frozenset[str]]:
    kin: dict[str, set[str]] = {}
    for line in (*beings.KINS, *things.KINS, *places.KINS, *attributes.KINS):
        for pair in _pairs(line):
            one, other = (word.replace("\u00a0", " ") for word in pair)
            kin.setdefault(one, {one}).add(other)
            kin.setdefault(other, {other}).add(one)
    return {word: frozenset(words) for word, words in kin.items()}


KIN = _kin()


def kin(word: str) -> frozenset[str]:
    """The word and all that may be true, or is hard to tell apart in a picture, where it is."""
    return KIN.get(word, frozenset({word}))


def families_of(word: str, sort: str) -> list[str]:
    """The names of the families of a sort that hold a word."""
    return [name for name, family in FAMILIES[sort].items() if word in family]


def siblings(word: str, sort: str, families: frozenset[str] | None = None) -> dict[str, float]:
    """Words that exclude a word, each with how often it should take the word's place.

    Going from a word to a sibling weighs as much as the sibling is rarer, at most 1: so each pair is exchanged as often one way
    as the other, and a word put in is no sign that a caption is wrong.
    """
    found: dict[str, float] = {}
    for name, family in FAMILIES[sort].items():
        if word in family and (families is None or name in families):
            excluded = kin(word)
            found |= {
                other: min(1.0, 2.0 ** (usual - family[word]))
                for other, usual in family.items()
                if other not in excluded | {word}
            }
    return found
