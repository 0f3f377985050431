"""The benchmark of scoring measures what it says, on a model small enough for a test."""

import pytest
import torch

from benchmarks import scoring
from rewardmodel.config import SmallBackbone

TINY = SmallBackbone(64, 16, vision_layers=1, vision_width=32, decoder_layers=1, decoder_width=32, heads=2)


@pytest.fixture(scope="module")
def scorer():
    return scoring.make_scorer(TINY, torch.device("cpu"))


def test_measure_compares_the_same_captions(scorer):
    result = scoring.measure(scorer, TINY, images=3, captions=2, peak=1e12, repeats=1)
    assert (result["captions_an_image"], result["images"]) == (2, 3)
    assert result["ratio"] == pytest.approx(result["plain_seconds"] / result["ours_seconds"], rel=0.2)
    assert result["captions_per_second"] == pytest.approx(6 / result["ours_seconds"], rel=0.2)


def test_flops_grow_with_every_part_of_the_rows():
    one = scoring.flops(TINY, [(5, 10)])
    assert scoring.flops(TINY, [(5, 10), (5, 10)]) == 2 * one
    assert scoring.flops(TINY, [(5, 20)]) > one
    # by hand: 16 patches of width 32, 5 + 10 tokens of width 32
    vision, projection = 2 * 12 * 32**2 * 16 + 4 * 16**2 * 32, 2 * 32 * 32 * 16
    decoder = 2 * 13 * 32**2 * 15 + 4 * (5**2 + 10 * 15) * 32
    assert one == vision + projection + decoder


def test_live_is_compared_with_a_full_pass(scorer):
    result = scoring.measure_live(scorer, TINY, repeats=1)
    assert result["live_of_full"] == pytest.approx(result["live_ms"] / result["full_ms"], abs=0.2)
