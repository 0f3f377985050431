"""Adapters by hand: their strength, where they are, and what merging a share of them adds to a weight."""

import copy
import json
import math
import re

import pytest
import torch
from safetensors.torch import load_file

from rewardmodel.backbones import merged, merged_at, save_adapters, small_backbone, with_lora
from rewardmodel.config import Lora, LoraOn, SmallBackbone

DOWN = "language_model.layers.0.mlp.down_proj"


@pytest.fixture
def wrapped(tiny_model):
    """A copy of the tiny backbone with adapters that do something: fresh ones add nothing."""
    torch.manual_seed(5)
    made = with_lora(copy.deepcopy(tiny_model.backbone), Lora(lora_rank=4, lora_alpha=6, lora_dropout=0.0))
    with torch.no_grad():
        for name, weights in made.named_parameters():
            if "lora_B" in name:
                weights.normal_()
    return made


def trained(backbone) -> set[str]:
    return {name for name, weights in backbone.named_parameters() if weights.requires_grad}


@pytest.mark.parametrize(("rank", "alpha", "expected"), [(8, 0, 2), (512, 0, 128), (4, 0, 1), (2, 0, 1), (1, 0, 1), (8, 6, 6)])
def test_alpha_is_a_quarter_of_the_rank_unless_given(tiny_model, rank, alpha, expected):
    config = with_lora(tiny_model.backbone, Lora(lora_rank=rank, lora_alpha=alpha, lora_dropout=0.3)).peft_config["default"]
    assert (config.r, config.lora_alpha, config.lora_dropout) == (rank, expected, 0.3)


def test_fresh_adapters_change_nothing(tiny_model):
    before = copy.deepcopy(tiny_model.backbone.state_dict())
    after = merged(with_lora(tiny_model.backbone, Lora(lora_rank=4))).state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(weights, before[name]) for name, weights in after.items())


def test_targets_may_be_named_in_place_of_the_familys_own(tiny_model):
    found = trained(with_lora(tiny_model.backbone, Lora(lora_rank=2, lora_targets=r"language_model\..*\.q_proj")))
    assert len(found) == 2 * 2  # A and B in each of two layers
    assert all(".q_proj.lora_" in name for name in found)


@pytest.mark.parametrize(
    ("part", "count"), [(LoraOn.DECODER, 2 * 7 * 2), (LoraOn.PROJECTOR, 2), (LoraOn.BOTH, 2 * 7 * 2 + 2)]
)  # A and B for seven linear layers in each of two decoder layers, and for the one of the projector
def test_adapters_are_counted_by_their_part(tiny_model, part, count):
    assert len(trained(with_lora(tiny_model.backbone, Lora(lora_rank=2, lora_on=part)))) == count


def test_a_part_that_no_target_is_in_is_refused(tiny_model):
    with pytest.raises(ValueError, match=r"^The projector of paligemma has no linear layer: adapters can't be on it alone$"):
        with_lora(tiny_model.backbone, Lora(lora_rank=2, lora_on=LoraOn.PROJECTOR, lora_targets=r"language_model\..*\.q_proj"))


def test_merging_a_plain_backbone_gives_it_back(tiny_model):
    assert merged(tiny_model.backbone) is tiny_model.backbone


def test_merging_leaves_no_trace_of_the_adapters(wrapped, tiny_model):
    plain = merged(wrapped)
    assert type(plain) is type(tiny_model.backbone)
    assert not [name for name in plain.state_dict() if "lora" in name]


@pytest.mark.parametrize("tau", [0.0, 0.3, 1.0])
def test_a_share_of_the_adapters_is_added_by_hand(tiny_model, wrapped, tmp_path, tau):
    base = tiny_model.backbone.get_submodule(DOWN).weight.clone()
    save_adapters(tmp_path, wrapped)
    stored = load_file(tmp_path / "adapters" / "adapter_model.safetensors")
    down, up = (stored[f"base_model.model.{DOWN}.lora_{part}.weight"] for part in "AB")
    assert (down.shape, up.shape) == ((4, 48), (16, 4))
    found = merged_at(tiny_model.backbone, tmp_path, tau).get_submodule(DOWN).weight
    torch.testing.assert_close(found, base + tau * 6 / 4 * up @ down)
    assert torch.equal(found, base) is (tau == 0.0)


def test_adapters_are_kept_in_full_precision_with_their_settings(wrapped, tmp_path):
    save_adapters(tmp_path, wrapped)
    folder = tmp_path / "adapters"
    assert sorted(file.name for file in folder.iterdir()) == ["adapter_config.json", "adapter_model.safetensors"]
    assert {weights.dtype for weights in load_file(folder / "adapter_model.safetensors").values()} == {torch.float32}
    settings = json.loads((folder / "adapter_config.json").read_text())
    assert (settings["r"], settings["lora_alpha"], settings["lora_dropout"]) == (4, 6, 0.0)


@pytest.mark.parametrize("tau", [-0.01, 1.01, math.nan, math.inf])
def test_a_tau_that_is_no_share_is_refused_before_anything_is_read(tiny_model, tmp_path, tau):
    with pytest.raises(ValueError, match=re.escape(f"tau must be in [0, 1], got {tau}")):
        merged_at(tiny_model.backbone, tmp_path / "nowhere", tau)


def test_a_folder_without_adapters_is_named(tiny_model, tmp_path):
    with pytest.raises(ValueError, match=re.escape(f"{tmp_path} has no adapters: train it with --lora-rank")):
        merged_at(tiny_model.backbone, tmp_path, 1.0)


def test_adapters_of_other_sizes_are_refused(wrapped, tmp_path, tiny_processor):
    save_adapters(tmp_path, wrapped)
    wide = SmallBackbone(32, 16, vision_layers=1, vision_width=16, decoder_layers=2, decoder_width=32, heads=2)
    other = small_backbone(tiny_processor, wide)
    with pytest.raises(ValueError, match="were trained on another model"):
        merged_at(other, tmp_path, 0.5)
