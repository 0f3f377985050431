"""Perturbing by rules: a caption made wrong in one way, offline and without a model."""

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
