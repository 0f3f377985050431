"""Settings: how a step is dealt out, and what is refused by name."""

import re

import pytest

from rewardmodel.config import Lora, Optimisation, Teaching, TrainConfig


@pytest.mark.parametrize(
    ("images_per_step", "images_per_pass", "processes", "dealt"),
    [(24, 0, 1, (24, 1)), (24, 0, 2, (12, 1)), (24, 4, 2, (4, 3)), (24, 16, 8, (3, 1)), (512, 8, 8, (8, 8))],
)
def test_images_of_a_step_are_dealt_to_processes_and_passes(images_per_step, images_per_pass, processes, dealt):
    config = Optimisation(images_per_step=images_per_step, images_per_pass=images_per_pass)
    assert config.dealt(processes) == dealt


def test_images_that_cannot_be_dealt_out_are_refused():
    with pytest.raises(ValueError, match="images_per_step must be a multiple of the 5 processes, got 24"):
        Optimisation().dealt(5)
    with pytest.raises(ValueError, match="images_per_pass must divide the 12 images that a process takes of a step, got 5"):
        Optimisation(images_per_pass=5).dealt(2)


@pytest.mark.parametrize(
    ("kind", "setting", "reason"),
    [
        (Optimisation, {"steps": 0}, "steps must be at least 1, got 0"),
        (Lora, {"lora_dropout": 1.0}, "lora_dropout must be in [0, 1), got 1.0"),
        (Optimisation, {"patience": 2, "eval_steps": 0}, "it needs eval_steps"),
        (Teaching, {"clean": 1.5}, "clean must be in [0, 1], got 1.5"),
        (Teaching, {"replay": 1.0}, "replay must be in [0, 1), got 1.0"),
        (Teaching, {"cloze_weight": -1.0}, "No weight may be negative"),
    ],
)
def test_settings_that_make_no_sense_are_refused(kind, setting, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        kind(**setting)


def test_flat_names_every_setting_once():
    flat = TrainConfig(Optimisation(steps=7), Teaching(clean=0.5)).flat
    assert (flat["steps"], flat["clean"], len(flat)) == (7, 0.5, 26)
