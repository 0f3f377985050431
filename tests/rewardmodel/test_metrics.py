"""The paper's metrics on cases worked out by hand."""

import math

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from rewardmodel.metrics import (
    Judged,
    Ranking,
    best_threshold,
    by_kind,
    map_neg,
    map_pos,
    response_accuracy,
    sentence_accuracy,
    token_accuracy,
)
from rewardmodel.taxonomy import Kind

CLEAN = Judged([0.9, 0.8, 0.7, 0.4], [1, 1, 1, 1], [0, 0, 1, 1])  # one false alarm in the second sentence
WRONG = Judged([0.9, 0.2, 0.6], [1, 0, 1], [0, 0, 1], frozenset({Kind.OBJECT}))  # found


def test_token_accuracy_is_the_mean_over_responses():
    assert token_accuracy([CLEAN, WRONG]) == pytest.approx((3 / 4 + 1) / 2)


def test_sentence_accuracy_compares_vetoes():
    assert sentence_accuracy([CLEAN, WRONG]) == pytest.approx((1 / 2 + 1) / 2)


def test_response_accuracy_compares_vetoes():
    assert response_accuracy([CLEAN, WRONG]) == pytest.approx(1 / 2)
    assert response_accuracy([CLEAN, WRONG], threshold=0.3) == pytest.approx(1.0)


def test_map_neg_ranks_bad_tokens():
    # values upwards: 0.2 bad, 0.4 good, 0.6 good, 0.7 …: the only bad token comes first
    assert map_neg([CLEAN, WRONG]) == pytest.approx(1.0)
    # bad tokens at ranks 1 and 3 of 0.1, 0.2, 0.3: (1/1 + 2/3) / 2
    assert map_neg([Judged([0.3, 0.1, 0.2], [0, 0, 1], [0, 0, 0])]) == pytest.approx((1 + 2 / 3) / 2)


def test_map_pos_ranks_good_tokens():
    # good tokens downwards: 0.2 is the second of three
    assert map_pos([Judged([0.3, 0.1, 0.2], [0, 0, 1], [0, 0, 0])]) == pytest.approx(1 / 2)


def test_map_neg_uses_scores_and_not_decisions():
    flat = [Judged([0.49, 0.48, 0.47], [1, 1, 0], [0, 0, 0])]
    assert map_neg(flat) == pytest.approx(1.0)


def test_map_neg_without_a_bad_token_is_no_number():
    assert math.isnan(map_neg([CLEAN]))


def test_ranking_equals_sklearn_with_ties_and_with_weights():
    rng = np.random.default_rng(1)
    for _ in range(20):
        positives, scores, owners = rng.random(60) < 0.2, rng.integers(0, 12, 60) / 12, rng.integers(0, 7, 60)
        weights = rng.integers(0, 3, 7).astype(float)
        if (weights[owners] * positives).any():
            expected = average_precision_score(positives, scores, sample_weight=weights[owners])
            assert Ranking(positives, scores, owners).average_precision(weights) == pytest.approx(expected, abs=1e-12)


def test_ranking_counts_a_response_drawn_twice_twice():
    # downwards: a bad token of the first response, a good one of the second, a bad one of the first
    ranking = Ranking(np.array([True, False, True]), np.array([0.9, 0.8, 0.7]), np.array([0, 1, 0]))
    assert ranking.average_precision(np.array([1.0, 1.0])) == pytest.approx((1 + 2 / 3) / 2)
    assert ranking.average_precision(np.array([1.0, 2.0])) == pytest.approx((1 + 2 / 4) / 2)
    assert ranking.average_precision(np.array([1.0, 0.0])) == 1.0
    assert math.isnan(ranking.average_precision(np.array([0.0, 2.0])))


def test_by_kind_balances_with_clean_responses():
    rows = by_kind([CLEAN, WRONG])
    assert list(rows) == ["object"]
    assert rows["object"]["n"] == 1
    assert rows["object"]["caught"] == 1.0
    assert rows["object"]["response_accuracy"] == pytest.approx((1.0 + 0.0) / 2)


def test_best_threshold_lies_in_the_gap():
    judged = [Judged([0.8, 0.9], [1, 1], [0, 0]), Judged([0.2, 0.9], [0, 1], [0, 0])]
    assert best_threshold(judged) == pytest.approx(0.5)


def test_best_threshold_of_clean_responses_alone_is_left_as_it_was():
    assert best_threshold([CLEAN], otherwise=0.37) == 0.37


def test_judged_refuses_unequal_lengths():
    with pytest.raises(ValueError, match="at least one token"):
        Judged([0.1], [1, 0], [0, 0])


def test_judged_refuses_words_without_labels():
    with pytest.raises(ValueError, match="a word"):
        Judged([0.1], [1], [0], word_values=[0.1])
