"""Whether what a model guesses into a passage fits what stands around it: number, article, sort of word, wording of a place.

A small model guesses token by token and believes "there are three white are". Only what is surely no sentence is refused: a word
that the lexicon does not know may be anything.
"""

import re

from rewardmodel.perturbations.alternatives import WORDING, applied
from rewardmodel.perturbations.families.others import BOUNDARIES, DETERMINERS, MASSES, MODIFIERS, NUMBERS
from rewardmodel.perturbations.families.verbs import NOUN_LIKE, VERBS
from rewardmodel.perturbations.grammar import THIRD_PERSONS, article
from rewardmodel.perturbations.negations import BEING
from rewardmodel.perturbations.numbers import ONE
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import ADJECTIVES, Caption, read

INDEFINITE = re.compile(rf"\b(?:{'|'.join(sorted(ONE))})\b")
NUMBERED = frozenset(NUMBERS) | {"a", "an", "no"}
COUNTERS = DETERMINERS | frozenset(NUMBERS) | {"no"}
DESCRIBERS = MODIFIERS | ADJECTIVES.keys()
SIDES = frozenset({"left", "right", "middle"})


def fits(text: str, edit: Edit) -> bool:
    """Whether the replacement may stand in the text. An edit that deletes always may, and a number in the place of a number."""
    if not edit.text:
        return True
    old, new = read(text), read(applied(text, edit))
    was, now = _touched(old, edit.start, edit.end), _touched(new, edit.start, edit.start + len(edit.text))
    passage = text[edit.start : edit.end]
    if passage.isupper() and len(passage) > 1:  # letters of a sign
        return edit.text.isupper()
    if not was or not now or not _has_the_capital_of(text, edit) or _says_the_same(text, edit):
        return False
    if all(old.lower(place) in COUNTERS for place in was):
        return all(new.lower(place) in COUNTERS for place in now) and _has_its_article(new, now)
    if _stammers(new, now) or not _keeps_a_wording(text, edit):
        return False
    return WORDING.fullmatch(passage) is not None or (_is_of_the_sort(old, was, new, now) and _agrees(new, now))


def is_whole(text: str, edit: Edit) -> bool:
    """Whether nothing has to follow the replacement: after "two" for "a" the noun is still one."""
    new = read(applied(text, edit))
    return not edit.text or _agrees(new, _touched(new, edit.start, edit.start + len(edit.text)))


def _touched(caption: Caption, start: int, end: int) -> range:
    places = [number for number, token in enumerate(caption.tokens) if token.start < end and start < token.end]
    return range(places[0], places[-1] + 1) if places else range(0)


def is_vaguer(text: str, edit: Edit) -> bool:
    """Whether a number gives way to a word that tells none, which is always believed: "the dogs" for "two dogs"."""
    old, new = read(text), read(applied(text, edit))
    was, now = _touched(old, edit.start, edit.end), _touched(new, edit.start, edit.start + len(edit.text))
    told = NUMBERED & {old.lower(place) for place in was}
    kept = NUMBERED & {new.lower(place) for place in now}
    is_one = any(phrase.head in now and not phrase.noun.is_many for phrase in new.phrases)
    return bool(told) and bool(edit.text) and not kept and not is_one


def _has_the_capital_of(text: str, edit: Edit) -> bool:
    """Whether a capital stands where one stood, and only there; a sign may be all capitals."""
    first, stood = edit.text[0], text[edit.start]
    is_sign = edit.text.isupper() and len(edit.text) > 1
    return is_sign or not first.isalpha() or not stood.isalpha() or first.isupper() is stood.isupper()


def _has_its_article(caption: Caption, now: range) -> bool:
    """Whether an article that was put in last is the one that the next word takes."""
    last, following = caption.lower(now[-1]), caption.lower(now[-1] + 1)
    return last not in {"a", "an"} or not following or article(following) == last


def _says_the_same(text: str, edit: Edit) -> bool:
    """Whether only "a" stands for "one", or "one" for "a"."""
    return INDEFINITE.sub("one", text.lower()) == INDEFINITE.sub("one", applied(text, edit).lower())


def _stammers(caption: Caption, now: range) -> bool:
    """Whether a word is said twice running."""
    return any(caption.lower(place) == caption.lower(place + 1) for place in range(now.start - 1, now.stop))


def _is_of_the_sort(old: Caption, was: range, new: Caption, now: range) -> bool:
    """Whether a look takes the place of a look, and a noun in the same number that of a noun."""
    if all(old.lower(place) in DESCRIBERS for place in was):
        return all(new.lower(place) in DESCRIBERS for place in now)
    phrase = next((phrase for phrase in old.phrases if phrase.head == was[-1]), None)
    if phrase is None:
        return True
    holds_number = phrase.determiner is None or phrase.determiner in was
    noun, word = new.tokens[now[-1]].noun, new.lower(now[-1])
    if noun is None or (word in NOUN_LIKE and new.is_verb(now[-1])):
        has_counter = phrase.determiner not in was or new.lower(now[0]) in COUNTERS
        return has_counter and not (word in COUNTERS | DESCRIBERS | BOUNDARIES | BEING or word in VERBS or word in THIRD_PERSONS)
    is_bare = not noun.is_many and noun.lemma not in MASSES and all(other.head != now[-1] for other in new.phrases)
    return not is_bare and (holds_number or noun.is_many is phrase.noun.is_many)


def _agrees(caption: Caption, now: range) -> bool:
    """Whether every noun that is touched, or whose number is, is one or many as its article or number says."""
    for phrase in caption.phrases:
        if phrase.determiner is None or (phrase.determiner not in now and phrase.head not in now):
            continue
        determiner = caption.lower(phrase.determiner)
        if (determiner in {"a", "an", "one"} and phrase.noun.is_many) or (determiner in NUMBERS[1:] and not phrase.noun.is_many):
            return False
    return True


def _keeps_a_wording(text: str, edit: Edit) -> bool:
    """Whether a wording such as "to the left of" that is touched becomes a whole one, or "on the left" a place on something."""
    broken = next((match for match in WORDING.finditer(text) if match.start() < edit.end and edit.start < match.end()), None)
    if broken is None or (edit.start <= broken.start() and broken.end() <= edit.end and broken[0] != text[edit.start : edit.end]):
        return True  # what holds a wording and more may say anything
    first, last = min(edit.start, broken.start()), max(edit.end, broken.end())
    region = (text[first : edit.start] + edit.text + text[edit.end : last]).lower()
    *_, article, word = ["", "", *region.split()]
    is_place = article == "the" and word not in SIDES and read(word).tokens[-1].noun is not None
    return is_place or WORDING.fullmatch(region) is not None
