"""What the benchmark of tau keeps says how it came about."""

import argparse
import json

from benchmarks import tau
from rewardmodel.checkpoints import SHIPPED, read_card, weights_sha256


def test_the_best_tau_has_the_fewest_wrong_captions_and_of_equal_ones_is_the_first():
    truth = {name: {"response": {"rate": rate}} for name, rate in {"tau-0": 0.4, "tau-0.1": 0.3, "tau-0.25": 0.3}.items()}
    assert tau.best_tau({"truth": truth}) == "tau-0.1"


def test_the_figures_are_kept_with_their_configuration(tmp_path):
    out, results = tmp_path / "work" / "tau", tmp_path / "results"
    out.mkdir(parents=True)
    (out / "tau.json").write_text('{"judge": {}, "truth": {"tau-0": {}}}')
    (out / "tau.svg").write_text("<svg/>")
    (tmp_path / "work" / tau.VALIDATION).mkdir()
    (tmp_path / "work" / tau.VALIDATION / "tau.json").write_text('{"judge": {}, "truth": {"tau-0": {"n": 6}}}')
    options = argparse.Namespace(
        work=tmp_path / "work", results=results, parent=SHIPPED, caption_steps=3, caption_lr=5e-4, reward_steps=4, reward_lr=1e-3,
        bad_weight=3.0, rank=8, images=2, responses=5, seed=20, n=6,
    )  # fmt: skip
    tau.keep(options, SHIPPED, "tau-0")
    kept = json.loads((results / "tau.json").read_text())
    assert (kept["judge"], kept["truth"]) == ({}, {"tau-0": {}})
    assert kept["validation"] == {"chosen": "tau-0", "truth": {"tau-0": {"n": 6}}}
    configuration = kept["configuration"]
    assert {name: configuration[name] for name in ("caption_steps", "reward_steps", "bad_weight", "seed", "n")} == {
        "caption_steps": 3, "reward_steps": 4, "bad_weight": 3.0, "seed": 20, "n": 6,
    }  # fmt: skip
    assert configuration["judge"] == configuration["reward_model"] == weights_sha256(SHIPPED)
    assert configuration["reward_training"] == read_card(SHIPPED).training
    assert set(kept["machine"]) == {"cores", "load_before", "at"}
    assert (results / "tau.svg").read_text() == "<svg/>"
