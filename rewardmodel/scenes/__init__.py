"""The picture-book world: seeded drawings, captions true by construction, and perturbations whose spans are exact."""

from rewardmodel.scenes.captions import Caption
from rewardmodel.scenes.drawing import SMALLEST, draw
from rewardmodel.scenes.layout import Scene, make_scene
from rewardmodel.scenes.narration import describe
from rewardmodel.scenes.patches import PATCH_TARGETS, patch_targets
from rewardmodel.scenes.perturbations import Perturbed, perturb
from rewardmodel.scenes.referents import REFERENT_QUESTIONS, Referent, referents
from rewardmodel.scenes.sheets import contact_sheet
from rewardmodel.scenes.worlds import DUSK, PICTURE_BOOK, WORLDS, World

__all__ = [
    "DUSK",
    "PATCH_TARGETS",
    "PICTURE_BOOK",
    "REFERENT_QUESTIONS",
    "SMALLEST",
    "WORLDS",
    "Caption",
    "Perturbed",
    "Referent",
    "Scene",
    "World",
    "contact_sheet",
    "describe",
    "draw",
    "make_scene",
    "patch_targets",
    "perturb",
    "referents",
]
