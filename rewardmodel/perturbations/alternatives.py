"""Alternatives: what else a passage of a caption could say, by the word families, in agreement with what stands around it.

The rules of the perturbations ask for what is surely wrong, and leave alone what may be just as true ("tan" for "brown"). A
correction may well be just that, so here the whole family stands for choice.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest

from rewardmodel.perturbations.choices import Choice, reworded
from rewardmodel.perturbations.counts import counts
from rewardmodel.perturbations.families import ATTRIBUTES, FAMILIES, OBJECTS, SMALL
from rewardmodel.perturbations.families.others import MASSES, MODIFIERS, NUMBERS, PLURALS
from rewardmodel.perturbations.families.relations import DIRECTIONS, OPPOSITES
from rewardmodel.perturbations.grammar import article, cased, plural
from rewardmodel.perturbations.negations import negations
from rewardmodel.perturbations.numbers import other_numbers
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import ADJECTIVES, STOPS, Caption, read
from rewardmodel.perturbations.signs import letters

# where a thing stays; the wordings that one sentence may exchange for one another
STILL = (
    "to the left of", "to the right of", "in front of", "behind", "above", "below", "on", "under", "next to", "near", "in",
    "inside", "on top of", "over", "beside",
)  # fmt: skip
PLACES = ("on the left", "on the right", "in the middle", "in the background", "in the foreground")
EXCHANGED = (*((old, new) for old, new, _ in OPPOSITES), *DIRECTIONS)
MOVING = {old: [new for other, new in EXCHANGED if other == old] for old, _ in EXCHANGED}
ARTICLE = re.compile(r"\b(an?)(\s+)$", re.IGNORECASE)
ALONE = frozenset(
    {"with", "without", "near", "beside", "behind", "under", "above", "below", "next to", "in front of", "on top of"}
)


def alternatives(text: str, start: int, end: int) -> list[Edit]:
    """Edits of a text that each say something else in the passage `[start, end)`, the likelier of each sort first.

    An edit covers the passage and whatever has to change with it: the article before it, the noun and the verb that agree with a
    number, the rest of a wording such as "to the left of". All else is left alone. White space has no alternatives. Raises
    ValueError for an empty passage.
    """
    if not 0 <= start < end <= len(text):
        raise ValueError(f"A passage must satisfy 0 <= start < end <= {len(text)}, got [{start}, {end})")
    caption = read(text)
    touched = [number for number, token in enumerate(caption.tokens) if token.start < end and start < token.end]
    if not touched:
        return []
    sorts = [
        (_whole(text, start, end, edits) for edits in sort(caption, touched))
        for sort in (_looks, _things, _numbers, _relations, _letters, _contraries)
    ]
    return distinct(text, (edit for turn in zip_longest(*sorts) for edit in turn if edit is not None))


def distinct(text: str, edits: Iterable[Edit]) -> list[Edit]:
    """The edits that make different texts, in order, without those that change nothing."""
    found: dict[str, Edit] = {}
    for edit in edits:
        found.setdefault(applied(text, edit), edit)
    found.pop(text, None)
    return list(found.values())


def applied(text: str, edit: Edit) -> str:
    """The text after an edit."""
    return text[: edit.start] + edit.text + text[edit.end :]


def agreed(text: str, edit: Edit) -> Edit:
    """An edit with the article before it, where it has to be the other one now."""
    before = ARTICLE.search(text[: edit.start])
    if before is None or not edit.text[:1].isalpha() or article(edit.text) == before[1].lower():
        return edit
    return Edit(before.start(), edit.end, cased(article(edit.text), before[1]) + before[2] + edit.text)


def deletion(text: str, start: int, end: int) -> Edit | None:
    """The edit that takes a passage out where what is left is a sentence still, None where it would not be one.

    Words that describe a noun may go, and what "with", "without" or a place adds at the end of a sentence.
    """
    caption = read(text)
    touched = [number for number, token in enumerate(caption.tokens) if token.start < end and start < token.end]
    if not touched:
        return None
    first, last = touched[0], touched[-1]
    if all(_describes(caption, number) for number in touched):
        following = caption.tokens[last + 1]
        return agreed(
            text, Edit(min(start, caption.tokens[first].start), following.end, cased(following.text, caption.tokens[first].text))
        )
    is_end = last + 1 == len(caption.tokens) or caption.lower(last + 1) in STOPS
    ends_phrase = any(phrase.head == last and phrase.first > first for phrase in caption.phrases)
    if first and caption.lower(first) in ALONE and ends_phrase and is_end and not caption.is_sentence_start(first):
        return Edit(caption.tokens[first - 1].end, max(end, caption.tokens[last].end), "")
    return None


def _describes(caption: Caption, number: int) -> bool:
    word = caption.lower(number)
    is_known = word in ADJECTIVES or word in MODIFIERS
    return is_known and any(phrase.first <= number < phrase.head for phrase in caption.phrases)


def _whole(text: str, start: int, end: int, edits: Sequence[Edit]) -> Edit:
    """Several edits and the passage as one edit."""
    first, last = min(start, *(edit.start for edit in edits)), max(end, *(edit.end for edit in edits))
    pieces, done = [], first
    for edit in sorted(edits):
        pieces += [text[done : edit.start], edit.text]
        done = edit.end
    return Edit(first, last, "".join([*pieces, text[done:last]]))


def _looks(caption: Caption, touched: Sequence[int]) -> Iterator[Sequence[Edit]]:
    """Another colour, size, material and so on."""
    for number in touched:
        for family in ADJECTIVES.get(caption.lower(number), ()):
            for word in _usual_first(FAMILIES[ATTRIBUTES][family]):
                yield [reworded(caption, number, word)]


def _things(caption: Caption, touched: Sequence[int]) -> Iterator[Sequence[Edit]]:
    """Another thing, in the same number."""
    for number in touched:
        noun = caption.tokens[number].noun
        if noun is None:
            continue
        for sort in (OBJECTS, SMALL):
            for family in sorted(noun.families & FAMILIES[sort].keys()):
                for word in _usual_first(FAMILIES[sort][family]):
                    if (word in MASSES or word in PLURALS) is (noun.lemma in MASSES or noun.lemma in PLURALS):
                        is_bent = noun.is_many and word not in PLURALS
                        yield [reworded(caption, number, plural(word) if is_bent else word)]


def _usual_first(family: dict[str, int]) -> list[str]:
    return sorted(family, key=lambda word: -family[word])


def _numbers(caption: Caption, touched: Sequence[int]) -> Iterator[Sequence[Edit]]:
    """Another number, with its noun and verb."""
    for phrase in caption.phrases:
        if phrase.determiner in touched:
            yield from other_numbers(caption, phrase)
    yield from (edits for edits in _of_rule(caption, touched, counts) if len(edits) == 1)
    for number in touched:
        token = caption.tokens[number]
        if token.lower in NUMBERS[1:]:
            yield from ([Edit(token.start, token.end, cased(word, token.text))] for word in NUMBERS[1:5])


def _of_rule(caption: Caption, touched: Sequence[int], rule: Callable[[Caption], Iterator[Choice]]) -> Iterator[Sequence[Edit]]:
    """What a rule of the perturbations offers for the passage."""
    start, end = caption.tokens[touched[0]].start, caption.tokens[touched[-1]].end
    for choice in sorted(rule(caption), key=lambda choice: -choice.weight):
        if any((edit.start < end and start < edit.end) or start <= edit.start == edit.end <= end for edit in choice.edits):
            yield choice.edits


def _relations(caption: Caption, touched: Sequence[int]) -> Iterator[Sequence[Edit]]:
    """Another relation or place."""
    start, end = caption.tokens[touched[0]].start, caption.tokens[touched[-1]].end
    for match in WORDING.finditer(caption.text):
        if match.start() < end and start < match.end():
            old = match[0].lower()
            for others in (PLACES, STILL):
                if old in others:
                    yield from ([Edit(match.start(), match.end(), cased(word, match[0]))] for word in others)
            yield from ([Edit(match.start(), match.end(), cased(word, match[0]))] for word in MOVING.get(old, ()))


WORDING = re.compile(
    rf"\b(?:{'|'.join(map(re.escape, sorted({*STILL, *PLACES, *MOVING}, key=len, reverse=True)))})\b", re.IGNORECASE
)


def _letters(caption: Caption, touched: Sequence[int]) -> Iterator[Sequence[Edit]]:
    """Other letters on a sign."""
    yield from (edits for edits in _of_rule(caption, touched, letters) if all(edit.start < edit.end for edit in edits))


def _contraries(caption: Caption, touched: Sequence[int]) -> Iterator[Sequence[Edit]]:
    """What is said denied, and what is denied said."""
    yield from _of_rule(caption, touched, negations)
    for number in touched:
        token, following = caption.tokens[number], caption.tokens[number + 1 : number + 2]
        if token.lower == "no" and following:
            yield [Edit(token.start, token.end, cased(article(following[0].text), token.text))]
            yield [Edit(token.start, following[0].end, cased(following[0].text, token.text))]
        elif token.lower in {"a", "an"} and caption.lower(number - 1) not in {"with", "without"}:
            yield [Edit(token.start, token.end, cased("no", token.text))]
