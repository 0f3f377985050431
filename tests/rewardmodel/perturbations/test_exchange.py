"""Exchanges that the text doesn't tell: as often one way as the other, always with a way back, and nothing put in or left out."""

from collections import Counter

import pytest

from rewardmodel.perturbations.rules import exchange, perturb
from rewardmodel.perturbations.usage import Usage
from rewardmodel.records import words
from rewardmodel.taxonomy import KINDS, Kind
from tests.rewardmodel.perturbations.test_rules import CAPTIONS

SEEDS = range(2_000)
UNREAD = Usage([])  # all texts of one length are as usual


def reached(caption: str, kind: Kind, usage: Usage) -> Counter[str]:
    """What a caption becomes with each seed."""
    return Counter(made.text for seed in SEEDS if (made := exchange(caption, kind, seed, usage)))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (
            Kind.ATTRIBUTE,
            "A man in a red shirt stands in front of a small dog .",
            "A man in a blue shirt stands in front of a small dog .",
        ),
        (Kind.COUNTING, "Three men sit on the grass .", "Two men sit on the grass ."),
        (Kind.SPATIAL, "A man stands in front of a wall .", "A man stands behind a wall ."),
    ],
)
def test_of_texts_that_are_as_usual_each_becomes_the_other_as_often(kind, one, other):
    there, back = reached(one, kind, UNREAD)[other], reached(other, kind, UNREAD)[one]
    assert min(there, back) > 30
    assert there == pytest.approx(back, abs=5 * (there + back) ** 0.5)


def test_the_seldom_becomes_the_usual_as_often_as_the_usual_the_seldom():
    one, other = (f"A man stands {relation} a wall ." for relation in ("in front of", "behind"))
    captions = [one] * 40 + [other] * 10
    usage = Usage(captions)
    there, back = 40 * reached(one, Kind.SPATIAL, usage)[other], 10 * reached(other, Kind.SPATIAL, usage)[one]
    assert 0.5 < there / back < 2  # the model takes four times for about four times
    assert min(there, back) > 300


def test_what_is_unheard_of_is_hardly_ever_put_in():
    caption = "A man in a red shirt ."
    usage = Usage([caption] * 500 + ["A man in a blue shirt ."] * 500)
    made = reached(caption, Kind.ATTRIBUTE, usage)
    assert made["A man in a blue shirt ."] > 0.9 * made.total() > 0


@pytest.mark.parametrize("kind", KINDS)
def test_words_are_exchanged_and_none_put_in_or_left_out(kind, offered):
    for caption in CAPTIONS:
        for seed in range(50):
            made = exchange(caption, kind, seed, UNREAD)
            if made is not None:
                assert made.kind is kind
                assert made.text != caption
                assert len(made.spans) <= len(words(caption))
                assert caption in offered(made.text, kind)


def test_nothing_comes_of_a_caption_without_exchanges():
    assert exchange("A dog .", Kind.TEXT, 0, UNREAD) is None  # a sign can only be put in
    assert perturb("A dog .", Kind.TEXT, 0) is not None
    assert all(exchange("", kind, 0, UNREAD) is None for kind in KINDS)
    assert reached("A dog runs .", Kind.COUNTING, UNREAD) == {}  # from "two dogs" no way leads back: where two run, one does


def test_the_same_arguments_give_the_same_exchange():
    usage = Usage(CAPTIONS)
    one, again = ([exchange(CAPTIONS[1], kind, seed, usage) for kind in KINDS for seed in range(50)] for _ in range(2))
    assert one == again
    assert any(one)
