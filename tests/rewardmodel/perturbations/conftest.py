"""What the rules answer, with each wrong place in square brackets."""

from collections.abc import Callable

import pytest

from rewardmodel.perturbations import Perturbed, edited
from rewardmodel.perturbations.phrases import read
from rewardmodel.perturbations.rules import RULES
from rewardmodel.taxonomy import Kind

Answers = Callable[[str, Kind], set[str]]


@pytest.fixture(scope="session")
def marked() -> Callable[[Perturbed], str]:
    """A perturbed caption as text with its spans in brackets."""

    def mark(perturbed: Perturbed) -> str:
        text = perturbed.text
        for span in reversed(perturbed.spans):
            text = f"{text[: span.start]}[{text[span.start : span.end]}]{text[span.end :]}"
        return text

    return mark


@pytest.fixture(scope="session")
def offered() -> Answers:
    """Every text that the rules of a kind may make of a caption."""

    def every(caption: str, kind: Kind) -> set[str]:
        return {edited(caption, choice.edits, kind).text for choice in RULES[kind](read(caption))}

    return every


@pytest.fixture(scope="session")
def answers(marked) -> Answers:
    """Everything that the rules of a kind may make of a caption."""

    def every(caption: str, kind: Kind) -> set[str]:
        return {marked(edited(caption, choice.edits, kind)) for choice in RULES[kind](read(caption))}

    return every
