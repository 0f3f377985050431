"""Grammar: articles, plurals and the forms of verbs, from a word's plain form."""

import re

from rewardmodel.perturbations.families.others import PLURALS
from rewardmodel.perturbations.families.verbs import IRREGULAR, VERBS

IRREGULAR_PLURALS = {
    "man": "men", "woman": "women", "child": "children", "person": "people", "goose": "geese", "wolf": "wolves", "leaf": "leaves",
    "scarf": "scarves", "sheep": "sheep", "fish": "fish", "deer": "deer", "foot": "feet", "tooth": "teeth", "mouse": "mice",
    "knife": "knives", "calf": "calves", "ox": "oxen", "shelf": "shelves", "gentleman": "gentlemen", "hoof": "hooves",
}  # fmt: skip
VOWEL_SOUND = re.compile(r"(?i)(?!uni[^nm]|unic|use|user|usual|euro|one\b|once|ukul|ute|u[bt]i)(?:[aeiou]|hour|honest|heir)")
HISS = re.compile(r"(?:s|x|z|ch|sh)$")
CONSONANT_Y = re.compile(r"[^aeiou]y$")


def article(word: str) -> str:
    """The indefinite article that goes before a word."""
    return "an" if VOWEL_SOUND.match(word) else "a"


def plural(noun: str) -> str:
    """The plural of a noun; of several words the last one bends."""
    first, space, last = noun.rpartition(" ")
    return first + space + _plural(last)


def _plural(noun: str) -> str:
    if noun in PLURALS:
        return noun
    if noun in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[noun]
    if noun.endswith("man"):
        return noun[:-3] + "men"
    return _with_s(noun)


def third_person(verb: str) -> str:
    """A bare verb as it stands after one person or thing in the present tense."""
    return IRREGULAR.get(verb) or _with_s(verb)


def _with_s(word: str) -> str:
    if HISS.search(word):
        return word + "es"
    return word[:-1] + "ies" if CONSONANT_Y.search(word) else word + "s"


def cased(word: str, like: str) -> str:
    """A word with the capitals of what it takes the place of."""
    if like.isupper() and len(like) > 1:
        return word.upper()
    return word[0].upper() + word[1:] if like[0].isupper() else word


THIRD_PERSONS: dict[str, str] = {third_person(verb): verb for verb in VERBS}
