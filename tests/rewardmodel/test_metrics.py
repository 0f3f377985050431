"""The paper's metrics on cases worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from rewardmodel.metrics import (
    Judged,
    Ranking,
    balanced_accuracies,
    best_cut,
    best_threshold,
    by_kind,
    decisions,
    group_shares,
    map_neg,
    map_pos,
    pooled,
    response_accuracy,
    sentence_accuracy,
    stretched,
    token_accuracy,
    unstretched,
    verdicts,
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


def lowest(*rows: tuple[float, int]) -> list[Judged]:
    """Responses of one token each: value and label."""
    return [Judged([value], [label], [0]) for value, label in rows]


def test_of_equally_good_thresholds_the_widest_gap_is_taken_and_not_the_lowest():
    # one of four is wrong below 0.006 and below 0.8, two between
    judged = lowest((0.004, 0), (0.006, 1), (0.3, 0), (0.8, 1))
    assert [response_accuracy(judged, cut) for cut in (0.005, 0.1, 0.5)] == [0.75, 0.5, 0.75]
    assert best_threshold(judged) == pytest.approx(0.567, abs=0.001)  # the middle of 0.3 and 0.8, nearly in logits


def test_gaps_near_the_ends_count_as_logits():
    # in probabilities the lower gap is the narrower one (0.198 by 0.3), in logits the wider (by 3.8 to 1.7)
    judged = lowest((0.002, 0), (0.2, 1), (0.6, 0), (0.9, 1))
    assert best_threshold(judged) == pytest.approx(unstretched((stretched(0.002) + stretched(0.2)) / 2))


def test_the_stretch_is_a_logit_with_finite_ends():
    for value in (0.0, 0.001, 0.268, 0.5, 0.9, 1.0):
        assert unstretched(stretched(value)) == pytest.approx(value, abs=1e-12)
    assert stretched(0.1) == pytest.approx(math.log(0.1 / 0.9), abs=0.01)
    assert (stretched(0.0), stretched(1.0)) == pytest.approx((-6.909, 6.909), abs=0.001)


def test_values_that_can_hardly_be_told_apart_are_still_cut_between():
    judged = lowest((1 - 2e-7, 0), (1 - 1e-7, 1), (1.0, 1))
    assert response_accuracy(judged, best_threshold(judged)) == 1.0


def test_too_few_responses_choose_nothing():
    judged = lowest((0.2, 0), (0.8, 1), (0.9, 1))
    assert best_threshold(judged, 0.37, least=1) == pytest.approx(0.5)
    assert best_threshold(judged, 0.37, least=2) == 0.37  # one bad response
    assert best_threshold(lowest((0.1, 0), (0.2, 0), (0.9, 1)), 0.37, least=2) == 0.37  # one clean response


def test_judged_refuses_unequal_lengths():
    with pytest.raises(ValueError, match="at least one token"):
        Judged([0.1], [1, 0], [0, 0])


def test_judged_refuses_words_without_labels():
    with pytest.raises(ValueError, match="a word"):
        Judged([0.1], [1], [0], word_values=[0.1])


JUDGED = st.lists(
    st.lists(
        st.tuples(st.integers(0, 20).map(lambda n: n / 20), st.sampled_from([0, 1]), st.integers(0, 2)), min_size=1, max_size=6
    ).map(lambda rows: Judged(*zip(*rows, strict=True))),
    min_size=1,
    max_size=6,
)


@given(JUDGED, st.floats(0, 1))
def test_accuracies_are_shares_and_one_sentence_makes_two_of_them_equal(judged, threshold):
    accuracies = [measure(judged, threshold) for measure in (token_accuracy, sentence_accuracy, response_accuracy)]
    assert all(0 <= accuracy <= 1 for accuracy in accuracies)
    single = [Judged(one.values, one.labels, [0] * len(one.values)) for one in judged]
    assert sentence_accuracy(single, threshold) == response_accuracy(single, threshold) == accuracies[2]


@given(JUDGED)
def test_average_precisions_equal_sklearn_for_any_ties(judged):
    values, labels = pooled(judged)
    for found, positives, scores in ((map_neg(judged), labels == 0, 1 - values), (map_pos(judged), labels == 1, values)):
        assert (math.isnan(found) and not positives.any()) or found == pytest.approx(average_precision_score(positives, scores))


@given(JUDGED)
def test_the_best_threshold_is_as_good_as_any(judged):
    assume(all(min(one.values) > 0 for one in judged))  # no threshold that it looks at lets a value of 0 pass
    best = response_accuracy(judged, best_threshold(judged))
    mixed = len({one.is_clean for one in judged}) == 2
    assert not mixed or all(best >= response_accuracy(judged, number / 40) for number in range(41))


@given(JUDGED, st.randoms(use_true_random=False))
def test_the_best_threshold_does_not_ask_for_the_order_of_responses(judged, random):
    assert best_threshold(random.sample(judged, len(judged))) == best_threshold(judged)


@given(JUDGED, st.randoms(use_true_random=False))
def test_measures_do_not_ask_for_the_order_of_responses(judged, random):
    shuffled = random.sample(judged, len(judged))
    for measure in (token_accuracy, sentence_accuracy, response_accuracy, map_neg, map_pos):
        assert measure(shuffled) == pytest.approx(measure(judged), nan_ok=True)


def test_a_value_at_the_threshold_is_good():
    assert decisions(Judged([0.5, 0.49, 0.51], [1, 1, 1], [0, 0, 0]), 0.5).tolist() == [1, 0, 1]
    assert verdicts([Judged([0.5], [1], [0])], 0.5).tolist() == [True]


def test_a_response_of_two_kinds_counts_for_both():
    both = Judged([0.2, 0.9], [0, 1], [0, 0], frozenset({Kind.OBJECT, Kind.TEXT}))
    rows = by_kind([CLEAN, both], threshold=0.3)
    assert list(rows) == ["object", "text"]
    assert rows["object"] == rows["text"] == {"n": 1, "caught": 1.0, "response_accuracy": 1.0, "map_neg": 1.0}


def test_by_kind_without_clean_responses_has_no_balance():
    assert math.isnan(by_kind([WRONG])["object"]["response_accuracy"])
    assert by_kind([CLEAN]) == {}


def test_group_shares_weigh_responses():
    rights, members = np.array([True, False, True]), np.array([[True, True, False], [False, True, True], [False, False, False]])
    shares = group_shares(rights, members, np.array([1.0, 3.0, 1.0]))
    assert shares[:2].tolist() == [0.25, 0.25]
    assert math.isnan(shares[2])


def test_balanced_accuracies_are_means_with_the_clean_share():
    assert balanced_accuracies(np.array([0.5, 1.0, 0.0])).tolist() == [0.75, 0.25]


@pytest.mark.parametrize("lengths", [(0, 0, 0), (1, 2, 1), (1, 1, 2)])
def test_judged_refuses_what_has_no_token_or_too_many(lengths):
    values, labels, sentences = ([0] * length for length in lengths)
    with pytest.raises(ValueError, match="one value, label and sentence a token"):
        Judged(values, labels, sentences)


def test_best_cut_lies_in_the_middle_between_the_clean_and_the_others():
    clean = np.array([False, False, True, True])
    assert best_cut(np.array([0.1, 0.3, 0.7, 0.9]), clean, (0.0, 1.0)) == pytest.approx(0.5)
    assert best_cut(np.array([-9.0, -8.0, -2.0, -1.0]), clean, (-10.0, 0.0)) == pytest.approx(-5.0)


def test_best_cut_prefers_the_widest_gap_then_the_highest_and_telling_something_apart():
    clean = np.array([False, True, False, True])
    assert best_cut(np.array([1.0, 2.0, 3.0, 6.0]), clean, (0.0, 9.0)) == pytest.approx(4.5)
    assert best_cut(np.array([1.0, 4.0, 5.0, 6.0]), clean, (0.0, 9.0)) == pytest.approx(2.5)
    assert best_cut(np.array([1.0, 2.0, 5.0, 6.0]), clean, (0.0, 9.0)) == pytest.approx(5.5)  # equally wide
    upside_down = np.array([True, False])
    assert best_cut(np.array([1.0, 2.0]), upside_down, (0.0, 9.0)) == pytest.approx(5.5)  # between, none would be right
    # letting all pass is as good as the cut at 2.5, and has the wider gap
    assert best_cut(np.array([5.0, 5.2, 5.5]), np.array([True, False, True]), (0.0, 9.0)) == pytest.approx(5.35)
