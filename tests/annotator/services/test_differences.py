"""Where judgements differ, by hand: what counts as a difference, how far it reaches, what holds without being settled."""

import pytest

from annotator.services.differences import (
    Opinion,
    agreed,
    differences,
    differing_places,
    differing_words,
    put_in_by_all,
    source_of,
    taken,
)
from annotator.services.folding import Judgement

WORDS = 10


def wrong(first: int, end: int, kind: str | None = None, text: str | None = None, source: str = "flag") -> Judgement:
    return Judgement(first, end, "wrong", kind, text, source)


def right(first: int, end: int, source: str = "flag") -> Judgement:
    return Judgement(first, end, "right", source=source)


def opinion(*judgements: Judgement) -> Opinion:
    return Opinion(judgements)


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ([wrong(1, 3)], [wrong(1, 3)], []),
        ([wrong(1, 3)], [wrong(1, 2), wrong(2, 3)], []),  # cut otherwise, but nobody says anything else
        ([wrong(1, 3)], [wrong(2, 3)], [1]),
        ([wrong(1, 3)], [right(1, 3)], [1, 2]),
        ([wrong(1, 3)], [], [1, 2]),
        ([right(1, 3)], [], []),  # nobody doubts it
        ([wrong(1, 2, "object")], [wrong(1, 2)], [1]),
        ([wrong(1, 3, text="blue")], [wrong(1, 3, text="green")], [1, 2]),
        ([wrong(1, 3, text="blue")], [wrong(1, 2), wrong(2, 3, text="blue")], [1, 2]),  # the same word in another place
    ],
)
def test_people_differ_on_a_word_where_one_calls_it_wrong_and_not_all_say_the_same(
    one: list[Judgement], other: list[Judgement], words: list[int]
) -> None:
    opinions = [opinion(*one), opinion(*other)]
    assert differing_words(WORDS, opinions) == differing_words(WORDS, opinions[::-1]) == words


def test_difference_is_as_wide_as_the_passages_it_touches() -> None:
    opinions = [opinion(wrong(1, 3), wrong(6, 7)), opinion(wrong(2, 5)), opinion(wrong(6, 7), wrong(7, 8))]
    assert differences(WORDS, opinions) == [(1, 5), (6, 7), (7, 8)]


def test_passages_side_by_side_are_settled_one_by_one() -> None:
    assert differences(WORDS, [opinion(wrong(1, 2), wrong(2, 3)), opinion()]) == [(1, 2), (2, 3)]


def test_what_all_call_wrong_alike_holds_and_so_does_what_somebody_cleared() -> None:
    opinions = [
        opinion(wrong(0, 1, "object", "cat"), right(3, 5), wrong(6, 7)),
        opinion(wrong(0, 1, "object", "cat", source="hand"), right(4, 7, source="hand")),
    ]
    assert differences(WORDS, opinions) == [(6, 7)]
    assert agreed(WORDS, opinions) == [wrong(0, 1, "object", "cat"), right(3, 5), right(5, 6, source="hand")]


def test_somebodys_say_on_a_difference_covers_all_of_its_words() -> None:
    said = opinion(right(0, 3), wrong(3, 4, text="x"), wrong(5, 6), wrong(9, 10))
    assert taken(said, 2, 8) == [right(2, 3), wrong(3, 4, text="x"), right(4, 5), wrong(5, 6), right(6, 8)]
    assert taken(opinion(), 2, 8) == [right(2, 8)]
    assert taken(opinion(wrong(2, 8)), 2, 8) == [wrong(2, 8)]


def test_source_of_a_decision_is_the_flag_if_anybody_was_shown_one_there() -> None:
    opinions = [opinion(wrong(1, 3, source="hand")), opinion(right(2, 4))]
    assert [source_of(opinions, *run) for run in [(1, 2), (2, 3), (5, 6)]] == ["hand", "flag", "hand"]


def test_where_all_took_their_judgement_back_nothing_is_agreed_on() -> None:
    assert (differing_words(WORDS, []), differences(WORDS, []), agreed(WORDS, [])) == ([], [], [])


def put_in(at: int, text: str, kind: str | None = None) -> Judgement:
    return Judgement(at, at, "wrong", kind, text, "hand")


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ([[put_in(4, "the")], [put_in(4, "the")]], []),
        ([[put_in(4, "the")], []], [4]),
        ([[put_in(4, "the")], [put_in(4, "a")], [put_in(4, "the")]], [4]),
        ([[put_in(4, "the")], [put_in(4, "the", "counting")]], [4]),
        ([[put_in(10, "today")], [put_in(0, "now")]], [0, 10]),
    ],
)
def test_people_differ_on_a_place_where_not_all_put_in_the_same(said: list[list[Judgement]], places: list[int]) -> None:
    opinions = [opinion(*judgements) for judgements in said]
    assert differing_places(opinions) == differing_places(opinions[::-1]) == places
    assert differing_words(WORDS, opinions) == []
    assert differences(WORDS, opinions) == [(at, at) for at in places]


def test_place_that_differs_leaves_alone_what_all_say_around_it() -> None:
    the = put_in(2, "the")
    opinions = [opinion(the, wrong(4, 6), wrong(7, 8)), opinion(the, wrong(4, 6), put_in(5, "x"))]
    assert differences(WORDS, opinions) == [(5, 5), (7, 8)]
    assert agreed(WORDS, opinions) == [the, wrong(4, 6)]
    assert put_in_by_all(opinions) == [the]
    assert [taken(one, 5, 5) for one in opinions] == [[right(5, 5)], [put_in(5, "x")]]
