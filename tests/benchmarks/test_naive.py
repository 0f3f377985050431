"""The naive model starts with all that the compared checkpoint knows, and learns verdicts alone."""

import argparse

import torch

from benchmarks import naive
from rewardmodel import checkpoints
from rewardmodel.checkpoints import SHIPPED, read_card


def test_it_is_trained_once_and_set_beside_its_parent(tmp_path):
    options = argparse.Namespace(
        work=tmp_path, parent=SHIPPED, steps=2, lr=1e-5, images=1, responses=2, save_steps=1, n=16, seed=50
    )
    report = naive.run(options)
    assert list(report["rows"]) == ["TLDR", naive.NAIVE]
    assert read_card(tmp_path / "naive").is_naive
    assert f"| {naive.NAIVE} |" in naive.table(report)
    parent, child = (checkpoints.load(folder).model.state_dict() for folder in (SHIPPED, tmp_path / "naive"))
    assert not torch.equal(parent["head.weight"], child["head.weight"])
    assert all(torch.allclose(parent[name], child[name], atol=1e-3) for name in parent if not name.startswith("head."))
    assert naive.run(options)["rows"] == report["rows"]  # what is done is not done again
