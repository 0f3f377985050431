"""Choices: another word in the place of one, with its capitals and the article before it."""

import pytest

from rewardmodel.perturbations.choices import Choice, reworded
from rewardmodel.perturbations.perturbed import Edit
from rewardmodel.perturbations.phrases import read


@pytest.mark.parametrize(
    ("text", "index", "word", "expected"),
    [
        ("A dog", 1, "cat", Edit(2, 5, "cat")),
        ("A dog", 1, "owl", Edit(0, 5, "An owl")),
        ("an  owl", 1, "cat", Edit(0, 7, "a  cat")),
        ("An\nOwl", 1, "dog", Edit(0, 6, "A\nDog")),
        ("The dog", 1, "owl", Edit(4, 7, "owl")),
        ("Dog", 0, "owl", Edit(0, 3, "Owl")),
        ("A DOG", 1, "cat", Edit(2, 5, "CAT")),
        ("A red dog", 2, "owl", Edit(6, 9, "owl")),  # the article stands before another word
        ("\U0001f436 a dog", 2, "owl", Edit(2, 7, "an owl")),
        ("A hot dog", 1, "apple", Edit(0, 9, "An apple")),  # a compound is one token
    ],
)
def test_reworded_changes_the_article_only_where_it_must(text, index, word, expected):
    assert reworded(read(text), index, word) == expected


def test_a_choice_is_as_likely_as_any_other_unless_it_is_told():
    assert Choice((Edit(0, 1, "x"),)).weight == 1.0
