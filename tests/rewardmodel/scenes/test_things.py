"""Things: plurals and sizes by hand, and tables that fit one another."""

from itertools import combinations

import pytest

from rewardmodel.scenes.layout import BASELINES, DRY, HORIZON, ROOF, SIDE
from rewardmodel.scenes.narration import SITES
from rewardmodel.scenes.things import (
    BACKDROP,
    BRIGHT,
    HABITAT,
    RIDERS,
    SCALE,
    SETTINGS,
    SIGN_WORDS,
    SKIES,
    SMALLS,
    THINGS,
    Thing,
    family,
    nouns_of,
)


@pytest.mark.parametrize(
    ("noun", "plural"),
    [
        ("dog", "dogs"), ("bus", "buses"), ("box", "boxes"), ("bench", "benches"), ("horse", "horses"), ("man", "men"),
        ("woman", "women"), ("fish", "fish"), ("boy", "boys"), ("house", "houses"),
    ],
)  # fmt: skip
def test_plurals_by_hand(noun, plural):
    thing = THINGS.get(noun) or Thing(noun, 10, 10)
    assert thing.plural == plural


def test_plurals_are_no_other_nouns():
    plurals = [thing.plural for thing in THINGS.values()]
    assert len(set(plurals)) == len(plurals)
    assert set(plurals) & set(THINGS) == {"fish"}


@pytest.mark.parametrize(
    ("noun", "size", "extent"),
    [
        ("dog", "", (40, 32)),
        ("dog", "big", (45, 36)),
        ("dog", "small", (26, 21)),
        ("train", "big", (60, 36)),
        ("man", "", (28, 54)),
    ],
)
def test_extents_by_hand(noun, size, extent):
    assert THINGS[noun].extent(size) == extent


def test_a_size_that_there_is_not_is_an_error():
    with pytest.raises(KeyError, match="huge"):
        THINGS["dog"].extent("huge")


@pytest.mark.parametrize("noun", sorted(THINGS))
def test_a_thing_is_written_in_small_letters_and_comes_in_known_colours(noun):
    thing = THINGS[noun]
    assert noun == thing.noun == noun.lower()
    assert set(thing.colours) <= set(BRIGHT)
    assert len(thing.colours) >= 3  # else a wrong colour would be known by its right one
    assert all(side <= SIDE - 6 for size in SCALE for side in thing.extent(size))


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_noun_is_at_home_once_in_a_setting(setting):
    nouns = nouns_of(setting)
    assert len(set(nouns)) == len(nouns)
    assert set(nouns) <= set(THINGS) - {"sign"}  # it has a place of its own


def test_every_noun_is_at_home_somewhere_but_for_the_sign():
    assert {noun for setting in SETTINGS for noun in nouns_of(setting)} == set(THINGS) - {"sign"}


@pytest.mark.parametrize(
    ("setting", "noun", "expected"),
    [
        ("grass", "dog", ("dog", "cat", "horse", "cow", "duck", "rabbit")),
        ("beach", "duck", ("boat", "fish", "duck")),
        ("room", "clock", ("clock", "hat", "kite")),
        ("street", "bird", ("kite", "balloon", "plane", "bird")),
        ("room", "bird", ("bird",)),  # a guest, on a table
        ("snow", "sign", ("sign",)),
    ],
)
def test_families_by_hand(setting, noun, expected):
    assert family(setting, noun) == expected


@pytest.mark.parametrize("setting", SETTINGS)
def test_whoever_is_of_a_family_has_that_family(setting):
    for noun in nouns_of(setting):
        assert all(family(setting, other) == family(setting, noun) for other in family(setting, noun))
        assert len(family(setting, noun)) > 1  # else nothing could be put in its place


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_has_all_that_a_scene_and_its_caption_need(setting):
    assert set(BASELINES[setting]) == set(HABITAT[setting])
    assert {"ground", "distance", "wall"} >= set(BACKDROP[setting]) > {"ground"}
    assert HORIZON[setting] < DRY[setting] < SIDE
    assert SITES[setting]
    for bands in BASELINES[setting].values():
        assert all(low <= high < SIDE for low, high in bands)


def test_what_is_small_has_a_size_and_a_place():
    placed = {noun for setting in SETTINGS for nouns in BACKDROP[setting].values() for noun in nouns}
    assert placed | {noun for nouns in SKIES.values() for noun in nouns} == set(SMALLS)
    assert all(8 <= side <= 22 for extent in SMALLS.values() for side in extent)


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_small_noun_is_in_two_places_of_a_setting(setting):
    places = [*BACKDROP[setting].values(), *(SKIES.values() if setting != "room" else ())]
    for one, two in combinations(places, 2):
        assert not set(one) & set(two) or one in SKIES.values()  # clouds come by day and by night


@pytest.mark.parametrize("base", sorted(RIDERS))
def test_riders_are_things_that_find_room_on_their_base(base):
    assert base in ROOF
    width = THINGS[base].extent("big")[0]
    for noun in RIDERS[base]:
        assert noun != base
        assert THINGS[noun].extent("small")[0] <= 0.8 * width, noun


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_has_something_to_ride_on(setting):
    assert set(RIDERS) & set(nouns_of(setting))


def test_words_on_signs_are_short_capitals_and_no_two_the_same():
    assert len(set(SIGN_WORDS)) == len(SIGN_WORDS)
    assert all(word.isupper() and word.isalpha() and 2 <= len(word) <= 5 for word in SIGN_WORDS)
