"""Settings: how a step is dealt out, and what is refused by name."""

import dataclasses
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.config import SEEDS, Attention, Lora, LoraOn, Optimisation, SmallBackbone, Teaching, TrainConfig, settings_of
from rewardmodel.scenes.samples import SCENES_A_SPLIT


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
        (Optimisation, {"images_per_step": 0}, "images_per_step must be at least 1, got 0"),
        (Optimisation, {"save_steps": 0}, "save_steps must be at least 1, got 0"),
        (Optimisation, {"log_steps": -3}, "log_steps must be at least 1, got -3"),
        (Optimisation, {"images_per_pass": -1}, "images_per_pass must be at least 0, got -1"),
        (Optimisation, {"eval_steps": -1}, "eval_steps must be at least 0, got -1"),
        (Optimisation, {"patience": -1}, "patience must be at least 0, got -1"),
        (Optimisation, {"lr": -1e-3}, "lr must be at least 0, got -0.001"),
        (Optimisation, {"weight_decay": -0.1}, "weight_decay must be at least 0, got -0.1"),
        (Optimisation, {"warmup_steps": -2}, "warmup_steps must be at least 0, got -2"),
        (Optimisation, {"steps": 200, "warmup_steps": 200}, "warmup_steps must be fewer than the 200 steps, got 200"),
        (Optimisation, {"seed": -1}, "seed must be in [0, 1000), got -1"),
        (Optimisation, {"seed": SEEDS}, "seed must be in [0, 1000), got 1000"),
        (Lora, {"lora_dropout": 1.0}, "lora_dropout must be in [0, 1), got 1.0"),
        (Lora, {"lora_dropout": -0.1}, "lora_dropout must be in [0, 1), got -0.1"),
        (Lora, {"lora_rank": -1}, "lora_rank must be at least 0, got -1"),
        (Lora, {"lora_alpha": -1}, "lora_alpha must be at least 0, got -1"),
        (Optimisation, {"patience": 2, "eval_steps": 0}, "it needs eval_steps"),
        (Teaching, {"clean": 1.5}, "clean must be in [0, 1], got 1.5"),
        (Teaching, {"replay": 1.0}, "replay must be in [0, 1), got 1.0"),
        (Teaching, {"clean": -0.1}, "clean must be in [0, 1], got -0.1"),
        (Teaching, {"replay": -0.5}, "replay must be in [0, 1), got -0.5"),
        (Teaching, {"responses_per_image": 0}, "responses_per_image must be at least 1, got 0"),
        (Teaching, {"validation_scenes": 0}, "validation_scenes must be at least 1, got 0"),
        (Teaching, {"cloze_weight": -1.0}, "No weight may be negative"),
        (Teaching, {"bad_weight": -1.0}, "No weight may be negative"),
        (Teaching, {"patch_weight": -0.1}, "No weight may be negative"),
        (Teaching, {"referent_weight": -0.1}, "No weight may be negative"),
    ],
)
def test_settings_that_make_no_sense_are_refused(kind, setting, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        kind(**setting)


@pytest.mark.parametrize(("steps", "warmup"), [(1, 0), (9, 0), (30, 3), (2_999, 299), (3_000, 300), (10_000, 300)])
def test_a_warm_up_that_nobody_asked_for_is_a_tenth_of_the_steps_at_most(steps, warmup):
    assert Optimisation(steps=steps).warmup_steps == TrainConfig(Optimisation(steps=steps)).flat["warmup_steps"] == warmup


def test_flat_names_every_setting_once():
    flat = TrainConfig(Optimisation(steps=7), Teaching(clean=0.5)).flat
    assert (flat["steps"], flat["clean"], len(flat)) == (7, 0.5, 27)


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        (Optimisation, {"steps": 1, "images_per_step": 1, "save_steps": 1, "log_steps": 1, "eval_steps": 0, "seed": SEEDS - 1}),
        (Optimisation, {"patience": 1, "eval_steps": 1}),
        (Optimisation, {"steps": 200, "warmup_steps": 199, "lr": 0.0, "weight_decay": 0.0}),
        (Lora, {"lora_rank": 0, "lora_alpha": 0, "lora_dropout": 0.0}),
        (Teaching, {"clean": 0.0, "replay": 0.0, "bad_weight": 0.0, "patch_weight": 0.0}),
        (Teaching, {"clean": 1.0, "responses_per_image": 1, "validation_scenes": 1}),
    ],
)
def test_settings_at_the_edge_of_what_makes_sense_are_taken(kind, setting):
    made = kind(**setting)
    assert {name: getattr(made, name) for name in setting} == setting


def test_no_seed_draws_from_another_split_however_long_it_trains():
    last = (SEEDS - 1) * 10**9 + (10**9 - 1)
    assert last < SCENES_A_SPLIT


@given(st.integers(1, 64), st.integers(0, 64), st.integers(1, 8))
@settings(deadline=None)
def test_what_is_dealt_out_is_all_of_a_step_and_no_more_at_once_than_wanted(images, at_once, processes):
    config = Optimisation(images_per_step=images, images_per_pass=at_once)
    own, rest = divmod(images, processes)
    if rest or (at_once and own % min(at_once, own)):
        with pytest.raises(ValueError, match="images_per_"):
            config.dealt(processes)
        return
    taken, passes = config.dealt(processes)
    assert taken * passes * processes == images
    assert not at_once or taken <= at_once


def test_fewer_images_than_processes_cannot_be_dealt_out():
    with pytest.raises(ValueError, match="images_per_step must be a multiple of the 4 processes, got 3"):
        Optimisation(images_per_step=3).dealt(4)


def test_no_two_settings_have_one_name():
    """They are flags of one command, keys of one preset and of one card."""
    names = [field.name for kind in (Optimisation, Lora, Teaching, SmallBackbone) for field in dataclasses.fields(kind)]
    assert len(set(names)) == len(names)


def test_settings_stay_as_they_were_made():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Optimisation().steps = 3


@pytest.mark.parametrize(("kind", "names"), [(Attention, ["causal", "lookahead"]), (LoraOn, ["both", "decoder", "projector"])])
def test_choices_are_written_in_small_letters(kind, names):
    assert [str(one) for one in kind] == names
    with pytest.raises(ValueError, match="'sideways' is not a valid"):
        kind("sideways")


@pytest.mark.parametrize("config", [Optimisation, Lora, Teaching, SmallBackbone])
def test_every_setting_says_what_it_is(config):
    told = settings_of(config)
    assert [one.name for one in told] == [one.name for one in dataclasses.fields(config)]
    assert all(one.help for one in told)
    assert all(isinstance(one.usual, one.kind) for one in told)
