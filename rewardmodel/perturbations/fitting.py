"""Whether what a model guesses into a passage fits what stands around it: number, article, sort of word, wording of a place.

A small model guesses token by token and believes "there are three white are". Only what is surely no sentence is refused: a word
that the lexicon does not know may be anything.
"""

from rewardmodel.perturbations.alternatives import WORDING, applied
from rewardmodel.perturbations.families.others import BOUNDARIES, DETERMINERS, MASSES, MODIFIERS, NUMBERS
from rewardmodel.perturbations.families.verbs import NOUN_LIKE, VERBS
from rewardmodel.perturbations.grammar import THIRD_PERSONS
from rewardmodel.perturbations.negations import BEING
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import ADJECTIVES, Caption, read

COUNTERS = DETERMINERS | frozenset(NUMBERS) | {"no"}
DESCRIBERS = MODIFIERS | ADJECTIVES.keys()
SIDES = frozenset({"left", "right", "middle"})


def fits(text: str, edit: Edit) -> bool:
    """Whether the replacement may stand in the text. An edit that deletes always may, and a number in the place of a number."""
    if not edit.text:
        return True
    old, new = read(text), read(applied(text, edit))
    was, now = _touched(old, edit.start, edit.end), _touched(new, edit.start, edit.start + len(edit.text))
    if not was or not now:
        return False
    if all(old.lower(place) in COUNTERS for place in was):
        return all(new.lower(place) in COUNTERS for place in now)
    passage = text[edit.start : edit.end]
    if passage.isupper():  # letters of a sign
        return edit.text.isupper()
    if not _has_the_capital_of(text, edit) or _stammers(new, now) or not _keeps_a_wording(text, edit):
        return False
    return WORDING.fullmatch(passage) is not None or (_is_of_the_sort(old, was, new, now) and _agrees(new, now))


def is_whole(text: str, edit: Edit) -> bool:
    """Whether nothing has to follow the replacement: after "two" for "a" the noun is still one."""
    new = read(applied(text, edit))
    return not edit.text or _agrees(new, _touched(new, edit.start, edit.start + len(edit.text)))


def _touched(caption: Caption, start: int, end: int) -> range:
    places = [number for number, token in enumerate(caption.tokens) if token.start < end and start < token.end]
    return range(places[0], places[-1] + 1) if places else range(0)


def _has_the_capital_of(text: str, edit: Edit) -> bool:
    """Whether a capital stands only where one stood; a sign may be all capitals."""
    return edit.text.isupper() or not edit.text[0].isupper() or text[edit.start].isupper()


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
