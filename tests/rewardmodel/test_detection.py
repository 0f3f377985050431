"""Precision, recall and F1 on cases worked out by hand."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.detection import runs, span_detection, word_detection
from rewardmodel.metrics import Judged


def response(flagged: str, wrong: str) -> Judged:
    """One letter a word: x is flagged, or wrong."""
    values, labels = [0.1 if mark == "x" else 0.9 for mark in flagged], [0 if mark == "x" else 1 for mark in wrong]
    return Judged([0.5], [1], [0], word_values=values, word_labels=labels)


# flagged runs: [1,3) right, [4,5) too short, none, [0,1) for nothing; bad runs: [1,3), [4,6), [0,1)
JUDGED = [response(".xx.x.", ".xx.xx"), response(".", "x"), response("x.", "..")]


def test_word_detection_counts_words():
    # 4 words flagged, 3 of them bad; 5 words bad
    assert word_detection(JUDGED) == {"precision": 3 / 4, "recall": 3 / 5, "f1": pytest.approx(6 / 9)}


def test_span_detection_counts_runs():
    # 3 flagged runs, 3 bad ones: one is the same, two share a word
    found = span_detection(JUDGED)
    assert found["exact"] == {"precision": 1 / 3, "recall": 1 / 3, "f1": pytest.approx(1 / 3)}
    assert found["overlap"] == {"precision": 2 / 3, "recall": 2 / 3, "f1": pytest.approx(2 / 3)}


def test_span_detection_meets_two_bad_runs_with_one_long_one():
    # the flagged run covers both bad ones and the good word between them
    found = span_detection([response("xxx", "x.x")])
    assert found["exact"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    assert found["overlap"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}


def test_detection_moves_with_the_threshold():
    everything = {"precision": 6 / 9, "recall": 1.0, "f1": pytest.approx(12 / 15)}
    judged = [response(".xx.x.", "xxx.xx"), response("...", "..x")]
    assert word_detection(judged, threshold=0.95) == everything
    assert word_detection(judged, threshold=0.05) == {"precision": None, "recall": 0.0, "f1": 0.0}


def test_detection_without_anything_flagged_or_bad_is_unknown():
    nothing = {"precision": None, "recall": None, "f1": None}
    assert word_detection([response("..", "..")]) == nothing
    assert span_detection([response("..", "..")]) == {"exact": nothing, "overlap": nothing}


def test_detection_of_false_alarms_alone_is_zero():
    assert word_detection([response("x.", "..")]) == {"precision": 0.0, "recall": None, "f1": 0.0}


def test_runs_are_maximal():
    assert runs([True, True, False, True]) == [(0, 2), (3, 4)]
    assert runs([]) == []


MARKS = st.text(alphabet="x.", min_size=1, max_size=12)


@given(st.lists(st.booleans(), max_size=30))
def test_runs_are_apart_and_cover_what_is_marked(marks):
    found = runs(marks)
    assert [place for start, end in found for place in range(start, end)] == [n for n, is_marked in enumerate(marks) if is_marked]
    assert all(one[1] < two[0] for one, two in pairwise(found))


@given(MARKS)
def test_flagging_exactly_what_is_wrong_is_perfect_or_nothing_to_measure(marks):
    perfect = dict.fromkeys(("precision", "recall", "f1"), 1.0 if "x" in marks else None)
    assert word_detection([response(marks, marks)]) == perfect
    assert span_detection([response(marks, marks)]) == {"exact": perfect, "overlap": perfect}


@given(MARKS, st.randoms(use_true_random=False))
def test_what_is_flagged_and_what_is_wrong_change_roles_as_precision_and_recall_do(marks, random):
    other = "".join(random.sample(marks, len(marks)))
    one, two = (span_detection([response(*pair)]) for pair in ((marks, other), (other, marks)))
    for sort in ("exact", "overlap"):
        assert (one[sort]["precision"], one[sort]["recall"]) == (two[sort]["recall"], two[sort]["precision"])
        assert one[sort]["f1"] == pytest.approx(two[sort]["f1"])


@pytest.mark.parametrize(
    ("flagged", "wrong", "expected"),
    [
        ("x.", "..", (0.0, None, 0.0)),
        ("..", "x.", (None, 0.0, 0.0)),
        ("..", "..", (None, None, None)),
        ("x.", ".x", (0.0, 0.0, 0.0)),
    ],
)
def test_what_has_nothing_to_be_measured_on_is_missing(flagged, wrong, expected):
    assert tuple(word_detection([response(flagged, wrong)]).values()) == expected


def test_of_no_response_nothing_is_known():
    assert word_detection([]) == {"precision": None, "recall": None, "f1": None}


def test_a_word_at_the_threshold_is_not_flagged():
    judged = [Judged([0.5], [0], [0], word_values=[0.5, 0.4], word_labels=[0, 0])]
    assert word_detection(judged, 0.5) == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3)}
