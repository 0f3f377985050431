"""Choices: the edits that a way of perturbing offers for a caption, each with how often it should be taken."""

from typing import NamedTuple

from rewardmodel.perturbations.grammar import article, cased
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import Caption


class Choice(NamedTuple):
    """Edits that together make a caption wrong; of several choices one is drawn in proportion to the weights."""

    edits: tuple[Edit, ...]
    weight: float = 1.0


def reworded(caption: Caption, index: int, word: str) -> Edit:
    """Another word in the place of a token, with the article before it where that must change as well."""
    token = caption.tokens[index]
    before = caption.lower(index - 1)
    if before in {"a", "an"} and article(word) != before:
        return _with_article(caption, index, cased(word, token.text))
    return Edit(token.start, token.end, cased(word, token.text))


def _with_article(caption: Caption, index: int, word: str) -> Edit:
    token, before = caption.tokens[index], caption.tokens[index - 1]
    space = caption.text[before.end : token.start]
    return Edit(before.start, token.end, cased(article(word), before.text) + space + word)
