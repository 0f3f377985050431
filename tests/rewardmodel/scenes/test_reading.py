"""Reading: what captions say comes back as claims, and what a model makes up does not."""

from dataclasses import replace

import pytest

from rewardmodel.scenes import PICTURE_BOOK, describe
from rewardmodel.scenes.claims import Featured, Mention, Placed, Related, Setting, Sighting
from rewardmodel.scenes.layout import Box, Group, Scene
from rewardmodel.scenes.reading import Sited, error_count, read
from rewardmodel.scenes.samples import perturbed, scene_of
from rewardmodel.taxonomy import KINDS

DOGS = Group("dog", "brown", "big", "ground", (Box(10, 80, 40, 110), Box(42, 80, 60, 110)), feature=True)
SCENE = Scene(1, PICTURE_BOOK, "grass", is_night=False, groups=(DOGS,), smalls=())


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
