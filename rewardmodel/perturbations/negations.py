"""The contrary: what is said to be or to happen is denied, or what is denied is said (counterfactual)."""

from collections.abc import Iterator

from rewardmodel.perturbations.choices import Choice
from rewardmodel.perturbations.families.lists import listed
from rewardmodel.perturbations.families.others import DETERMINERS, PEOPLE
from rewardmodel.perturbations.families.verbs import VERBS
from rewardmodel.perturbations.grammar import THIRD_PERSONS, article, cased
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import Caption, Phrase

DENIED = {"isn't": "is", "aren't": "are", "doesn't": "does", "don't": "do", "wasn't": "was", "weren't": "were"}
BEING = frozenset({"is", "are", "was", "were"})
# participles that read well behind "not"
HAVING = listed("wearing holding carrying looking smiling riding watching using touching facing")
# "covered with" and the like do not have
NOT_HAVING = listed(
    "covered filled along up together play plays playing fight fights fighting collide agree decorated surrounded lined painted "
    "sprayed splattered topped hit hits hitting talks talking speaking dealing contact away wrestles wrestling catches"
)
NOT_HAD = listed("another each other one two three four five six seven eight both many several the lot")
PERCEIVED = listed("people hand background foreground mouth back air")


def negations(caption: Caption) -> Iterator[Choice]:
    """Something denied that is so, or said that is not so."""
    for index, token in enumerate(caption.tokens):
        lower = token.lower.replace("\u2019", "'")
        if lower == "without":
            yield from _with(caption, index)
        elif lower == "not" and index > 0:
            yield Choice((Edit(caption.tokens[index - 1].end, token.end, ""),), 4.0)
        elif lower in DENIED:
            yield Choice((Edit(token.start, token.end, cased(DENIED[lower], token.text)),), 4.0)
        elif lower in BEING:
            yield from _is_not(caption, index)
        elif lower == "with":
            yield from _without(caption, index)
        elif lower in HAVING and caption.lower(index - 1) not in BEING | {"not", "and"} and _follows_noun(caption, index):
            yield Choice((Edit(token.start, token.start, "not "),))
        elif _is_subject_verb(caption, index):
            yield _does_not(caption, index)


def _phrase_at(caption: Caption, index: int) -> Phrase | None:
    return next((phrase for phrase in caption.phrases if phrase.first == index), None)


def _with(caption: Caption, index: int) -> Iterator[Choice]:
    token, after = caption.tokens[index], caption.lower(index + 1)
    phrase = _phrase_at(caption, index + 1)
    if after in DETERMINERS or (phrase and phrase.noun.is_many):
        yield Choice((Edit(token.start, token.end, cased("with", token.text)),), 4.0)
    elif phrase and phrase.determiner is None:
        text = f"{cased('with', token.text)} {article(after)}"
        yield Choice((Edit(token.start, token.end, text),), 4.0)


def _without(caption: Caption, index: int) -> Iterator[Choice]:
    token, phrase = caption.tokens[index], _phrase_at(caption, index + 1)
    before, after = caption.lower(index - 1), caption.lower(index + 1)
    if phrase is None or before in NOT_HAVING or after in NOT_HAD or before.endswith("ed"):
        return
    if (
        phrase.noun.lemma in PERCEIVED
        or phrase.noun.lemma in PEOPLE
        or caption.lower(phrase.head + 1) in {"in", "of", "on", "and", ","}
    ):
        return
    yield Choice((Edit(token.start, token.end, cased("without", token.text)),))


def _is_not(caption: Caption, index: int) -> Iterator[Choice]:
    """Deny a form of "to be": "is not", and "there is no" before a noun."""
    token, after = caption.tokens[index], caption.lower(index + 1)
    if after in {"not", "no", ""} or caption.lower(index - 1) in {
        "that",
        "which",
        "who",
        "what",
        "they",
        "he",
        "she",
        "it",
        "no one",
        "none",
        "nobody",
    }:
        return
    if caption.lower(index - 1) == "there":
        if after in {"a", "an"}:
            article_token = caption.tokens[index + 1]
            yield Choice((Edit(article_token.start, article_token.end, "no"),))
        return
    if after.endswith("ing") or after in {"in", "on", "at", "wet", "dressed", "covered", "about"}:
        yield Choice((Edit(token.end, token.end, " not"),))


def _follows_noun(caption: Caption, index: int) -> bool:
    return any(phrase.head == index - 1 for phrase in caption.phrases)


def _is_subject_verb(caption: Caption, index: int) -> bool:
    """Whether a finite verb stands right behind the noun phrase that is its subject."""
    lower = caption.lower(index)
    if lower not in THIRD_PERSONS and lower not in VERBS:
        return False
    phrase = next((phrase for phrase in caption.phrases if phrase.head == index - 1), None)
    if phrase is None or phrase.first != 0 or not caption.is_verb(index):
        return False
    return (lower in THIRD_PERSONS) is not phrase.noun.is_many


def _does_not(caption: Caption, index: int) -> Choice:
    token = caption.tokens[index]
    if token.lower in THIRD_PERSONS:
        return Choice((Edit(token.start, token.end, f"does not {THIRD_PERSONS[token.lower]}"),), 0.5)
    return Choice((Edit(token.start, token.start, "do not "),), 0.5)
