"""A tiny reward model with random weights, made once."""

from pathlib import Path

import pytest
import torch

from rewardmodel import backbones, checkpoints
from rewardmodel.checkpoints import Card
from rewardmodel.config import Attention, SmallBackbone
from rewardmodel.model import TokenRewardModel

torch.set_num_threads(1)  # for matrices this small a second thread costs more than it gives

TINY = SmallBackbone(image_size=32, patch_size=16, vision_layers=1, vision_width=16, decoder_layers=2, decoder_width=16, heads=2)
CORPUS = ["A red dog sits on the grass.", 'A sign reads "STOP".', "Two cats are left of the house.", "Describe the picture."]


@pytest.fixture(scope="session")
def tiny_processor():
    return backbones.small_processor(CORPUS, TINY)


@pytest.fixture
def tiny_model(tiny_processor) -> TokenRewardModel:
    torch.manual_seed(0)
    return TokenRewardModel(backbones.small_backbone(tiny_processor, TINY), Attention.LOOKAHEAD).eval()


@pytest.fixture
def tiny_checkpoint(tmp_path: Path, tiny_model, tiny_processor) -> Path:
    folder = tmp_path / "tiny"
    checkpoints.save(folder, tiny_model, tiny_processor, Card(threshold=0.4, knows="nothing"))
    return folder
