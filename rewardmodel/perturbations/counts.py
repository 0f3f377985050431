"""Another number: numerals, nouns and verbs in agreement (counting)."""

from collections.abc import Iterator

from rewardmodel.perturbations.choices import Choice
from rewardmodel.perturbations.families.lists import listed
from rewardmodel.perturbations.families.others import BOUNDARIES, NUMBERS, PLURALS, SINGULAR_PRONOUNS
from rewardmodel.perturbations.families.verbs import VERBS
from rewardmodel.perturbations.grammar import THIRD_PERSONS, cased, plural, third_person
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import Caption, Phrase

COUNTED = listed(
    "adults children ages workers couples athletes animals breeds flyers ridden road boats air balls toys instruments "
    "seats dishes "
    "bags held vessels plants street_things far_things decorations small_toys"
)
COUNTED_WORDS = listed("person player rider adult teenager performer worker racer hiker flag")
UNCOUNTED = listed("mountain building house fence waterfall rainbow ball frisbee")
ONE_TO_MANY = {"is": "are", "was": "were", "has": "have", "does": "do"}
MANY_TO_ONE = {many: one for one, many in ONE_TO_MANY.items()}
PLURAL_WORDS = listed("their they them themselves each both together all others side one another which whom")
USUAL_NUMBERS = {"one": 8, "two": 11, "three": 9, "four": 8, "five": 6, "six": 5, "seven": 4, "eight": 3, "nine": 2, "ten": 2}
HOLDERS = frozenset({"seats", "ridden", "boards", "plants", "road", "boats", "air"})
INSIDE = listed("on in onto into off from up down riding rides ride driving drives")
CLAUSE_STARTS = frozenset({"while", "whilst", "as", "where", "because", "when"})
HAVING = listed("in with wearing holding carrying riding dressed")
PREPOSITIONS = listed(
    "in on at with of by near from to into onto over under behind beside along across through toward towards around "
    "between past "
    "holding carrying riding throwing catching chasing eating reading wearing playing pushing pulling kicking hitting"
)


def counts(caption: Caption) -> Iterator[Choice]:
    """A number exchanged for another one."""
    for phrase in caption.phrases:
        if phrase.determiner is None or not _is_countable(caption, phrase):
            continue
        number = caption.lower(phrase.determiner)
        if number in {"a", "an", "one"} and not phrase.noun.is_many:
            yield from _more(caption, phrase)
        elif number in NUMBERS[1:] and phrase.noun.is_many:
            yield from _other_numbers(caption, phrase, number)
            yield from _one(caption, phrase, number)
        elif number.isdecimal() and len(number) <= 2 and phrase.noun.is_many and 2 <= int(number) <= 20:
            token = caption.tokens[phrase.determiner]
            yield from (Choice((Edit(token.start, token.end, str(int(number) + by)),)) for by in (1, 2, 3))


def _is_countable(caption: Caption, phrase: Phrase) -> bool:
    noun = phrase.noun
    if noun.lemma in PLURALS or noun.lemma in UNCOUNTED or caption.lower(phrase.head + 1) == "of":
        return False
    if noun.families & HOLDERS and caption.lower(phrase.first - 1) in INSIDE:
        return False  # nobody sits on two chairs
    return bool(noun.families & COUNTED) or noun.lemma in COUNTED_WORDS


def _weight(old: str, new: str) -> float:
    return min(1.0, 2.0 ** (USUAL_NUMBERS[new] - USUAL_NUMBERS[old]))


def _other_numbers(caption: Caption, phrase: Phrase, number: str) -> Iterator[Choice]:
    assert phrase.determiner is not None  # noqa: S101 -- a number is the phrase's determiner
    token = caption.tokens[phrase.determiner]
    old = NUMBERS.index(number)
    for new in range(1, len(NUMBERS)):
        # large numbers that are close are hard to tell apart at a glance
        if new != old and abs(new - old) >= min(new, old) // 3:
            yield Choice((Edit(token.start, token.end, cased(NUMBERS[new], token.text)),), _weight(number, NUMBERS[new]))


def _more(caption: Caption, phrase: Phrase) -> Iterator[Choice]:
    verbs = _agreement(caption, phrase, is_many=True)
    if verbs is None or phrase.determiner is None:
        return
    token, head = caption.tokens[phrase.determiner], caption.tokens[phrase.head]
    noun = Edit(head.start, head.end, cased(plural(phrase.noun.lemma), head.text))
    for number in ("two", "three", "four"):
        if number not in caption.words:
            yield Choice((Edit(token.start, token.end, cased(number, token.text)), noun, *verbs), _weight("two", number) / 2)


def _one(caption: Caption, phrase: Phrase, number: str) -> Iterator[Choice]:
    verbs = _agreement(caption, phrase, is_many=False)
    if verbs is None or phrase.determiner is None or PLURAL_WORDS & caption.words:
        return
    token, head = caption.tokens[phrase.determiner], caption.tokens[phrase.head]
    noun = Edit(head.start, head.end, cased(phrase.noun.lemma, head.text))
    yield Choice((Edit(token.start, token.end, cased("one", token.text)), noun, *verbs), _weight(number, "one"))


def _agreement(caption: Caption, phrase: Phrase, *, is_many: bool) -> list[Edit] | None:
    """The edits that make the verbs of a phrase agree with its new number, None where that is not understood."""
    if caption.lower(phrase.head + 1) in {"that", "who", "which"}:
        return None
    if _is_object(caption, phrase):
        return []
    if is_many and (SINGULAR_PRONOUNS & caption.words or _has_one(caption, phrase)):
        return None
    there = phrase.first >= 2 and caption.lower(phrase.first - 2) == "there"
    if there:
        return bent(caption, [phrase.first - 1], is_many=is_many)
    if phrase.first != 0:
        return bent(caption, [phrase.head + 1], is_many=is_many) if caption.is_verb(phrase.head + 1) else None
    verbs = _verbs_of_subject(caption, phrase)
    return None if verbs is None else bent(caption, verbs, is_many=is_many)


def _has_one(caption: Caption, phrase: Phrase) -> bool:
    """Whether the phrase goes on with one thing that each would have: "a man in a hat" are no "two men in a hat"."""
    after = range(phrase.head + 2, phrase.head + 7)
    return caption.lower(phrase.head + 1) in HAVING and any(caption.lower(index) in {"a", "an"} for index in after)


def _is_object(caption: Caption, phrase: Phrase) -> bool:
    before = caption.lower(phrase.first - 1)
    return phrase.first > 0 and (before in PREPOSITIONS or before in THIRD_PERSONS or " of" in before or " to" in before)


def _verbs_of_subject(caption: Caption, phrase: Phrase) -> list[int] | None:
    """The finite verbs of the caption's first noun phrase; None where one may be missed."""
    found: list[int] = []
    for index in range(phrase.head + 1, len(caption.tokens)):
        lower, before = caption.lower(index), caption.lower(index - 1)
        if lower in {"that", "who", "which"} or lower in CLAUSE_STARTS or (lower in {".", ";"}):
            return found if found or lower == "." else None
        if lower in ONE_TO_MANY or lower in MANY_TO_ONE or caption.is_verb(index):
            if not found or before in {"and", ",", "then"} or before.endswith("ly"):
                found.append(index)
        elif _may_be_verb(caption, index):
            return None
        elif before == "and" and not found and caption.lower(phrase.head + 1) == "and":
            return None  # "a man and a woman": what the verb agrees with is not this phrase alone
    return found


def _may_be_verb(caption: Caption, index: int) -> bool:
    """Whether an unknown word looks like a finite verb."""
    token = caption.tokens[index]
    is_known = token.noun is not None or token.lower in BOUNDARIES
    return not is_known and token.lower.endswith("s") and not token.lower.endswith(("ss", "us")) and token.lower.isalpha()


def bent(caption: Caption, verbs: list[int], *, is_many: bool) -> list[Edit] | None:
    """Edits that put verbs into the other number; None for one that cannot be of the number that it should have now."""
    edits: list[Edit] = []
    for index in verbs:
        token = caption.tokens[index]
        new = (
            ONE_TO_MANY.get(token.lower) or THIRD_PERSONS.get(token.lower)
            if is_many
            else MANY_TO_ONE.get(token.lower) or (third_person(token.lower) if token.lower in VERBS else None)
        )
        if new is None:
            return None
        edits.append(Edit(token.start, token.end, cased(new, token.text)))
    return edits
