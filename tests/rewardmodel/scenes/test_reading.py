"""Reading: what captions say comes back as claims, and what a model makes up does not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.scenes import PICTURE_BOOK, describe, make_scene
from rewardmodel.scenes.claims import Featured, Light, Mention, Placed, Related, Setting, Sighting
from rewardmodel.scenes.layout import Box, Group, Scene
from rewardmodel.scenes.reading import Sited, error_count, read
from rewardmodel.scenes.samples import perturbed, scene_of
from rewardmodel.scenes.things import THINGS
from rewardmodel.taxonomy import KINDS

DOGS = Group("dog", "brown", "big", "ground", (Box(10, 80, 40, 110), Box(42, 80, 60, 110)), feature=True)
SCENE = Scene(1, PICTURE_BOOK, "grass", is_night=False, groups=(DOGS,), smalls=())
PHRASES = (
    "there is", "there are", "a dog", "two dogs", "the dogs", "no", "an apple", "in the sky", "on the left", "on the grass",
    "stand", "is", "it", "they", "wear", "hats", "the sign reads", '"STOP"', "a sign", "switched off", "to the left of",
    "a tiny moon", "it is", "night", ".", ", and ", "can be seen", "the picture shows", "a beach", "at night", "with a hat",
    "gives off smoke",
)  # fmt: skip


def claims_of(text: str) -> list:
    return [statement.claims for statement in read(text)]


@pytest.mark.parametrize("first", range(0, 200, 40))
def test_true_captions_are_read_as_they_were_meant(first):
    for number in range(first, first + 40):
        scene = scene_of("validation", number, PICTURE_BOOK)
        caption = describe(scene, number)
        extra = (Sited, Setting)  # what frames say without a claim
        found = [claim for claims in claims_of(caption.text) for claim in claims if not isinstance(claim, extra)]
        meant = [claim for claim in caption.claims if not isinstance(claim, Setting)]
        plain = [replace(claim, says_one=False) if isinstance(claim, Mention) else claim for claim in meant]
        assert sorted(map(str, found)) == sorted(map(str, plain)), caption.text
        assert error_count(scene, caption.text) == 0, caption.text


def test_every_kind_of_error_is_seen():
    for number in range(160):
        scene = scene_of("validation", number, PICTURE_BOOK)
        wrong = perturbed(scene, [KINDS[number % len(KINDS)]], number)
        assert wrong is None or error_count(scene, wrong.text) > 0, wrong.text


def test_statements_say_where_they_stand():
    text = "Two big brown dogs stand on the grass, and it is night. They sing!"
    assert [text[statement.start : statement.end] for statement in read(text)] == [
        "Two big brown dogs stand on the grass",
        "it is night",
        "They sing",
    ]


def test_errors_are_counted_claim_by_claim():
    assert error_count(SCENE, "Two big brown dogs stand on the grass.") == 0
    assert error_count(SCENE, "Two big brown dogs stand on the sand.") == 1
    assert error_count(SCENE, "Three big brown dogs stand on the sand. It is night.") == 3
    assert error_count(SCENE, "Two dogs are switched off. There is a dog to be seen.") == 1  # the first is no language
    assert error_count(SCENE, "") == 0


def test_it_and_they_speak_of_what_came_last():
    dogs, hats = Mention("dog", 2), Featured("dog", 2, has=True)
    text = "There are two dogs on the left. They wear hats. The dogs wear no hats."
    assert claims_of(text) == [(Placed("dog", "left"), dogs), (hats,), (replace(hats, has=False),)]
    assert error_count(SCENE, text) == 1


@pytest.mark.parametrize(
    "text",
    [
        "A cow with a hat stands on the grass",  # a cow never has one
        "They wear hats",  # who?
        "The dogs are next to a cow",
        "A unicorn stands on the grass",
        "A dog a dog a dog",
        'A dog reads "STOP"',
        "A dog with a hat is give off on the grass",
        "It gives off a hat",
    ],
)
def test_what_no_caption_says_is_not_read(text):
    assert claims_of(text) == [None]


def test_relations_and_denials():
    assert claims_of("To the left of a house there is no dog")[0][1] == Related("dog", "left", "house")
    assert claims_of("There is no dog in the picture") == [(Sighting("dog", is_there=False),)]


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_any_text_is_cut_into_statements_in_order(text):
    places = [place for statement in read(text) for place in (statement.start, statement.end)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert all(text[statement.start : statement.end].strip() for statement in read(text))


@given(st.lists(st.sampled_from(PHRASES), min_size=1, max_size=6).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_jumbled_phrases_have_claims_that_can_be_checked_or_none(text):
    for statement in read(text):
        assert 0 <= statement.error_count(SCENE) <= len(statement.claims or ("it cannot be read",))


@given(st.integers(0, 10**12), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_a_true_caption_of_any_seed_has_no_error(scene_seed, seed):
    scene = make_scene(scene_seed)
    assert error_count(scene, describe(scene, seed).text) == 0


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_found_in_a_sentence_that_has_a_span(kind):
    for number in range(40):
        scene = scene_of("test", number, PICTURE_BOOK)
        wrong = perturbed(scene, [kind], number)
        for statement in read(wrong.text) if wrong else ():
            is_marked = any(span.touches(statement.start, statement.end) for span in wrong.spans)
            assert (statement.error_count(scene) > 0) <= is_marked, wrong


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("Two dogs stand on the grass", 0),
        ("two dogs stand on the grass!!", 0),
        ("  Two dogs stand on the grass.\n", 0),
        ("Two dogs stand on the grass. Two dogs stand on the grass.", 0),
        ("TWO DOGS STAND ON THE GRASS.", 1),
        ("Two dogs  stand on the grass.", 1),
        ("\U0001f436 stands on the grass.", 1),
        ("\u05e9\u05e0\u05d9 \u05db\u05dc\u05d1\u05d9\u05dd. It is day.", 1),
        ("...", 0),
        ("Two dogs with hats stand on the grass.", 0),
        ("Two dogs without hats stand on the grass.", 1),
        ("One dog stands on the grass.", 1),
        ("A dog stands in the sky.", 2),
        ("There is no cat in the picture.", 0),
        ("There is no hat in the picture.", 1),
        ("On the left there are two dogs.", 0),
        ("On the right there are two dogs.", 1),
        ("It is day in the picture, and there is no moon to be seen.", 0),
        ("The picture shows a meadow at night.", 1),
        ("The picture shows a beach at night.", 2),
        ('A red sign reads "STOP".', 2),
        ("Two cats stand behind two dogs.", 2),
    ],
)
def test_errors_by_hand(text, errors):
    assert error_count(SCENE, text) == errors


@pytest.mark.parametrize("joint", [". ", "! ", "? ", ", and ", ".\n", "... "])
def test_sentences_end_at_every_sort_of_stop(joint):
    assert claims_of(f"It is day{joint}it is night") == [(Light(is_night=False),), (Light(is_night=True),)]


def test_the_last_that_was_told_of_is_it():
    text = "A dog is on the left. A cow is on the right. It has a bell. The dog wears a hat. It has a bell."
    said = [claims[-1] for claims in claims_of(text)]
    assert said[2:] == [Featured("cow", 1, has=True), Featured("dog", 1, has=True), Featured("cow", 1, has=True)]


def test_every_noun_is_read_in_both_numbers():
    for noun, thing in THINGS.items():
        assert claims_of(f"There is a {noun} on the left. There are two {thing.plural} on the left.") == [
            (Placed(noun, "left"), Mention(noun, 1)),
            (Placed(noun, "left"), Mention(noun, 2)),
        ]
