"""Ways of putting tokens together, by hand."""

import numpy as np
import pytest

from benchmarks.aggregation import WAYS, measure, scores
from rewardmodel.align import BAD, GOOD
from rewardmodel.metrics import Judged
from rewardmodel.taxonomy import Kind


def judged(values, *, is_clean, kind=Kind.OBJECT):
    labels = [GOOD] * (len(values) - 1) + [GOOD if is_clean else BAD]
    return Judged(values, labels, [0] * len(values), frozenset() if is_clean else frozenset({kind}))


def test_scores_put_tokens_together():
    [values] = [judged([0.5, 0.25, 0.8], is_clean=True)]
    found = {name: scores([values], way)[0] for name, way in WAYS.items()}
    assert found == pytest.approx({
        "veto (lowest token)": 0.25, "product": np.log(0.1), "two lowest tokens": np.log(0.125) / 2,
        "geometric mean": np.log(0.1) / 3, "mean": 1.55 / 3,
    })  # fmt: skip


def test_many_mild_doubts_mislead_the_product_and_not_the_veto():
    responses = [judged([0.8] * 20, is_clean=True), judged([0.99] * 4 + [0.1], is_clean=False)] * 10
    accuracies = {name: measure(responses, responses, way)["all"]["value"] for name, way in WAYS.items()}
    assert accuracies["veto (lowest token)"] == 1.0
    assert accuracies["product"] < 1.0
    assert measure(responses, responses, WAYS["mean"])["object"]["interval"] is not None
