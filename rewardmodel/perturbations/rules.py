"""Perturbing by rules: a caption made wrong in one way, offline and without a model."""

import math
from collections.abc import Callable, Iterator
from random import Random

from rewardmodel.perturbations.choices import Choice
from rewardmodel.perturbations.counts import counts
from rewardmodel.perturbations.looks import attributes, bindings
from rewardmodel.perturbations.negations import negations
from rewardmodel.perturbations.objects import objects, small_objects
from rewardmodel.perturbations.perturbed import Perturbed, edited
from rewardmodel.perturbations.phrases import Caption, read
from rewardmodel.perturbations.relations import relations
from rewardmodel.perturbations.signs import letters
from rewardmodel.perturbations.usage import Usage
from rewardmodel.taxonomy import Kind

RULES: dict[Kind, Callable[[Caption], Iterator[Choice]]] = {
    Kind.SPATIAL: relations,
    Kind.ATTRIBUTE: attributes,
    Kind.BINDING: bindings,
    Kind.OBJECT: objects,
    Kind.COUNTING: counts,
    Kind.SMALL_OBJECT: small_objects,
    Kind.TEXT: letters,
    Kind.COUNTERFACTUAL: negations,
}


def perturb(caption: str, kind: Kind, seed: int) -> Perturbed | None:
    """The caption with one error of a kind, or None where it offers none. The same arguments give the same answer."""
    choices = list(RULES[kind](read(caption)))
    if not choices:
        return None
    rng = Random(f"{seed}\n{kind.value}\n{caption}")
    [choice] = rng.choices(choices, [choice.weight for choice in choices])
    return edited(caption, choice.edits, kind)


def exchange(caption: str, kind: Kind, seed: int, usage: Usage) -> Perturbed | None:
    """The caption with words exchanged so that the text doesn't tell; None where no exchange of the kind is offered or taken.

    Of the choices that only exchange words one is drawn, and taken with the chance min(1, usualness of the new caption over that
    of the old one) if a like choice leads back (Metropolis and Hastings). So captions are changed into one another as often one
    way as the other, and wrong captions are worded as true ones are. `usage` has learned from the caption, too.
    """
    rng = Random(f"{seed}\n{kind.value}\n{caption}")
    choices = _exchanges(caption, kind)
    if not choices:
        return None
    edits = rng.choice(choices).edits
    new = edited(caption, edits, kind)
    start = min(edit.start for edit in edits)  # all before it stays, so the way back begins there too
    backs = _exchanges(new.text, kind)
    there, back = _ways(caption, choices, start, new.text), _ways(new.text, backs, start, caption)
    if not back:
        return None
    log_chance = usage.log_ratio(caption, new.text) + math.log(back / len(backs) * len(choices) / there)
    return new if rng.random() < math.exp(min(0.0, log_chance)) else None


def _exchanges(caption: str, kind: Kind) -> list[Choice]:
    return [choice for choice in RULES[kind](read(caption)) if all(edit.start < edit.end and edit.text for edit in choice.edits)]


def _ways(caption: str, choices: list[Choice], start: int, target: str) -> int:
    """How many of the choices lead from a caption to another one that differs from `start` on."""
    near = (choice.edits for choice in choices if min(edit.start for edit in choice.edits) == start)
    return sum(edited(caption, edits, None).text == target for edits in near)
