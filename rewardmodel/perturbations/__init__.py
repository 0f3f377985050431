"""Perturbations of free English captions: one error of one kind, its exact place marked."""

from rewardmodel.perturbations.perturbed import Edit, Perturbed, edited
from rewardmodel.perturbations.rules import perturb

__all__ = ["Edit", "Perturbed", "edited", "perturb"]
