"""Alternatives: what else a passage could say, in agreement with what stands around it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.perturbations.alternatives import agreed, alternatives, applied, deletion, distinct
from rewardmodel.perturbations.perturbed import Edit

CHUNKS = (
    "A red dog", "an old owl", "Two dogs", "sit", "runs", "on the grass", "next to a tree", "without a hat",
    "with two \U0001f436", "is not running", "There is no chair", 'reads "STOP"', "in the background",
    "to the left of", ".", "\u05db\u05dc\u05d1", "3",
)  # fmt: skip


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
        ("There is one cat on the left.", "one", "There are two cats on the left."),
        ("There are three men without hats here.", "three", "There is a man without a hat here."),
        ("One orange cat with a hat is behind a girl.", "One", "Three orange cats with hats are behind a girl."),
        ("There are two cows without bells here.", "two", "There is a cow without a bell here."),
        ("A chair without a cushion stands here.", "A", "Two chairs without cushions stand here."),
        ("Two men with white hats run.", "Two", "One man with a white hat runs."),
        ("Two cups with milk are here.", "Two", "A cup with milk is here."),
        ("Two men with a dog run.", "Two", "A man with a dog runs."),
        ("A bird in a tree sings.", "A", "Two birds in a tree sing."),
        ("A sign is above the one black cat.", "one", "A sign is above the three black cats."),
        ("A dog sits and two cats run.", "two", "A dog sits and a cat runs."),
        ("A child holds a ball that is red.", "a", "A child holds two balls that is red."),  # what follows a "that" is left alone
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


def test_what_has_no_singular_stays_many():
    assert not any("A glasses" in text or "One glasses" in text for text in said("Two glasses lie here.", "Two"))


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


@pytest.mark.parametrize("text", ["A dog\u00a0sits", "  A red\n\ndog ", "\U0001f436 sits on a mat"])
def test_white_space_says_nothing_and_cannot_be_deleted(text):
    gaps = [place for place, character in enumerate(text) if character.isspace()]
    assert [alternatives(text, place, place + 1) for place in gaps] == [[]] * len(gaps)
    assert [deletion(text, place, place + 1) for place in gaps] == [None] * len(gaps)


@pytest.mark.parametrize(("start", "end"), [(2, 2), (3, 2), (-1, 2), (0, 7), (0, 0)])
def test_alternatives_name_the_range_that_cannot_be(start, end):
    with pytest.raises(ValueError, match=rf"got \[{start}, {end}\)"):
        alternatives("A dog.", start, end)


@given(st.lists(st.sampled_from(CHUNKS), min_size=1, max_size=7).map(" ".join), st.data())
@settings(max_examples=60, deadline=None)
def test_alternatives_leave_all_but_their_edit_and_never_repeat_themselves(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    edits = alternatives(text, start, end)
    made = [applied(text, edit) for edit in edits]
    assert len({text, *made}) == len(made) + 1
    # a passage inside a word is put in whole: an edit may only be wider than what was asked
    assert all(edit.start <= start and end <= edit.end for edit in edits)
    assert edits == alternatives(text, start, end)


@given(st.lists(st.sampled_from(CHUNKS), min_size=1, max_size=7).map(" ".join), st.data())
@settings(max_examples=60, deadline=None)
def test_deletion_takes_words_away_and_puts_none_in(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    edit = deletion(text, start, end)
    if edit is not None:
        left = applied(text, edit).lower().split()
        assert len(left) < len(text.split())
        assert {word for word in left if word not in {"a", "an"}} <= {word.strip() for word in text.lower().split()}


@pytest.mark.parametrize(
    ("text", "passage", "expected"),
    [
        ("A DOG SITS.", "DOG", "A CAT SITS."),
        ("The Dog sits.", "The", None),
        ("Red dogs sit.", "Red", "Blue dogs sit."),
        ("Two dogs\nsit.", "Two", "Three dogs\nsit."),
        ("A sign reads \u201cSTOP\u201d.", "STOP", "A sign reads \u201cEXIT\u201d."),
        ("A \U0001f436 and a red dog sit.", "red", "A \U0001f436 and a blue dog sit."),
        ("A dog isn\u2019t running.", "isn\u2019t", "A dog is running."),
    ],
)
def test_alternatives_keep_capitals_lines_and_signs(text, passage, expected):
    found = said(text, passage)
    assert found == [] if expected is None else expected in found


@pytest.mark.parametrize(
    ("text", "edit", "expected"),
    [
        ("AN owl", Edit(3, 6, "CAT"), Edit(0, 6, "A CAT")),
        ("Is it an  owl", Edit(10, 13, "cat"), Edit(6, 13, "a  cat")),
        ("A dog", Edit(2, 5, ""), Edit(2, 5, "")),
        ("A dog", Edit(2, 5, "\U0001f436"), Edit(2, 5, "\U0001f436")),
        ("Pizza dog", Edit(6, 9, "owl"), Edit(6, 9, "owl")),  # "a" ends a word here
        ("owl", Edit(0, 3, "cat"), Edit(0, 3, "cat")),
    ],
)
def test_agreed_keeps_the_white_space_and_looks_at_whole_words(text, edit, expected):
    assert agreed(text, edit) == expected


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit(0, 0, "x"), "xA dog"),
        (Edit(2, 5, ""), "A "),
        (Edit(5, 5, "!"), "A dog!"),
        (Edit(0, 5, ""), ""),
        (Edit(2, 5, "\u05db"), "A \u05db"),
    ],
)
def test_applied_replaces_inserts_and_deletes(edit, expected):
    assert applied("A dog", edit) == expected


@pytest.mark.parametrize(("passage", "expected"), [((3, 5), "A dog sits next to a tree"), ((15, 26), "A red dog sits")])
def test_deletion_takes_whole_words_where_a_passage_ends_inside_one(passage, expected):
    edit = deletion("A red dog sits next to a tree", *passage)
    assert edit is not None
    assert applied("A red dog sits next to a tree", edit) == expected
