"""Agreement by hand, against published figures, and by what must hold for anybody."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.agreement import RIGHT, UNKNOWN, WRONG, Estimate, Opinion, agreement, alpha, coincidences, pairs, span_matches

LETTERS = {"w": WRONG, "r": RIGHT, ".": UNKNOWN}
# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers, twelve units, seven values missing
PUBLISHED = [
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
]


def values(rows: list[str]) -> np.ndarray:
    return np.array([[UNKNOWN if value == "." else int(value) - 1 for value in row.split()] for row in rows])


def opinion(person: str, words: str, spans: list[tuple[int, int]] | None = None, kind: int = UNKNOWN) -> Opinion:
    """Words as letters: w wrong, r right, . unknown. Unless told otherwise, every wrong word is a span."""
    said = [LETTERS[letter] for letter in words]
    own = [(number, number + 1) for number, letter in enumerate(words) if letter == "w"] if spans is None else spans
    return Opinion(person, said, [kind if value == WRONG else UNKNOWN for value in said], own)


def test_alpha_is_the_published_one_with_values_missing() -> None:
    met = coincidences(values(PUBLISHED), 5)
    third = 1 / 3
    assert met == pytest.approx(
        np.array(
            [
                [7, 4 * third, third, third, 0],
                [4 * third, 10, 4 * third, third, 0],
                [third, 4 * third, 8, third, 0],
                [third, third, third, 4, 0],
                [0, 0, 0, 0, 3],
            ]
        )
    )
    assert alpha(met) == pytest.approx(0.743, abs=0.0005)


def test_alpha_of_two_observers_and_two_values_is_the_published_one() -> None:
    # the same paper, section A: two observers, ten units
    one, other = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    met = coincidences(np.array([one, other]), 2)
    assert met.tolist() == [[10, 4], [4, 2]]
    assert alpha(met) == pytest.approx(0.095, abs=0.0005)


def test_unit_that_only_one_person_judged_gives_nothing() -> None:
    assert coincidences(np.array([[0, 1, UNKNOWN], [UNKNOWN, 1, UNKNOWN]]), 2).tolist() == [[0, 0], [0, 2]]


def test_alpha_is_one_for_all_alike_and_no_number_where_nothing_varies() -> None:
    assert alpha(np.diag([4.0, 2.0])) == 1
    assert np.isnan(alpha(np.diag([4.0, 0.0])))
    assert np.isnan(alpha(np.zeros((2, 2))))


def test_alpha_of_two_who_always_say_the_opposite_is_below_chance() -> None:
    # ten values, five of each: 1 - 9 * 10 / (100 - 50)
    assert alpha(coincidences(np.array([[0, 1, 0, 1, 0], [1, 0, 1, 0, 1]]), 2)) == pytest.approx(1 - 9 * 10 / 50)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([(0, 2), (4, 5)], [(0, 2), (4, 5)], (4, 4, 4)),
        ([(0, 2), (4, 5)], [(1, 2)], (0, 2, 3)),
        ([(0, 5)], [(0, 1), (1, 2), (5, 6)], (0, 3, 4)),
        ([(0, 1)], [(1, 2)], (0, 0, 2)),
        ([], [(1, 2)], (0, 0, 1)),
        ([], [], (0, 0, 0)),
    ],
)
def test_spans_find_their_like_exactly_or_by_a_word(
    one: list[tuple[int, int]], other: list[tuple[int, int]], expected: tuple[int, int, int]
) -> None:
    assert span_matches(one, other) == span_matches(other, one) == expected


def test_measures_by_hand() -> None:
    items = [
        [opinion("a", "wwrr", [(0, 2)], kind=0), opinion("b", "wrrr", kind=0)],
        [opinion("a", "rw", kind=1), opinion("b", "rw", kind=0)],
        [opinion("a", "r."), opinion("b", "r.")],  # its verdict is unknown
        [opinion("a", "rr"), opinion("b", "rr")],
    ]
    found = agreement(items, kinds=2, resamples=50)
    # nine words with two values each: right-right 6, wrong-wrong 2, once differing
    assert found.words.value == pytest.approx(1 - 17 * 2 / (18**2 - 13**2 - 5**2))
    # as shares of their item: (r-r 1/2, w-w 1/4, differ 1/4), (1/2, 1/2, 0), (1, 0, 0), (1, 0, 0), of two values each
    assert found.words_by_item.value == pytest.approx(1 - 7 * 0.5 / (8**2 - 6.25**2 - 1.75**2))
    assert found.responses.value == 1  # wrong, wrong, right: all alike
    assert found.kinds.value == pytest.approx(1 - 3 * 2 / (4**2 - 3**2 - 1**2))  # two words that both call wrong, one of one kind
    assert (found.exact.value, found.overlapping.value, found.items) == (2 / 4, 4 / 4, 4)


def test_interval_holds_the_measure_and_is_the_same_each_time() -> None:
    items = [[opinion("a", "wrrr"), opinion("b", "wrrr" if number % 4 else "rrrr")] for number in range(40)]
    first, again = agreement(items, kinds=2, resamples=200), agreement(items, kinds=2, resamples=200)
    assert first == again
    assert first.words.range is not None
    assert first.words.range[0] < (first.words.value or 0) < first.words.range[1] < 1
    assert first.kinds == Estimate(None)


def test_without_items_there_is_nothing_to_say() -> None:
    assert agreement([], kinds=8) == agreement(iter([]), kinds=8)
    assert agreement([], kinds=8).words == Estimate(None)
    assert pairs([]) == []


def test_pairs_are_of_the_items_in_common() -> None:
    items = [
        [opinion("b", "wr"), opinion("a", "wr"), opinion("c", "rr")],
        [opinion("a", "rw"), opinion("b", "rw")],
        [opinion("a", "rr"), opinion("b", "wr")],
    ]
    together, apart, also_apart = pairs(items)
    assert (together.people, together.items) == (("a", "b"), 3)
    # six words: right-right 3, wrong-wrong 2, once differing
    assert together.words == pytest.approx(1 - 11 * 2 / (12**2 - 7**2 - 5**2))
    assert (together.exact, together.overlapping) == (4 / 5, 4 / 5)
    assert [(pair.people, pair.items, pair.exact) for pair in (apart, also_apart)] == [(("a", "c"), 1, 0), (("b", "c"), 1, 0)]


def test_pair_that_never_marks_anything_has_no_measure() -> None:
    (pair,) = pairs([[opinion("a", "rr"), opinion("b", "rr")]])
    assert (pair.words, pair.exact, pair.overlapping) == (None, None, None)


texts = st.integers(1, 6).flatmap(
    lambda length: st.lists(st.text("wr.", min_size=length, max_size=length), min_size=2, max_size=4)
)


@settings(max_examples=50)
@given(st.lists(texts, min_size=1, max_size=6))
def test_order_of_people_changes_nothing_and_agreeing_ones_are_never_below_one(items: list[list[str]]) -> None:
    asked = [[opinion(str(number), text) for number, text in enumerate(item)] for item in items]
    forth, back = (agreement(some, kinds=2, resamples=2) for some in (asked, [one[::-1] for one in asked]))
    for name in ("words", "words_by_item", "responses", "exact", "overlapping"):
        value, other = getattr(forth, name).value, getattr(back, name).value
        assert value == (other if other is None else pytest.approx(other))
        assert value is None or value <= 1 + 1e-9
    alike = agreement([[one[0], one[0]] for one in asked], kinds=2, resamples=2)
    assert alike.words.value is None or alike.words.value == pytest.approx(1)
    assert alike.exact.value in {None, 1}
