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


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A dog isn\u2019t running .", {"A dog [is] running ."}),
        ("A DOG ISN'T RUNNING", {"A DOG [IS] RUNNING"}),
        ("Men don\u2019t run .", {"Men [do] run ."}),
        ("There is an apple .", {"There is [no] apple ."}),
        ("There is not a dog .", {"There [is a] dog ."}),
        ("Dogs are in the water .", {"Dogs are [not] in the water ."}),
        ("Without shoes", {"[With] shoes"}),
        ("It is not", {"It [is]"}),
        ("A man does not smile .", {"A man [does smile] ."}),
        (
            "A dog was running and was barking .",
            {"A dog was [not] running and was barking .", "A dog was running and was [not] barking ."},
        ),
        ("A \U0001f436 is\nnot here", {"A \U0001f436 [is here]"}),
    ],
)
def test_denials_of_every_form_are_taken_back_or_put_in(answers, caption, expected):
    assert answers(caption, Kind.COUNTERFACTUAL) == expected


@pytest.mark.parametrize(
    "caption", ["Not a dog .", "not", "Nobody is running .", "No dog runs .", "without", "is", "There is", "A man who is running"]
)
def test_half_a_sentence_and_what_is_denied_already_stay(answers, caption):
    assert answers(caption, Kind.COUNTERFACTUAL) == set()


@pytest.mark.parametrize(
    "caption", ["A dog is running .", "A dog is in the water .", "A man with a hat smiles .", "A man wearing a hat ."]
)
def test_what_was_denied_can_be_taken_back(answers, caption):
    [denied] = answers(caption, Kind.COUNTERFACTUAL)
    plain = denied.replace("[", "").replace("]", "")
    assert caption in {text.replace("[", "").replace("]", "") for text in answers(plain, Kind.COUNTERFACTUAL)}
