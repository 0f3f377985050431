"""Another number, with all that agrees with it: its noun, the verb, and what each of them has ("a dog with a hat sits").

The rules of counting (`counts.py`) leave alone what they can't be sure to bend rightly. Here the likeliest reading is taken: a
suggestion is read by a person, who would else have to bend the rest by hand.
"""

import re
from collections.abc import Iterator

from rewardmodel.perturbations.counts import MANY_TO_ONE, ONE_TO_MANY, bent
from rewardmodel.perturbations.families.others import DETERMINERS, MASSES, NUMBERS, PLURALS
from rewardmodel.perturbations.grammar import article, cased, plural
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import Caption, Phrase

ONE = frozenset({"a", "an", "one"})
ENDS = frozenset({".", ";", "!", "?", ":", "that", "who", "which", "while", "as"})
PLURAL = re.compile(r"[^su]s$")
BEFORE_SUBJECTS = frozenset({",", "and", "while", "as", "but"})


def other_numbers(caption: Caption, phrase: Phrase) -> Iterator[list[Edit]]:
    """Edits for each of the numbers from one to four that the phrase doesn't say; nothing where its number isn't understood."""
    if phrase.determiner is None:
        return
    token = caption.tokens[phrase.determiner]
    is_many = token.lower in NUMBERS[1:] and phrase.noun.is_many
    if not is_many and (token.lower not in ONE or phrase.noun.is_many or phrase.noun.lemma in MASSES | PLURALS):
        return
    grown = [] if is_many else _bent(caption, phrase, is_many=True)
    yield from (
        [Edit(token.start, token.end, cased(number, token.text)), *grown] for number in NUMBERS[1:4] if number != token.lower
    )
    if is_many and phrase.noun.lemma not in PLURALS:  # there are no "one glasses"
        shrunk = _bent(caption, phrase, is_many=False)
        yield [_without_number(caption, phrase, shrunk), *shrunk]
        yield [Edit(token.start, token.end, cased("one", token.text)), *shrunk]


def _without_number(caption: Caption, phrase: Phrase, edits: list[Edit]) -> Edit:
    """The article for a number, or nothing where a determiner stands before it ("the one dog")."""
    assert phrase.determiner is not None  # noqa: S101 -- who calls has seen it
    token, following = caption.tokens[phrase.determiner], caption.tokens[phrase.determiner + 1]
    if caption.lower(phrase.determiner - 1) in DETERMINERS:
        return Edit(token.start, following.start, "")
    word = next((edit.text for edit in edits if edit.start == following.start), following.text)
    return Edit(token.start, token.end, cased(article(word), token.text))


def _bent(caption: Caption, phrase: Phrase, *, is_many: bool) -> list[Edit]:
    """What has to change besides the number itself."""
    verb = _verb(caption, phrase)
    verbs = [] if verb is None else bent(caption, [verb], is_many=is_many) or []
    return [_noun(caption, phrase, is_many=is_many), *verbs, *_belongings(caption, phrase, is_many=is_many)]


def _noun(caption: Caption, phrase: Phrase, *, is_many: bool) -> Edit:
    head = caption.tokens[phrase.head]
    return Edit(head.start, head.end, cased(plural(phrase.noun.lemma) if is_many else phrase.noun.lemma, head.text))


def _verb(caption: Caption, phrase: Phrase) -> int | None:
    """The verb that agrees with the phrase: "there is" before it, or the first one after it where a clause begins with it."""
    before = caption.lower(phrase.first - 1)
    if before in ONE_TO_MANY or before in MANY_TO_ONE:
        return phrase.first - 1
    if not caption.is_sentence_start(phrase.first) and before not in BEFORE_SUBJECTS:
        return None
    for index in range(phrase.head + 1, len(caption.tokens)):
        word = caption.lower(index)
        if word in ONE_TO_MANY or word in MANY_TO_ONE or caption.is_verb(index):
            return index
        if word in ENDS:
            return None
    return None


def _belongings(caption: Caption, phrase: Phrase, *, is_many: bool) -> list[Edit]:
    """What each has: "with a hat" of one is "with hats" of two. An unknown word there is a noun, and many if it ends in s."""
    if caption.lower(phrase.head + 1) not in {"with", "without"}:
        return []
    first = phrase.head + 2
    thing = next((other for other in caption.phrases if other.first == first), None)
    has_article = caption.lower(first) in {"a", "an"}
    head = thing.head if thing else first + has_article
    if head >= len(caption.tokens) or not caption.ends_phrase(head + 1):
        return []
    token, noun = caption.tokens[head], thing.noun if thing else caption.tokens[head].noun
    if not token.text.isalpha() or (noun and noun.lemma in MASSES | PLURALS):
        return []
    if is_many and has_article and head > first:
        following = caption.tokens[first + 1]
        return [Edit(caption.tokens[first].start, following.start, ""), Edit(token.start, token.end, plural(token.lower))]
    if not is_many and (noun.is_many if noun else PLURAL.search(token.lower)) and (thing is None or thing.determiner is None):
        one = noun.lemma if noun else token.lower.removesuffix("s")
        word = one if head == first else caption.lower(first)
        return [
            Edit(caption.tokens[first].start, caption.tokens[first].start, f"{article(word)} "),
            Edit(token.start, token.end, one),
        ]
    return []
