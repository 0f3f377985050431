"""The difference of two captions: which words count as wrong, and whose form the text keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.perturbations.writer_diff import Difference
from rewardmodel.taxonomy import Kind

WORDS = st.lists(st.sampled_from(["a", "an", "red", "dog", "sits", '"STOP"', "left", "of", "it's", "犬"]), min_size=1, max_size=9)


def marks(caption: str, rewritten: str) -> tuple[str, list[str]]:
    """The text, and what is marked in it."""
    perturbed = Difference(caption, rewritten).marked(Kind.OBJECT)
    assert perturbed is not None
    return perturbed.text, [perturbed.text[span.start : span.end] for span in perturbed.spans]


@pytest.mark.parametrize(
    ("caption", "rewritten", "marked"),
    [
        ("A dog runs.", "A cat runs.", ["cat"]),
        ("A dog runs.", "An elephant runs.", ["elephant"]),  # the article follows from the noun
        ("A dog and a cat.", "A cow and a pig.", ["cow", "pig"]),
        ("A man left of a car.", "A man right of a car.", ["right"]),
        ("A dog runs.", "A small brown dog runs.", ["small brown"]),
        ("A red cup on a blue plate.", "A blue cup on a red plate.", ["blue", "red"]),
        ("A cup behind a jug.", "A cup in front of a jug.", ["in front of"]),
        ('A sign reads "STOP".', 'A sign reads "YIELD".', ["YIELD"]),
        ("A woman holds a mug.", 'A woman holds a mug that reads "TEA".', ['that reads "TEA"']),
        ("A woman holds a mug.", "A woman holds a mug that reads \u201cTEA\u201d.", ["that reads \u201cTEA\u201d"]),
        ("A lamp.", "No lamp.", ["No"]),
        ("狗在草地上。", "猫在草地上。", ["猫"]),
    ],
)
def test_changed_words_are_marked(caption, rewritten, marked):
    assert marks(caption, rewritten) == (rewritten, marked)


@pytest.mark.parametrize(
    ("caption", "rewritten", "marked"),
    [
        ("A dog with a hat runs.", "A dog runs.", ["dog runs"]),
        ("A guard with a sword.", "A guard.", ["guard"]),
        ("Small dogs run.", "Dogs run.", ["Dogs"]),
    ],
)
def test_a_deletion_is_marked_on_its_seam(caption, rewritten, marked):
    assert marks(caption, rewritten) == (rewritten, marked)


@pytest.mark.parametrize(
    ("rewritten", "text"),
    [
        ("The dog sits on a rug, asleep.", "The  dog sits on a rug , asleep ."),
        ("the dog sits on a rug , asleep", "The  dog sits on a rug , asleep ."),
        ("The dog sits on a MAT, awake!", "The  dog sits on a mat , awake! ."),
        ("The dog sits on a mat.", "The  dog sits on a mat ."),
        ("A dog sits on a mat, asleep.", "A  dog sits on a mat , asleep ."),
    ],
)
def test_text_keeps_the_form_of_the_caption_where_no_word_changed(rewritten, text):
    assert marks("The  dog sits on a mat , asleep .", rewritten)[0] == text


@pytest.mark.parametrize(
    ("caption", "rewritten", "text"),
    [
        ("A dog on a mat", "A dog on a rug.", "A dog on a rug"),
        ("A woman holds a mug .", 'A woman holds a mug that reads "TEA".', 'A woman holds a mug that reads "TEA" .'),
        ("The sky is clear.", "Behind it the sky is clear.", "Behind it the sky is clear."),
        ("A man isn\u2019t here .", "A man isn't there.", "A man isn\u2019t there ."),
    ],
)
def test_text_ends_and_begins_as_it_should(caption, rewritten, text):
    assert marks(caption, rewritten)[0] == text


@pytest.mark.parametrize("rewritten", ["A dog runs .", "a DOG runs", "A dog, runs!", "An dog runs.", "", " . "])
def test_nothing_is_marked_where_no_word_changed_or_none_is_left(rewritten):
    assert Difference("A dog runs.", rewritten).marked(Kind.OBJECT) is None


def test_share_counts_changed_words_of_the_longer_text():
    assert Difference("A dog runs fast.", "A cat runs fast.").share == 0.25
    assert Difference("A dog runs.", "A big dog runs.").share == 0.25
    assert Difference("A dog runs fast.", "Two.").share == 1.0
    assert Difference("One dog.", "One dog.").share == 0.0


@given(WORDS, WORDS)
def test_whatever_changed_is_marked_and_the_words_are_those_of_the_rewritten_form(old, new):
    caption, rewritten = " ".join(old), " ".join(new)
    difference = Difference(caption, rewritten)
    perturbed = difference.marked(Kind.TEXT)
    if perturbed is None:
        assert difference.changed_words == 0
        return
    assert Difference(rewritten, perturbed.text).changed_words == 0
    assert all(perturbed.text[span.start : span.end].strip() for span in perturbed.spans)
