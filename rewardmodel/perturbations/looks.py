"""Another look: an attribute exchanged (attribute), or two of them changing places (binding)."""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from rewardmodel.perturbations.choices import Choice, reworded
from rewardmodel.perturbations.families import ATTRIBUTES, kin, siblings
from rewardmodel.perturbations.families.lists import listed
from rewardmodel.perturbations.families.others import BOUNDARIES
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import ADJECTIVES, Caption, Noun, Phrase

CLOTHES = frozenset({"tops", "bottoms", "headwear", "neckwear", "footwear", "waist", "bags"})
CLOTHING_WORDS = listed(
    "outfit clothes clothing bikini swimsuit trunks underwear sock sleeve glove wetsuit jumpsuit pajamas blanket towel carpet rug"
)
UNCOLOURED = listed(
    "light wine beer coffee juice milk face hand arm leg mouth body air night sky card room day area valley field "
    "grass hill mountain forest woods tree water lawn yard "
    "photo picture photograph image belt"
)
YOUNG = listed("child kid toddler baby infant")
BUILT = listed(
    "wall fence building house bridge bench church store tower stairs gate floor path structure sidewalk cabin barn railing"
)
PLAIN_COLOURS = listed("white black brown red blue green yellow orange pink purple grey")
SHADES = listed("light dark pale bright deep")
HAIR = frozenset({"hair", "beard", "mustache", "ponytail", "mohawk"})
ONLY_FOR = {
    "fur": "animal", "hair": "hair", "hairdos": "hair", "ages": "person", "sexes": "person child", "patterns": "clothes",
    "materials": "thing", "masonry": "built", "sizes": "thing built animal water", "colours": "thing built clothes",
    "lengths": "hair thing", "grounds": "thing built", "fullness": "thing built water", "weather": "thing", "depths": "water",
    "rooms": "thing built water", "widths": "thing built", "shapes": "thing", "lights": "hair clothes thing",
    "dirt": "thing animal clothes", "wetness": "thing animal built", "heights": "thing person built",
    "moods": "person animal child",
}  # fmt: skip
IN_COLOUR = frozenset({"in", "wearing", "wears", "all"})
ON_CLOTHES = frozenset({"colours", "patterns"})
ONE_WAY = listed(
    "chasing chases chase following follows follow biting bites carrying carries watching watches leading leads behind "
    "pulling pulls pushing pushes under over on sniffing sniffs licking licks attacking attacks tackling tackles after"
)


class Look(NamedTuple):
    """An attribute at a place, the families in which it may be exchanged there, and the phrase that it describes.

    `others` are the other words that describe the same noun.
    """

    place: int
    families: frozenset[str]
    phrase: Phrase | None
    others: frozenset[str] = frozenset()

    @property
    def noun(self) -> str:
        """The lemma of the noun that is described, "" where no phrase is known."""
        return self.phrase.noun.lemma if self.phrase else ""


def attributes(caption: Caption) -> Iterator[Choice]:
    """An attribute exchanged for one that excludes it on the same thing."""
    for look in _looks(caption):
        old = caption.lower(look.place)
        for word, weight in siblings(old, ATTRIBUTES, look.families).items():
            is_plain = look.phrase is not None or word in PLAIN_COLOURS  # nobody is "in beige" or "in golden"
            if is_plain and not ((kin(word) - {old}) | {word.removesuffix("y")}) & caption.words:
                yield Choice((reworded(caption, look.place, word),), weight)


def bindings(caption: Caption) -> Iterator[Choice]:
    """Two attributes of one family that change places between two nouns."""
    for one, other in combinations(_looks(caption), 2):
        first, second = caption.lower(one.place), caption.lower(other.place)
        if _may_swap(one, first, other, second) and _is_other_owner(caption, one, other):
            yield _swap(caption, one.place, second, other.place, first)
    for left, right in combinations(_worn(caption), 2):
        yield from _swapped_clothes(caption, left, right)


def _may_swap(one: Look, first: str, other: Look, second: str) -> bool:
    """Whether each of two attributes may be said of the other's thing, and says something else there."""
    if second in one.others or first in other.others:
        return False
    if one.phrase and other.phrase and one.families | other.families <= ON_CLOTHES and one.families != other.families:
        return _sort(one.phrase.noun) == _sort(other.phrase.noun) == "clothes"
    return second in siblings(first, ATTRIBUTES, one.families) and first in siblings(second, ATTRIBUTES, other.families)


def _looks(caption: Caption) -> list[Look]:
    found = [
        Look(index, families, phrase, _others(caption, index, phrase))
        for phrase in caption.phrases
        for index in range(phrase.first, phrase.head)
        if (families := _families(caption, index, phrase.noun))
    ]
    for index, token in enumerate(caption.tokens):
        if "colours" in ADJECTIVES.get(token.lower, ()) and _stands_for_clothes(caption, index):
            found.append(Look(index, frozenset({"colours"}), None))
    return sorted(found, key=lambda look: look.place)


def _others(caption: Caption, index: int, phrase: Phrase) -> frozenset[str]:
    """The other words that describe a noun, with a colour that "and" joins to them: "a red and black shirt"."""
    first = phrase.first - 2 if caption.lower(phrase.first - 1) == "and" else phrase.first
    return frozenset(caption.lower(place) for place in range(first, phrase.head) if place != index)


def _families(caption: Caption, index: int, noun: Noun) -> frozenset[str]:
    """The families in which an attribute may be exchanged before a noun."""
    lower = caption.lower(index)
    if lower not in ADJECTIVES or caption.is_name(index) or (noun.lemma in UNCOLOURED and "colours" in ADJECTIVES[lower]):
        return frozenset()
    before = caption.lower(index - 1)
    if ADJECTIVES[lower] & ADJECTIVES.get(before, frozenset()) or (before in SHADES and "colours" in ADJECTIVES[lower]):
        return frozenset()  # "golden brown" is one colour, and nothing is "light white"
    sort = _sort(noun)
    return frozenset(name for name in ADJECTIVES[lower] if sort in ONLY_FOR[name].split())


def _sort(noun: Noun) -> str:  # noqa: PLR0911 -- one for each sort of noun
    """What a noun names, as `ONLY_FOR` tells sorts apart."""
    if noun.families & {"children"} or noun.lemma in YOUNG:
        return "child"
    if noun.is_person:
        return "person"
    if noun.is_animal:
        return "animal"
    if noun.lemma in HAIR:
        return "hair"
    if noun.families & CLOTHES or noun.lemma in CLOTHING_WORDS:
        return "clothes"
    if noun.families & {"waters"} or noun.lemma == "water":
        return "water"
    return "built" if noun.lemma in BUILT else "thing"


def _stands_for_clothes(caption: Caption, index: int) -> bool:
    """Whether a colour stands alone for what somebody wears, as in "a man in red"."""
    after = caption.lower(index + 1)
    return caption.lower(index - 1) in IN_COLOUR and (not after or after == "." or (after in BOUNDARIES and after != "and"))


def _swap(caption: Caption, one: int, first: str, other: int, second: str) -> Choice:
    edits: tuple[Edit, ...] = (reworded(caption, one, first), reworded(caption, other, second))
    return Choice(edits)


def _is_other_owner(caption: Caption, one: Look, other: Look) -> bool:
    """Whether two attributes belong to things that a swap makes other things."""
    if one.phrase is other.phrase and one.phrase is not None:
        return False
    if one.noun and other.noun and other.noun not in kin(one.noun):
        return True
    if one.phrase and other.phrase and (one.phrase.noun.is_person or one.phrase.noun.is_animal):
        return any(caption.lower(index) in ONE_WAY for index in range(one.phrase.head, other.phrase.first))
    owners = _owner(caption, one), _owner(caption, other)
    return all(owners) and owners[0] != owners[1]


def _owner(caption: Caption, look: Look) -> str:
    """The last person or animal named before an attribute, "" where there is none."""
    before = [phrase.noun for phrase in caption.phrases if phrase.head < look.place]
    return next((noun.lemma for noun in reversed(before) if noun.is_person or noun.is_animal), "")


def _worn(caption: Caption) -> list[Phrase]:
    return [phrase for phrase in caption.phrases if phrase.noun.families & CLOTHES and phrase.determiner is not None]


def _swapped_clothes(caption: Caption, left: Phrase, right: Phrase) -> Iterator[Choice]:
    """What two people wear changes places, where it is not the same and both have one of it."""
    owners = [_owner(caption, Look(phrase.first, frozenset(), phrase)) for phrase in (left, right)]
    same = right.noun.lemma in kin(left.noun.lemma) or left.noun.is_many != right.noun.is_many
    if all(owners) and owners[0] != owners[1] and not same:
        yield _swap(caption, left.head, caption.lower(right.head), right.head, caption.lower(left.head))
