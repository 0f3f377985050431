"""Another place: relations in space exchanged for ones that exclude them (spatial)."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from rewardmodel.perturbations.choices import Choice
from rewardmodel.perturbations.families.relations import (
    ANY,
    CLASSES,
    DIVING,
    FAMILIES_OF,
    OPPOSITES,
    RELATION_KIN,
    RELATIONS,
    SIDES,
    USUAL_RELATIONS,
    WET,
)
from rewardmodel.perturbations.grammar import cased
from rewardmodel.perturbations.negations import BEING
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import Caption, Phrase

WORDINGS = sorted({*RELATIONS, *(word for word, _, _ in OPPOSITES)}, key=len, reverse=True)
RELATION = re.compile(rf"\b(?:{'|'.join(map(re.escape, WORDINGS))})(?=\s)", re.IGNORECASE)
DEPTH = re.compile(r"\bin the (background|foreground)\b", re.IGNORECASE)
SIDE = re.compile(
    r"\b(?:(?:on|to|at|from) (?:the|his|her|its|their) (?:far )?|(?:his|her|its|their|the) )"
    rf"(left|right)\b(?= (?:{'|'.join(SIDES)})\b| of\b|-hand\b|\s*[.,;]|$| in\b| is\b| has\b| and\b)",
    re.IGNORECASE,
)

PHRASAL = frozenset({"dressed", "covered", "puts", "putting", "trying", "turns", "works", "working", "hanging", "hangs"})


def relations(caption: Caption) -> Iterator[Choice]:
    """A relation exchanged for another one that the noun after it allows."""
    by_start = {caption.tokens[phrase.first].start: phrase for phrase in caption.phrases}
    for match in RELATION.finditer(caption.text):
        phrase = by_start.get(_next_word(caption.text, match.end()))
        if phrase is not None:
            for word, weight in _others(caption, match, phrase).items():
                yield Choice((Edit(match.start(), match.end(), cased(word, match[0])),), weight)
    for match in DEPTH.finditer(caption.text):
        other = {"background": "foreground", "foreground": "background"}[match[1].lower()]
        yield Choice((Edit(match.start(1), match.end(1), cased(other, match[1])),))
    for match in SIDE.finditer(caption.text):
        other = {"left": "right", "right": "left"}[match[1].lower()]
        yield Choice((Edit(match.start(1), match.end(1), cased(other, match[1])),))


def _next_word(text: str, start: int) -> int:
    return start + len(text[start:]) - len(text[start:].lstrip())


def _others(caption: Caption, match: re.Match[str], phrase: Phrase) -> dict[str, float]:
    old = match[0].lower()
    last = bisect_right(caption.tokens, match.start(), key=lambda token: token.end) - 1
    before = caption.lower(last)
    if before in {"right", "left", "from", "up", "down", "back"} or (old in {"into", "out of"} and before not in DIVING):
        return {}
    nouns = _classes(phrase)
    if phrase.determiner is None or not _is_surely_there(caption, last, old):
        nouns -= {"water"}
    if old == "in front of" and "boats" in phrase.noun.families:
        nouns -= {"container"}  # that may be its bow
    found = {new: _weight(old, new) for word, new, only in OPPOSITES if word == old and (only == ANY or only in nouns)}
    for name, words in CLASSES.items():
        if name in nouns and old in words and _is_place(old, before):
            excluded = RELATION_KIN.get(old, frozenset())
            found |= {new: _weight(old, new) for new in sorted(words) if new != old and new not in excluded}
    return found


def _classes(phrase: Phrase) -> frozenset[str]:
    noun = phrase.noun
    classes = {name for name, words in FAMILIES_OF.items() if noun.lemma in words or noun.families & words}
    if noun.is_person or noun.is_animal:
        classes.add("standing")
    return frozenset(classes)


def _is_surely_there(caption: Caption, last: int, old: str) -> bool:
    """Whether somebody is in some water or beside it, and not both, as far as the word before the relation tells."""
    before = caption.lower(last)
    if old == "in":
        return before in WET
    noun = caption.tokens[last].noun if last >= 0 else None
    if noun is not None and (noun.is_person or noun.is_animal):
        return True
    # a deck next to a lake may stand in it
    return before.endswith("ing") or before in BEING or before in DIVING or (last >= 0 and caption.is_verb(last))


def _is_place(old: str, before: str) -> bool:
    """Whether "on" and "in" tell a place here, and are no part of a phrasal verb."""
    return old not in {"on", "in"} or before not in PHRASAL


def _weight(old: str, new: str) -> float:
    return min(1.0, 2.0 ** (USUAL_RELATIONS.get(new, 4) - USUAL_RELATIONS.get(old, 4)))
