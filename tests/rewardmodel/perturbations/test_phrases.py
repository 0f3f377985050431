"""Reading: which words are nouns, verbs and names, and where noun phrases begin and end."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.perturbations.phrases import read

PIECES = (
    "A",
    "two",
    "3",
    "red",
    "dogs",
    "dog",
    "hot dog",
    "of",
    "runs",
    "Mr.",
    "Brown",
    "and",
    ",",
    "the",
    "his",
    "wooden",
    "\U0001f436",
)


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


@given(st.text())
@settings(deadline=None)
def test_tokens_stand_in_order_and_leave_out_white_space_alone(text):
    tokens, done = read(text).tokens, 0
    for token in tokens:
        assert not text[done : token.start].strip()
        assert text[token.start : token.end] == token.text
        assert token.text.lower() == token.lower
        done = token.end
    assert not text[done:].strip()


@given(st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join))
@settings(deadline=None)
def test_phrases_are_in_order_and_inside_the_caption(text):
    caption = read(text)
    for phrase in caption.phrases:
        assert 0 <= phrase.first <= phrase.head < len(caption.tokens)
        assert phrase.determiner in {None, phrase.first}
        assert phrase.noun.lemma in caption.words
    heads = [phrase.head for phrase in caption.phrases]
    assert heads == sorted(set(heads))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\U0001f436", []),
        ("TWO MEN IN RED SHIRTS", ["TWO MEN", "RED SHIRTS"]),
        ("A  black\n dog", ["A  black\n dog"]),
        ("the dog, the cat and the cow!", ["the dog", "the cat", "the cow"]),
        ("2 dogs and \u0663 cats", ["2 dogs", "\u0663 cats"]),
        ("\u00b2 dogs", ["dogs"]),
        ("A dog\u2019s tail", []),
        ("A very small brown dog", ["A very small brown dog"]),
    ],
)
def test_phrases_of_any_case_spacing_and_script(text, expected):
    assert phrases(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a hot dog", ["a", "hot dog"]),
        ("an ice cream cone", ["an", "ice cream cone"]),
        ("no one is here", ["no one", "is", "here"]),
        ("it's 3:15, isn\u2019t it?", ["it's", "3:15", ",", "isn\u2019t", "it", "?"]),
        ("well-lit t-shirt", ["well-lit", "t-shirt"]),
        ("a_b", ["a", "_", "b"]),
    ],
)
def test_compounds_figures_and_contractions_are_one_token(text, expected):
    assert [token.text for token in read(text).tokens] == expected


@pytest.mark.parametrize(
    ("text", "index", "expected"), [("A dog. A cat", 3, True), ("Mr. Brown", 2, False), ("A dog", 1, False), ("Hi! A", 2, True)]
)
def test_sentences_start_behind_stops_but_not_behind_titles(text, index, expected):
    assert read(text).is_sentence_start(index) is expected


@pytest.mark.parametrize("index", [-1, 2, 99])
def test_outside_the_caption_there_is_no_word(index):
    assert read("A dog").lower(index) == ""


def test_words_hold_plain_forms_and_parts():
    assert {"men", "man", "hot dogs", "hot", "dogs"} <= read("Men eat hot dogs").words
