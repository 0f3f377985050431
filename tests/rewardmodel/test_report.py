"""The report of an evaluation: its names, its intervals, and that it can be stored."""

import json
from dataclasses import replace

import pytest

from rewardmodel.metrics import Judged, by_kind, map_neg, response_accuracy
from rewardmodel.report import intervals, lines, report
from rewardmodel.taxonomy import Kind

CLEAN = Judged([0.9, 0.8], [1, 1], [0, 0], word_values=[0.9, 0.8], word_labels=[1, 1])
ALARM = replace(CLEAN, values=[0.9, 0.3], word_values=[0.9, 0.3])
FOUND = Judged([0.9, 0.2], [1, 0], [0, 0], frozenset({Kind.OBJECT}), [0.9, 0.2], [1, 0])
MISSED = replace(FOUND, values=[0.9, 0.6], word_values=[0.9, 0.6])


def test_report_names_what_files_promise():
    assert set(report([CLEAN, FOUND])) == {
        "n", "n_clean", "threshold", "token_accuracy", "sentence_accuracy", "response_accuracy", "map_neg", "map_pos",
        "calibration_error", "doubtful_calibration_error", "by_kind", "words", "spans", "intervals", "reliability",
    }  # fmt: skip


@pytest.mark.parametrize("judged", [[CLEAN, ALARM, FOUND, MISSED], [CLEAN], [FOUND], [MISSED]])
def test_report_can_be_stored(judged):
    json.dumps(report(judged), allow_nan=False)


def test_report_says_none_where_there_is_nothing_to_measure_by():
    assert report([CLEAN])["map_neg"] is None
    found = report([FOUND])
    assert found["by_kind"]["object"] == {"n": 1, "caught": 1.0, "response_accuracy": None, "map_neg": 1.0}
    assert found["intervals"]["by_kind"] == {"object": None}


def test_report_measures_words_and_spans():
    measured = report([CLEAN, ALARM, FOUND, MISSED])
    half = {"precision": 0.5, "recall": 0.5, "f1": 0.5}
    assert (measured["words"], measured["spans"]) == (half, {"exact": half, "overlap": half})


def test_report_refuses_nothing():
    with pytest.raises(ValueError, match="no response"):
        report([])


def test_intervals_hold_the_measure_and_are_the_same_again():
    judged = [CLEAN, CLEAN, ALARM, FOUND, FOUND, MISSED] * 20
    bounds = intervals(judged)
    for low, value, high in (
        (bounds["map_neg"][0], map_neg(judged), bounds["map_neg"][1]),
        (bounds["response_accuracy"][0], response_accuracy(judged), bounds["response_accuracy"][1]),
        (bounds["by_kind"]["object"][0], by_kind(judged)["object"]["response_accuracy"], bounds["by_kind"]["object"][1]),
    ):
        assert 0 < low < value < high <= 1
    assert intervals(judged) == bounds


def test_intervals_of_a_sure_thing_have_no_width():
    bounds = intervals([CLEAN, FOUND] * 30)
    assert bounds == {"map_neg": (1.0, 1.0), "response_accuracy": (1.0, 1.0), "by_kind": {"object": (1.0, 1.0)}}


def test_intervals_narrow_with_the_number_of_responses():
    few, many = (intervals([CLEAN, ALARM, FOUND, MISSED] * times)["response_accuracy"] for times in (10, 160))
    # 16 times as many responses: a quarter of the width
    assert (many[1] - many[0]) == pytest.approx((few[1] - few[0]) / 4, rel=0.25)


def test_intervals_without_a_bad_response_are_unknown():
    assert intervals([CLEAN, ALARM]) == {"map_neg": None, "response_accuracy": (0.0, 1.0), "by_kind": {}}


def test_lines_give_intervals_beside_their_measures():
    said = list(lines(report([CLEAN, FOUND] * 30)))
    assert "response_accuracy            1.0000 [1.000, 1.000]" in said
    assert "words                        precision 1.000  recall 1.000  f1 1.000" in said
    assert "  object             caught 1.000  response accuracy 1.000 [1.000, 1.000]  mAP(neg) 1.000  n 30" in said


def test_lines_say_what_cannot_be_measured():
    said = list(lines(report([CLEAN])))
    assert "map_neg                      none" in said
    assert "spans, exact                 precision none  recall none  f1 none" in said
