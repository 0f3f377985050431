"""What a model guesses into a passage is refused where it surely makes no sentence, and only there."""

import pytest

from rewardmodel.perturbations.fitting import fits, is_vaguer, is_whole
from rewardmodel.perturbations.perturbed import Edit


def passage(marked):
    """A text without the brackets around its passage, and the passage."""
    return marked.replace("[", "").replace("]", ""), marked.index("["), marked.index("]") - 1


@pytest.mark.parametrize(
    ("marked", "word", "may"),
    [
        ("There are [two] big pink birds.", "three", True),
        ("There are [two] big pink birds.", "are", False),
        ("There are [two] big pink birds.", "a", True),
        ("[Two] big buses stand.", "A", True),
        ("Two big [buses] stand.", "bus", False),
        ("Two big [buses] stand.", "trucks", True),
        ("there are three big white [kites] on the left.", "are", False),
        ("there are three blue [clocks] above", "They", False),
        ("ands to the right of the three purple [trains].", "purple", False),
        ("there is [one plane].", "picture", False),
        ("there is [one plane].", "seen", False),
        ("there is [one plane].", "a wombat", True),
        ("there is [one plane].", "a rabbit", True),
        ("A chair is [to the right] of a white sign.", "to the left", True),
        ("A chair is [to the right] of a white sign.", "next", False),
        ("A car stands [in front of] a red sign", "to right to", False),
        ("A car stands [in front of] a red sign", "behind", True),
        ("A car stands [in front of] a red sign", "below the", False),
        ("A car stands [in front of] a red sign", "in front middle", False),
        ("A sign to the [left of] two red flowers", "right of", True),
        ("A sign is to [the left] of the tree", "right", False),
        ("A sign is to [the left] of the tree", "the right", True),
        ("A bird sits [in the middle] of it.", "on the right", True),
        ("A bird sits on the [right].", "left", True),
        ("A bird sits on the [right].", "grass", True),
        ("A bird sits on the [right].", "room", True),
        ("To the [left] of a black rabbit", "right", True),
        ("Three [small] balls", "big", True),
        ("Three [small] balls", "are", False),
        ("a [red] dog", "blue", True),
        ("a red [dog]", "cat", True),
        ("a red [dog]", "wombat", True),
        ("a red [dog]", "dogs", False),
        ('The sign reads "[SALE]".', "EXIT", True),
        ('The sign reads "[OPEN]".', "HOTEL", True),
        ('The sign reads "[OPEN]".', "hotel", False),
        ("behind [one] green table.", "a", False),  # that is one as well
        ("There is [one boy].", "a boy", False),
        ("behind [one] green table.", "no", True),
        ("behind [two] green tables.", "Three", False),
        ("There is [no] owl.", "an", True),
        ("There is [no] owl.", "a", False),
        ("[Two] owls sit.", "three", False),
        ("[Two] owls sit.", "Three", True),
        ("behind [one] green table.", "two", True),
        ("behind [one] green table.", "the", True),
        ("a dog [on] the grass", "in", True),
        ("a dog [with] a hat", "without", True),
        ("A dog [runs] on the grass", "sits", True),
        ("A black sign is [to the right of] a chair", "next to", True),
        ("Two men [in orange] run .", "with hats", True),
    ],
)
def test_a_guess_may_stand_where_it_makes_a_sentence(marked, word, may):
    text, start, end = passage(marked)
    assert fits(text, Edit(start, end, word)) is may


@pytest.mark.parametrize(
    ("marked", "word", "whole"),
    [
        ("There are [two] big pink birds.", "three", True),
        ("There are [two] big pink birds.", "a", False),
        ("behind [one] green table.", "two", False),
        ("behind [one] green table.", "the", True),
        ("a red [dog]", "cat", True),
        ("a [red dog]", "", True),
    ],
)
def test_a_number_is_whole_where_its_noun_agrees(marked, word, whole):
    text, start, end = passage(marked)
    assert is_whole(text, Edit(start, end, word)) is whole


@pytest.mark.parametrize(
    ("marked", "word", "vaguer"),
    [
        ("There are [two] pink birds.", "the", True),
        ("There are [two] pink birds.", "three", False),
        ("There are [two birds].", "the bird", False),
        ("[The] birds sing.", "Two", False),
        ("There are [two] pink birds.", "", False),  # leaving out is another matter
        ("a [red] dog", "blue", False),
    ],
)
def test_who_says_the_says_no_number(marked, word, vaguer):
    text, start, end = passage(marked)
    assert is_vaguer(text, Edit(start, end, word)) is vaguer


def test_leaving_out_always_may():
    assert fits("Two dogs run.", Edit(0, 4, ""))


@pytest.mark.parametrize("marked", ["[x]", "[...] dogs", "a [\u72ac]", "[\U0001f415] runs"])
def test_what_is_no_english_is_left_alone(marked):
    text, start, end = passage(marked)
    assert fits(text, Edit(start, end, "\u732b"))
