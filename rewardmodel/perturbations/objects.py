"""Another thing in the place of a thing: a prominent one (object), a small one or one in the background (small-object)."""

from collections.abc import Iterator

from rewardmodel.perturbations.choices import Choice, reworded
from rewardmodel.perturbations.families import OBJECTS, SMALL, USUAL, kin, siblings
from rewardmodel.perturbations.families.lists import listed
from rewardmodel.perturbations.families.others import FEMALE, HE, MALE, MASSES, MODIFIERS, PLURALS, SHE
from rewardmodel.perturbations.grammar import article, plural
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import ADJECTIVES, GAMES, Caption, Phrase

GAME_WORDS = listed("player players game match field court team uniform jersey coach practice goal")
FIXED = frozenset({("the", "camera"), ("a", "picture"), ("the", "wave")})  # "looks at the camera" tells where, not what
PLACING = listed("in on through into over across along onto")
OLD = listed("old older elderly bearded bald teenage adult tall pregnant shirtless")
HAIRY = listed("beard mustache bearded")
DRINKING = listed("drinking drinks drink pouring pours")
NEARBY = listed("near by beside behind under past around above at with and") | {"next to", "in front of", "on top of"}
LITTLE = listed("little small tiny")
CARRIED = listed(
    "umbrella balloon bag flag camera cup guitar basket bucket book kite ball towel bottle newspaper backpack purse "
    "microphone sandwich"
)
STANDING = listed("statue umbrella fountain flag bench bicycle chair ladder bucket skateboard guitar basket")
NEAR = ("next to", "near", "beside")
HOLDING = ("with", "holding", "carrying")
HAS = listed("in with wearing wears dressed covered holding holds carrying carries on and of")
HANDS = listed("holding holds hold carrying carries carry hand hands arms")
ADDITION = 0.0001  # additions stand back where something small can be exchanged


def objects(caption: Caption) -> Iterator[Choice]:
    """A thing, animal, person or place exchanged for one that excludes it."""
    for phrase in caption.phrases:
        yield from _exchanges(caption, phrase, OBJECTS)
    yield from _games(caption)


def small_objects(caption: Caption) -> Iterator[Choice]:
    """A small or background thing exchanged, or one added at the end of the caption."""
    for phrase in caption.phrases:
        yield from _exchanges(caption, phrase, SMALL)
    yield from _additions(caption)


def _exchanges(caption: Caption, phrase: Phrase, sort: str) -> Iterator[Choice]:
    noun = phrase.noun
    determiner = caption.lower(phrase.determiner) if phrase.determiner is not None else ""
    if not noun.families or (determiner, noun.lemma) in FIXED or _is_told_again(caption, phrase):
        return
    if not _is_plain(caption, phrase) or caption.lower(phrase.head + 1) == "of":
        return
    for word, weight in siblings(noun.lemma, sort, _families(caption, phrase)).items():
        form = _form(phrase, word, determiner)
        is_placed = word != "water" or caption.lower(phrase.first - 1) in {"in", "into", "through"}
        if form and is_placed and _is_new(caption, noun.lemma, word) and _suits(caption, word):
            yield Choice((reworded(caption, phrase.head, form),), weight)


def _is_plain(caption: Caption, phrase: Phrase) -> bool:
    """Whether what describes the noun may describe its siblings as well: no noun, no unknown word, nothing that it is made of."""
    first = phrase.first if phrase.determiner is None else phrase.determiner + 1
    words = [caption.lower(index) for index in range(first, phrase.head)]
    return all(
        (word in MODIFIERS or (word in ADJECTIVES and "materials" not in ADJECTIVES[word]) or word in {"and", ","})
        for word in words
    )


def _families(caption: Caption, phrase: Phrase) -> frozenset[str]:
    """The families in which the noun of a phrase may be exchanged, as what stands around it allows."""
    words = {caption.lower(index) for index in range(phrase.first, phrase.head)}
    families = phrase.noun.families
    before = caption.lower(phrase.first - 1)
    if words & (OLD | LITTLE) or caption.words & HAIRY:
        families -= {"ages"}
    if before not in PLACING:
        families -= {"grounds"}
    if before not in DRINKING:
        families -= {"drinks"}
    if before not in NEARBY:  # "in a tree" is no place for a rock
        families -= {"plants", "street_things", "far_things"}
    if not before.startswith("play") and phrase.determiner is None:
        families -= {"games"}
    return families


def _form(phrase: Phrase, word: str, determiner: str) -> str | None:
    """The form of a word that agrees with what stands around the noun of a phrase, None where there is none."""
    noun = phrase.noun
    if noun.lemma in GAMES and determiner not in {"a", "an"} and not noun.is_many:
        return word if word in GAMES and not determiner else None
    is_mass, is_pair = noun.lemma in MASSES, noun.lemma in PLURALS
    if is_mass or word in MASSES:
        return word if is_mass and determiner not in {"a", "an"} and (word in MASSES or word in PLURALS) else None
    if is_pair:
        if word in PLURALS:
            return word
        return word if determiner in {"the", "his", "her", "its"} and phrase.first > 0 else None
    if noun.is_many:
        return plural(word)
    return None if word in PLURALS else word


def _is_told_again(caption: Caption, phrase: Phrase) -> bool:
    """Whether the caption comes back to the thing, as in "a dog ... the dog"."""
    same = [other for other in caption.phrases if other.noun.lemma == phrase.noun.lemma]
    return len(same) > 1 and any(caption.lower(other.first) in {"the", "this", "that"} for other in same)


def _is_new(caption: Caption, old: str, word: str) -> bool:
    """Whether the caption tells of nothing yet that the word may name."""
    return not (kin(word) - {old}) & caption.words


def _suits(caption: Caption, word: str) -> bool:
    """Whether no pronoun of the caption contradicts the sex that a word tells."""
    return not (word in MALE and SHE & caption.words) and not (word in FEMALE and HE & caption.words)


def _games(caption: Caption) -> Iterator[Choice]:
    """Another sport before "player", "game" and the like."""
    for index, token in enumerate(caption.tokens):
        if token.lower in GAMES and caption.lower(index + 1) in GAME_WORDS and not caption.is_name(index):
            is_single = [other.lower for other in caption.tokens].count(token.lower) == 1
            for word, weight in siblings(token.lower, OBJECTS, frozenset({"games"})).items():
                if is_single and _is_new(caption, token.lower, word):
                    yield Choice((reworded(caption, index, word),), weight)


def _additions(caption: Caption) -> Iterator[Choice]:
    for phrase in caption.phrases:
        if phrase.noun.is_person and phrase.noun.families and phrase.first == 0 and not _has_already(caption, phrase):
            place = caption.tokens[phrase.head].end
            for word in sorted(CARRIED):
                if not kin(word) & caption.words:
                    thing = plural(word) if phrase.noun.is_many else f"{article(word)} {word}"
                    yield from (Choice((Edit(place, place, f" {how} {thing}"),), _added(word)) for how in HOLDING)
    place = len(caption.text.rstrip(" .!"))
    if place and caption.text[place - 1].isalnum():
        for word in sorted(STANDING):
            if not kin(word) & caption.words:
                yield from (Choice((Edit(place, place, f" {how} {article(word)} {word}"),), _added(word) / 3) for how in NEAR)


def _added(word: str) -> float:
    """How often a word is added: the more usual it is in captions, the more."""
    return ADDITION * 2.0 ** USUAL.get(word, 4)


def _has_already(caption: Caption, phrase: Phrase) -> bool:
    """Whether a phrase goes on with what somebody wears or holds, or is no single known noun with its determiner."""
    after = caption.lower(phrase.head + 1)
    return phrase.determiner is None or after in HAS or bool(HANDS & caption.words)
