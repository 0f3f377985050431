"""Alternatives: what else a passage could say, in agreement with what stands around it."""

import pytest

from rewardmodel.perturbations.alternatives import agreed, alternatives, applied, deletion, distinct
from rewardmodel.perturbations.perturbed import Edit


def said(text: str, passage: str) -> list[str]:
    """The texts that the alternatives to a passage make."""
    start = text.index(passage)
    return [applied(text, edit) for edit in alternatives(text, start, start + len(passage))]


@pytest.mark.parametrize(
    ("text", "passage", "expected"),
    [
        ("A red dog sits.", "red", "A brown dog sits."),
        ("A red dog sits.", "red", "An orange dog sits."),
        ("An orange kite flies.", "orange", "A red kite flies."),
        ("Two red dogs sit on the grass.", "dogs", "Two red cats sit on the grass."),
        ("A dog sits on the grass.", "dog", "An elephant sits on the grass."),
        ("Two dogs sit on the grass.", "Two", "Three dogs sit on the grass."),
        ("Two dogs sit on the grass.", "Two", "One dog sits on the grass."),
        ("Two dogs sit on the grass.", "Two dogs", "A dog sits on the grass."),
        ("A dog sits on the grass.", "A", "Two dogs sit on the grass."),
        ("Below two big orange birds there is a sign.", "two", "Below one big orange bird there is a sign."),
        ("A sign is above the two black cats.", "two", "A sign is above the black cat."),
        ("Below an orange bird there is a sign.", "an", "Below two orange birds there is a sign."),
        ("A cup is to the left of a box.", "left", "A cup is to the right of a box."),
        ("A cup is to the left of a box.", "left", "A cup is in front of a box."),
        ("In the middle there is a cup.", "In the middle", "On the right there is a cup."),
        ("A dog jumps into the water.", "into", "A dog jumps out of the water."),
        ('A sign reads "STOP".', "STOP", 'A sign reads "EXIT".'),
        ("A man with a hat waits.", "with", "A man without a hat waits."),
        ("There is no chair.", "no chair", "There is a chair."),
        ("There is no apple.", "no", "There is an apple."),
        ("A chair can be seen.", "A chair", "No chair can be seen."),
    ],
)
def test_alternatives_agree_with_what_stands_around_them(text, passage, expected):
    assert expected in said(text, passage)


def test_alternatives_offer_what_may_be_just_as_true_but_not_the_passage_itself():
    found = said("A brown dog sits.", "brown")
    assert "A tan dog sits." in found
    assert "A brown dog sits." not in found
    assert len(found) == len(set(found))


def test_alternatives_put_no_article_behind_another():
    assert "A sign is above the a black cat." not in said("A sign is above the two black cats.", "two")


def test_alternatives_to_a_word_that_nothing_is_known_of_are_none():
    assert alternatives("A zorg sits.", 2, 6) == []


def test_alternatives_refuse_a_passage_outside_the_text():
    with pytest.raises(ValueError, match=r"0 <= start < end <= 6, got \[3, 9\)"):
        alternatives("A dog.", 3, 9)


@pytest.mark.parametrize(
    ("text", "passage", "expected"),
    [
        ("A red dog sits.", "red", "A dog sits."),
        ("A red apple lies there.", "red", "An apple lies there."),
        ("Big dogs sit.", "Big", "Dogs sit."),
        ("A dog sits with a hat. It is day.", "with a hat", "A dog sits. It is day."),
        ("A dog sits next to a tree", "next to a tree", "A dog sits"),
    ],
)
def test_deletion_leaves_a_sentence(text, passage, expected):
    start = text.index(passage)
    edit = deletion(text, start, start + len(passage))
    assert edit is not None
    assert applied(text, edit) == expected


@pytest.mark.parametrize("passage", ["dog", "A red dog", "sits", "Next to", "Next to a tree"])
def test_deletion_of_what_a_sentence_needs_is_refused(passage):
    text = "Next to a tree sits a fish. A red dog sits."
    start = text.index(passage)
    assert deletion(text, start, start + len(passage)) is None


def test_agreed_changes_the_article_only_where_it_must():
    assert agreed("A dog", Edit(2, 5, "owl")) == Edit(0, 5, "An owl")
    assert agreed("A dog", Edit(2, 5, "cat")) == Edit(2, 5, "cat")
    assert agreed("The dog", Edit(4, 7, "owl")) == Edit(4, 7, "owl")


def test_distinct_keeps_the_first_of_each_text_and_no_edit_that_changes_nothing():
    text = "A dog"
    assert distinct(text, [Edit(2, 5, "cat"), Edit(0, 5, "A cat"), Edit(2, 5, "dog")]) == [Edit(2, 5, "cat")]
