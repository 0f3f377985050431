"""Counterfactual: what is so is denied, and what is denied is said, with deletions marked on their seam."""

import pytest

from rewardmodel.taxonomy import Kind


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A dog is not running .", {"A dog [is running] ."}),
        ("A dog isn't running .", {"A dog [is] running ."}),
        ("Dogs aren't running .", {"Dogs [are] running ."}),
        ("A man without a hat .", {"A man [with] a hat ."}),
        ("A man without shoes .", {"A man [with] shoes ."}),
        ("There is a dog .", {"There is [no] dog ."}),
        ("A dog is running .", {"A dog is [not] running ."}),
        ("A woman with a hat smiles .", {"A woman [without] a hat smiles ."}),
        ("A man wearing a hat .", {"A man [not] wearing a hat ."}),
        ("A dog runs .", {"A dog [does not run] ."}),
        ("Two dogs run .", {"Two dogs [do not] run ."}),
        ("Without a hat a man smiles .", {"[With] a hat a man smiles ."}),
    ],
)
def test_negations_turn_what_is_said(answers, caption, expected):
    assert answers(caption, Kind.COUNTERFACTUAL) == expected


@pytest.mark.parametrize(
    "caption",
    [
        "A rock covered with snow",
        "Playing with a ball",
        "A man with another man",
        "A dog",
        "Left with two dogs",
        "With each other",
        "",
    ],
)
def test_what_cannot_be_denied_fluently_stays(answers, caption):
    assert answers(caption, Kind.COUNTERFACTUAL) == set()
