"""Captions: where each claim's words stand, and the same sentences saying something else."""

from dataclasses import replace

import pytest

from rewardmodel.scenes import Caption, Scene
from rewardmodel.scenes.captions import Sentence, Word, caption_of
from rewardmodel.scenes.claims import Light, Mention, Related, Sighting

Examples = list[tuple[Scene, Caption]]
DOG, CATS = Mention("dog", 1, "brown"), Mention("cat", 2)
BESIDE = Sentence("{a} {a:be} {r} {b}", (("a", DOG), ("r", Related("dog", "beside", "cat")), ("b", CATS)))
NIGHT = Sentence("it is {l}", (("l", Light(is_night=True)),))


def passages(caption: Caption) -> list[tuple[str, int, str]]:
    return [(caption.text[word.start : word.end], word.claim, word.field) for word in caption.words]


def test_words_are_counted_through_all_sentences():
    caption = caption_of([BESIDE, NIGHT])
    assert caption.text == "A brown dog is next to two cats. It is night."
    assert passages(caption) == [
        ("A", 0, "count"), ("brown", 0, "colour"), ("dog", 0, "noun"), ("next to", 1, "relation"), ("two", 2, "count"),
        ("cats", 2, "noun"), ("night", 3, "is_night"),
    ]  # fmt: skip
    assert caption.claims == (DOG, Related("dog", "beside", "cat"), CATS, Light(is_night=True))


def test_a_joined_sentence_has_no_capital_and_no_period_before_it():
    assert caption_of([replace(NIGHT, is_joined=True), BESIDE]).text == "It is night, and a brown dog is next to two cats."


def test_no_sentence_is_no_text():
    assert caption_of([]) == Caption("", (), ())


def test_other_claims_bring_their_own_agreement():
    said = caption_of([BESIDE]).with_claims([Mention("man", 3), Related("man", "left", "cat"), Mention("umbrella", 1, "orange")])
    assert said.text == "Three men are to the left of an orange umbrella."
    assert said.sentences[0].frame == BESIDE.frame


def test_a_claim_is_said_in_each_hole_of_its_name():
    caption = caption_of([Sentence("{s}: {s}", (("s", Sighting("owl", is_there=False)),))])
    assert caption.text == "No owl: no owl."
    assert [word for word in caption.words if word.field == "noun"] == [Word(3, 6, 0, "noun"), Word(11, 14, 0, "noun")]


@pytest.mark.parametrize("first", range(0, 500, 100))
def test_the_same_claims_say_the_same(examples: Examples, first):
    for _, caption in examples[first : first + 100]:
        assert caption.with_claims(caption.claims) == caption


def test_words_stand_in_order_and_apart(examples: Examples):
    for _, caption in examples[:500]:
        places = [place for word in caption.words for place in (word.start, word.end)]
        assert places == sorted(places)
        assert all(0 <= word.claim < len(caption.claims) for word in caption.words)
        assert all(hasattr(caption.claims[word.claim], word.field) for word in caption.words)
