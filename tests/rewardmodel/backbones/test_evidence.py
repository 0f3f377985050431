"""Evidence of every family: a map where the image tokens are a square grid of the picture, a clear refusal elsewhere."""

import re

import numpy as np
import pytest
import torch

from rewardmodel.backbones import ADAPTERS
from rewardmodel.checkpoints import Card
from rewardmodel.config import Attention
from rewardmodel.evidence import evidence
from rewardmodel.model import TokenRewardModel
from rewardmodel.scoring import Request, Scorer

GRIDS = {"paligemma": (2, 2), "gemma3": (2, 2)}


def test_evidence_is_a_square_map_or_refused(tiny, pictures):
    torch.manual_seed(1)
    scorer = Scorer(TokenRewardModel(tiny.backbone, Attention.LOOKAHEAD), tiny.processor, Card(), torch.device("cpu"))
    request = Request(pictures[2], "", "A red dog sits.")  # a square picture: what has a shape would have a square of tokens too
    if tiny.family in GRIDS:
        found = evidence(scorer, request, 1)
        assert found.heat.shape == GRIDS[tiny.family]
        assert np.abs(found.heat).max() == 1
    else:
        with pytest.raises(ValueError, match=re.escape(f"no evidence from models of type {tiny.family!r}")):
            evidence(scorer, request, 1)


def test_families_with_evidence_are_those_that_the_documentation_names():
    assert {name for name, adapter in ADAPTERS.items() if adapter.has_square_grid} == set(GRIDS)
