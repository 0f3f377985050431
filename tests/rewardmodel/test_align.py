"""Labels of tokens from spans, values of words from tokens."""

import pytest

from rewardmodel.align import BAD, GOOD, IGNORED, token_labels, trimmed_offsets, word_values
from rewardmodel.records import Span


def test_token_labels_mark_every_token_that_touches_a_span():
    offsets = [(0, 1), (2, 4), (4, 5), (6, 9), (9, 9)]
    assert token_labels(offsets, [Span(3, 5)]) == [GOOD, BAD, BAD, GOOD, IGNORED]


def test_token_labels_of_neighbours_are_half_open():
    assert token_labels([(0, 2), (2, 4), (4, 6)], [Span(2, 4)]) == [GOOD, BAD, GOOD]


def test_token_labels_without_spans_are_good():
    assert token_labels([(0, 3)], []) == [GOOD]


def test_trimmed_offsets_leave_the_space_out():
    assert trimmed_offsets("a red  dog", [(0, 1), (1, 5), (5, 6), (6, 10)]) == [(0, 1), (2, 5), (6, 6), (7, 10)]


def test_word_values_take_the_lowest_token():
    assert word_values([(0, 1), (2, 9)], [(0, 1), (2, 5), (5, 9)], [0.9, 0.8, 0.3]) == [0.9, 0.3]


def test_word_values_give_a_shared_token_to_both_words():
    assert word_values([(0, 2), (2, 4)], [(0, 3), (3, 4)], [0.2, 0.7]) == [0.2, 0.2]


def test_word_values_refuse_a_word_without_a_token():
    with pytest.raises(ValueError, match="No token touches"):
        word_values([(0, 1), (2, 3)], [(0, 1)], [0.5])
