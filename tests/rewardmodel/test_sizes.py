"""Sizes: the presets' models counted by hand, and against the totals that are published."""

import pytest

from rewardmodel.config import Attention, Lora, Optimisation
from rewardmodel.presets import FOLDER, read_preset
from rewardmodel.sizes import Size, backbone_of, configuration, planned_sizes, size_lines
from tests.rewardmodel.conftest import TINY

RANK = 512


def planned(name: str, **changes) -> dict[str, Size]:
    preset = read_preset(name)
    names = ("lora_rank", "lora_alpha", "lora_targets")
    lora = Lora(**{name: preset[name] for name in names if name in preset} | changes)
    config = configuration(preset["architecture"])
    sizes = planned_sizes(lambda: backbone_of(config), preset["attention"], lora)
    return {size.name: size for size in sizes}


def test_paligemma_is_as_large_as_published():
    sizes = planned("paper-paligemma-3b")
    layer = 4 * (1152**2 + 1152) + 2 * 1152 * 4304 + 4304 + 1152 + 4 * 1152  # attention, MLP with biases, two norms
    patches = 14 * 14 * 3 * 1152 + 1152 + (448 // 14) ** 2 * 1152
    assert sizes["vision"] == Size("vision", 27 * layer + patches + 2 * 1152, 0, 0)
    layer = 2 * 2048**2 + 2 * 2048 * 256 + 3 * 2048 * 16384 + 2 * 2048
    adapters = RANK * 18 * (2 * (2048 + 2048) + 2 * (2048 + 256) + 3 * (2048 + 16384))
    assert sizes["decoder"] == Size("decoder", 18 * layer + 257216 * 2048 + 2048, adapters, adapters)
    adapters = RANK * (1152 + 2048)
    assert sizes["projector"] == Size("projector", 1152 * 2048 + 2048, adapters, adapters)
    assert sizes["head"] == Size("head", 2049, 0, 2049)
    # the LM head is the embeddings; at 224 pixels, with 768 places of patches fewer, it is published with 2,923,466,480
    assert sum(size.frozen for size in sizes.values()) == 2_923_466_480 + 768 * 1152


def test_llama_is_as_large_as_published():
    sizes = planned("paper-llama-11b")
    mlp = 3 * 4096 * 14336
    attention = 2 * 4096**2 + 2 * 4096 * 1024
    own, cross = attention + mlp + 2 * 4096, attention + mlp + 2 * 4096 + 2 * 128 + 2  # norms; of queries and keys too, and gates
    adapters = RANK * 40 * (2 * (4096 + 4096) + 2 * (4096 + 1024) + 3 * (4096 + 14336))
    weights = 32 * own + 8 * cross + (128256 + 8) * 4096 + 4096
    assert sizes["decoder"] == Size("decoder", weights, adapters, adapters)
    adapters = RANK * (7680 + 4096)
    assert sizes["projector"] == Size("projector", 7680 * 4096 + 4096, adapters, adapters)
    assert (sizes["vision"].weights, sizes["vision"].trained) == (863_567_379, 0)
    lm_head = 128256 * 4096  # published with it
    assert sum(size.frozen for size in sizes.values()) + lm_head == 10_670_220_835


def test_without_lora_every_weight_trains(tiny_processor):
    from rewardmodel.backbones import small_backbone

    sizes = planned_sizes(lambda: small_backbone(tiny_processor, TINY), Attention.LOOKAHEAD, Lora())
    assert [(size.adapters, size.frozen) for size in sizes] == [(0, 0)] * 4
    assert sizes[1].weights == 16 * 16 + 16


def test_lines_say_how_a_step_is_dealt_out():
    sizes = [Size("vision", 1_000_000_000, 0, 0), Size("decoder", 0, 500_000_000, 500_000_000)]
    lines = size_lines(sizes, Optimisation(images_per_step=512, images_per_pass=8), 8)
    assert lines[3].split() == ["total", "1,000,000,000", "500,000,000", "500,000,000", "1,000,000,000"]
    assert lines[4] == "A step takes 512 images: 8 processes, 8 passes each, 8 images a pass"
    assert "need 12.0 GB in each process" in lines[5]


def test_configuration_that_is_nowhere_is_named(tmp_path):
    with pytest.raises(ValueError, match="can't be loaded"):
        configuration(tmp_path / "nowhere")


def test_every_architecture_belongs_to_a_preset():
    described = {read_preset(file.stem).get("architecture") for file in FOLDER.glob("*.toml")}
    assert set(FOLDER.glob("*.json")) == described - {None}
