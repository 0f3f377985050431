"""Labels of tokens from spans, values of words from tokens."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.align import BAD, GOOD, IGNORED, token_labels, trimmed_offsets, verdict_labels, verdict_values, word_values
from rewardmodel.records import Span, words


def test_token_labels_mark_every_token_that_touches_a_span():
    offsets = [(0, 1), (2, 4), (4, 5), (6, 9), (9, 9)]
    assert token_labels(offsets, [Span(3, 5)]) == [GOOD, BAD, BAD, GOOD, IGNORED]


def test_token_labels_of_neighbours_are_half_open():
    assert token_labels([(0, 2), (2, 4), (4, 6)], [Span(2, 4)]) == [GOOD, BAD, GOOD]


def test_token_labels_without_spans_are_good():
    assert token_labels([(0, 3)], []) == [GOOD]


def test_trimmed_offsets_leave_the_space_out():
    assert trimmed_offsets("a red  dog", [(0, 1), (1, 5), (5, 6), (6, 10)]) == [(0, 1), (2, 5), (6, 6), (7, 10)]


@pytest.mark.parametrize(
    ("labels", "verdict"),
    [
        ([GOOD, GOOD], [IGNORED, GOOD]),
        ([BAD, GOOD, GOOD], [IGNORED, IGNORED, BAD]),
        ([GOOD, BAD, IGNORED], [IGNORED, BAD, IGNORED]),
        ([IGNORED], [IGNORED]),
        ([], []),
    ],
)
def test_verdict_labels_stand_at_the_last_token_with_text(labels, verdict):
    assert verdict_labels(labels) == verdict


def test_verdict_values_repeat_the_last_token_with_text():
    assert verdict_values([(0, 1), (2, 4), (5, 5)], [0.9, 0.2, 0.7]) == [0.2, 0.2, 0.2]
    assert verdict_values([(1, 1)], [0.3]) == [0.3]
    assert verdict_values([], []) == []


def test_word_values_take_the_lowest_token():
    assert word_values([(0, 1), (2, 9)], [(0, 1), (2, 5), (5, 9)], [0.9, 0.8, 0.3]) == [0.9, 0.3]


def test_word_values_give_a_shared_token_to_both_words():
    assert word_values([(0, 2), (2, 4)], [(0, 3), (3, 4)], [0.2, 0.7]) == [0.2, 0.2]


def test_word_values_refuse_a_word_without_a_token():
    with pytest.raises(ValueError, match="No token touches"):
        word_values([(0, 1), (2, 3)], [(0, 1)], [0.5])


@pytest.mark.parametrize(
    ("offset", "label"),
    [
        ((0, 2), GOOD),
        ((0, 3), BAD),
        ((2, 3), BAD),
        ((3, 5), BAD),
        ((4, 9), BAD),
        ((5, 9), GOOD),
        ((3, 3), IGNORED),
        ((4, 4), IGNORED),
    ],
)
def test_one_shared_code_point_makes_a_token_bad(offset, label):
    assert token_labels([offset], [Span(2, 5)]) == [label]


def test_any_of_several_spans_makes_a_token_bad():
    offsets = [(0, 2), (2, 4), (4, 6), (6, 8)]
    assert token_labels(offsets, [Span(5, 6), Span(0, 1)]) == [BAD, GOOD, BAD, GOOD]


@pytest.mark.parametrize(
    ("response", "offset", "expected"),
    [
        ("\n\ta ", (0, 4), (2, 3)),
        ("a\u00a0b", (1, 3), (2, 3)),
        ("   ", (0, 3), (3, 3)),
        ("ab", (1, 1), (1, 1)),
        (" \U0001f436", (0, 2), (1, 2)),
    ],
)
def test_trimmed_offsets_know_every_sort_of_white_space(response, offset, expected):
    assert trimmed_offsets(response, [offset]) == [expected]


def test_word_values_pass_over_tokens_that_cover_nothing():
    assert word_values([(0, 2), (3, 5)], [(0, 0), (0, 2), (2, 2), (3, 3), (3, 5)], [0.0, 0.5, 0.0, 0.0, 0.7]) == [0.5, 0.7]


def test_word_values_of_no_words_are_none():
    assert word_values([], [(0, 1)], [0.5]) == []


@given(st.text(alphabet="ab .\n\U0001f436\u05d0", min_size=1, max_size=40), st.data())
def test_word_values_are_the_lowest_of_what_they_touch(text, data):
    cuts = sorted({0, len(text), *data.draw(st.lists(st.integers(0, len(text)), max_size=12))})
    offsets = trimmed_offsets(text, list(pairwise(cuts)))
    values = [data.draw(st.floats(0, 1)) for _ in offsets]
    for word, value in zip(words(text), word_values(words(text), offsets, values), strict=True):
        assert value == min(
            own for own, one in zip(values, offsets, strict=True) if one[0] < one[1] and Span(*word).touches(*one)
        )
