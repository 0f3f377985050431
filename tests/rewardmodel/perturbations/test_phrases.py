"""Reading: which words are nouns, verbs and names, and where noun phrases begin and end."""

import pytest

from rewardmodel.perturbations.phrases import read


def phrases(text: str) -> list[str]:
    caption = read(text)
    return [text[caption.tokens[phrase.first].start : caption.tokens[phrase.head].end] for phrase in caption.phrases]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A black dog runs on the beach .", ["A black dog", "the beach"]),
        ("A black and white dog", ["A black and white dog"]),
        ("Two men in red shirts", ["Two men", "red shirts"]),
        ("A fire truck next to a hot dog wagonmaker", ["A fire truck"]),
        ("A polar bear swims", ["A polar bear"]),
        ("A man watches a train", ["A man", "a train"]),
        ("A boy throws a tennis ball", ["A boy", "a tennis ball"]),
        ("The man left the house", ["the house"]),
        ("A dog collar", []),
        ("Mr. Brown walks with a dog", ["a dog"]),
        ("Tiger Woods plays golf", ["golf"]),
    ],
)
def test_phrases_are_found_where_they_are_understood(text, expected):
    assert phrases(text) == expected


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [("A dog runs", 2, True), ("The runs of a man", 1, False), ("A man watches a dog", 2, True), ("A man in waves", 3, False)],
)
def test_verbs_are_told_from_nouns(text, index, expected):
    assert read(text).is_verb(index) is expected


@pytest.mark.parametrize(("text", "index", "expected"), [("A Brown dog", 1, True), ("Brown dog", 0, False), ("A STOP", 1, False)])
def test_names_have_capitals_in_mid_sentence(text, index, expected):
    assert read(text).is_name(index) is expected
