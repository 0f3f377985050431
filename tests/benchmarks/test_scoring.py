"""The benchmark of scoring measures what it says, on a model small enough for a test."""

import pytest
import torch
from PIL import Image

from benchmarks import scoring
from rewardmodel.config import Attention, SmallBackbone
from rewardmodel.sizes import backbone_of

TINY = SmallBackbone(64, 16, vision_layers=1, vision_width=32, decoder_layers=1, decoder_width=32, heads=2)


@pytest.fixture(scope="module")
def scorer():
    return scoring.make_scorer(*scoring.make_parts(TINY), torch.device("cpu"))


def test_the_plain_way_says_the_same_of_a_causal_model(scorer, monkeypatch):
    monkeypatch.setattr(scorer.model, "attention", Attention.CAUSAL)
    requests = scoring.make_requests(2, 2, 64)
    for own, ours in zip(scoring.plain(scorer, requests), scorer.score_tokens(requests), strict=True):
        assert own == pytest.approx(ours.values, abs=3e-3)  # 16 bits, where the machine is faster with them


def test_measure_compares_the_same_captions(scorer):
    result = scoring.measure(scorer, images=3, captions=2, peak=1e12, repeats=1)
    assert (result["captions_an_image"], result["images"]) == (2, 3)
    assert result["ratio"] == pytest.approx(result["plain_seconds"] / result["ours_seconds"], rel=0.2)
    assert result["captions_per_second"] == pytest.approx(6 / result["ours_seconds"], rel=0.2)
    assert result["ours_MiB"] > 0
    assert result["plain_MiB"] > 0


def test_flops_grow_with_every_part_of_the_rows():
    _, config = scoring.make_parts(TINY)
    one = scoring.flops(config, [(5, [10])])
    assert scoring.flops(config, [(5, [10]), (5, [10])]) == 2 * one
    assert scoring.flops(config, [(5, [20])]) > scoring.flops(config, [(5, [10, 10])]) > one
    # by hand: 16 patches of width 32, 5 + 10 tokens of width 32
    vision, projection = 2 * 12 * 32**2 * 16 + 4 * 16**2 * 32, 2 * 32 * 32 * 16
    decoder = 2 * 13 * 32**2 * 15 + 4 * (5**2 + 10 * 15) * 32
    assert one == vision + projection + decoder


def test_live_is_compared_with_a_full_pass(scorer):
    result = scoring.measure_live(scorer, repeats=1)
    assert result["live_of_full"] == pytest.approx(result["live_ms"] / result["full_ms"], abs=0.2)
    assert result["live_of_plain"] == pytest.approx(result["live_ms"] / result["plain_ms"], abs=0.2)


def test_a_precise_scorer_has_the_same_weights_before_they_are_rounded(scorer):
    precise = scoring.make_scorer(*scoring.make_parts(TINY), torch.device("cpu"), is_precise=True)
    assert not precise.in_bf16
    for name, weights in precise.model.state_dict().items():
        assert weights.dtype == torch.float32
        assert torch.equal(weights.to(scorer.model.state_dict()[name].dtype), scorer.model.state_dict()[name])


def test_the_3b_configuration_is_the_published_one_and_its_work_that_of_its_layers():
    processor, config = scoring.make_parts(scoring.PUBLISHED)
    assert processor.image_size == 448
    assert len(processor.block("", Image.new("RGB", (8, 8))).ids) > 1_024  # its places, and a few tokens
    assert max(processor.response("A red dog sits.").ids) < config.text_config.vocab_size
    with torch.device("meta"):
        backbone = backbone_of(config)
    assert sum(weights.numel() for weights in backbone.parameters()) == 2_923_466_480 + 768 * 1152  # tests of sizes
    names = {"vision": "vision_tower.", "projector": "multi_modal_projector.", "decoder": "language_model."}
    linear = {
        name: sum(
            part.weight.numel()
            for path, part in backbone.named_modules()
            if path.startswith(start) and isinstance(part, torch.nn.Linear)
        )
        for name, start in names.items()
    }
    attention = 27 * 4 * 1_024**2 * 1_152 + 18 * 4 * (1_030**2 + 40 * 1_070) * 8 * 256
    weights = 2 * 1_024 * (linear["vision"] + linear["projector"]) + 2 * 1_070 * linear["decoder"]
    assert scoring.flops(config, [(1_030, [40])]) == weights + attention
