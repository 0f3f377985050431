"""Arms come in permuted blocks: balanced within each person, drawn from the seed, and different for people who share an item."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.services.assignment import block_size, block_start, next_arm

TWO, THREE = ["verdict", "highlights"], ["none", "verdict", "highlights"]


def arms_of(person: int, count: int, *, arms: list[str] = THREE, seed: int = 7) -> list[str]:
    """The arms of the person's first items."""
    given: list[str] = []
    for place in range(count):
        used = given[block_start(place, arms) :]
        given.append(next_arm(arms, seed=seed, person=person, place=place, used=used))
    return given


def test_the_order_is_the_one_that_it_always_was() -> None:
    """A study that goes on must not be dealt anew by an update of the software."""
    assert arms_of(1, 6) == ["verdict", "none", "none", "highlights", "verdict", "highlights"]
    assert arms_of(1, 4, arms=TWO) == ["highlights", "verdict", "verdict", "highlights"]


@given(st.integers(0, 2**31 - 1), st.integers(1, 10**6), st.sampled_from([TWO, THREE]))
def test_every_block_has_each_arm_twice(seed: int, person: int, arms: list[str]) -> None:
    size = block_size(arms)
    given = arms_of(person, 5 * size, arms=arms, seed=seed)
    assert [Counter(given[start : start + size]) for start in range(0, 5 * size, size)] == [Counter(dict.fromkeys(arms, 2))] * 5


def test_another_seed_or_person_gives_another_order() -> None:
    assert arms_of(1, 30) == arms_of(1, 30)
    assert len({tuple(arms_of(person, 30, seed=seed)) for person in range(5) for seed in range(5)}) == 25


def test_every_arm_comes_first_equally_often() -> None:
    firsts = Counter(arms_of(person, 1)[0] for person in range(3_000))
    assert all(abs(count - 1_000) < 100 for count in firsts.values())  # 3.9 standard deviations


def test_the_arm_says_nothing_about_the_one_of_another_block() -> None:
    same = sum(given[0] == given[6] for given in (arms_of(person, 7) for person in range(3_000)))
    assert abs(same - 1_000) < 100


@pytest.mark.parametrize("arms", [TWO, THREE])
def test_people_who_share_items_see_each_with_different_help(arms: list[str]) -> None:
    given: list[list[str]] = [[] for _ in arms]
    for place in range(60):
        for person, own in enumerate(given):
            others = [other[place] for other in given[:person]]
            used = own[block_start(place, arms) :]
            own.append(next_arm(arms, seed=1, person=person, place=place, used=used, others=others))
    differ = [len(set(item)) == len(arms) for item in zip(*given, strict=True)]
    assert sum(differ) >= 0.8 * len(differ)  # the end of a block may leave no choice
    assert all(Counter(own) == Counter({arm: 60 // len(arms) for arm in arms}) for own in given)


def test_the_last_of_a_block_is_what_is_left_even_where_others_had_it() -> None:
    assert (
        next_arm(TWO, seed=1, person=1, place=3, used=["verdict", "verdict", "highlights"], others=["highlights"]) == "highlights"
    )
