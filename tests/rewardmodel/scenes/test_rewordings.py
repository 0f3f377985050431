"""Rewordings on a scene made by hand: each kind changes its own fields, to what the picture does not show."""

from random import Random

import pytest

from rewardmodel.scenes import PICTURE_BOOK, Caption, Scene
from rewardmodel.scenes.claims import RELATIONS, Backdrop, Featured, Light, Mention, Placed, Reads, Related, Sighting, is_related
from rewardmodel.scenes.layout import Box, Group, Small, fits
from rewardmodel.scenes.rewordings import REWORDINGS, Source, other_relations
from rewardmodel.scenes.things import BACKDROP, SIGN_WORDS, THINGS, family
from rewardmodel.taxonomy import Kind

Examples = list[tuple[Scene, Caption]]
DOG = Group("dog", "brown", "small", "ground", (Box(4, 98, 30, 120),), feature=True)
HORSE = Group("horse", "black", "big", "ground", (Box(70, 80, 120, 122),))
TABLE = Group("table", "blue", "big", "ground", (Box(36, 90, 66, 122),))
CUP = Group("cup", "pink", "small", "ground", (Box(40, 76, 58, 93),), feature=False, rests="on", base="table")
SIGN = Group("sign", "red", "", "ground", (Box(108, 44, 126, 82),), text="ZOO")
TENT = Small("tent", "distance", Box(10, 50, 27, 63))
SCENE = Scene(0, PICTURE_BOOK, "grass", False, (DOG, HORSE, TABLE, CUP, SIGN), (TENT,))


def reworded(kind: Kind, *claims, draws: int = 40) -> set:
    """All that a kind makes of claims in many draws."""
    return {made for seed in range(draws) for made in map(tuple, REWORDINGS[kind](Source(SCENE, claims, Random(seed))))}


def test_a_place_gives_way_to_the_others_that_are_clearly_wrong():
    assert reworded(Kind.SPATIAL, Placed("dog", "left")) == {(Placed("dog", place),) for place in ("right", "middle")}


def test_on_a_table_gives_way_to_under_it_and_back():
    assert other_relations(CUP, "on", TABLE) == ["under"]
    assert other_relations(CUP, "under", TABLE) == ["on"]
    assert reworded(Kind.SPATIAL, Related("cup", "on", "table")) == {(Related("cup", "under", "table"),)}


def test_another_relation_never_holds(examples: Examples):
    for scene, _ in examples[:400]:
        for group in scene.groups:
            for other in scene.groups:
                for relation in RELATIONS:
                    if group is not other and is_related(group, relation, other):
                        assert relation not in other_relations(group, relation, other)


def test_a_colour_gives_way_to_the_others_of_its_noun():
    made = reworded(Kind.ATTRIBUTE, Mention("dog", 1, "brown"))
    assert made == {(Mention("dog", 1, colour),) for colour in THINGS["dog"].colours if colour != "brown"}


@pytest.mark.parametrize(("noun", "size", "expected"), [("dog", "small", {"big"}), ("table", "big", set())])
def test_a_size_gives_way_to_the_other_unless_something_rests_there(noun, size, expected):
    assert {claim.size for (claim,) in reworded(Kind.ATTRIBUTE, Mention(noun, 1, size=size))} == expected


def test_day_gives_way_to_night_unless_the_sun_is_told_of():
    light = Light(is_night=False)
    assert reworded(Kind.ATTRIBUTE, light) == {(Light(is_night=True),)}
    assert reworded(Kind.ATTRIBUTE, light, Sighting("sun", is_there=False)) == set()


def test_bindings_exchange_colours_and_sizes_one_sort_at_a_time():
    dog, horse = Mention("dog", 1, "brown", "small"), Mention("horse", 1, "black", "big")
    assert reworded(Kind.BINDING, dog, horse) == {
        (Mention("dog", 1, "black", "small"), Mention("horse", 1, "brown", "big")),
        (Mention("dog", 1, "brown", "big"), Mention("horse", 1, "black", "small")),
    }
    assert reworded(Kind.BINDING, dog) == set()
    assert reworded(Kind.BINDING, Mention("dog", 1, "brown"), Mention("table", 1, "blue")) == set()  # no dog is blue


def test_a_binding_twice_is_what_it_was():
    claims = (Mention("dog", 1, "brown"), Mention("horse", 1, "black"))
    [swapped] = reworded(Kind.BINDING, *claims)
    assert reworded(Kind.BINDING, *swapped) == {claims}


def test_a_noun_gives_way_to_its_family_wherever_it_stands():
    made = reworded(Kind.OBJECT, Mention("dog", 1), Related("dog", "left", "horse"), Mention("horse", 1))
    renamed = {first.noun for first, _, last in made if last.noun == "horse"}
    assert renamed == set(family("grass", "dog")) - {"dog", "horse"}
    assert all((relation.noun, relation.other) == (first.noun, last.noun) for first, relation, last in made)


def test_a_noun_never_gives_way_to_one_that_cannot_have_what_is_said_of_it():
    assert {first.noun for first, _ in reworded(Kind.OBJECT, Mention("dog", 1), Featured("dog", 1, has=True))} == {"cat", "duck"}
    assert {claim.noun for (claim,) in reworded(Kind.OBJECT, Mention("dog", 1, "black"))} == {"cat", "cow", "rabbit"}


def test_what_was_denied_is_not_put_in():
    made = reworded(Kind.OBJECT, Mention("dog", 1), Sighting("cat", is_there=False))
    assert not any(claim.noun == "cat" for claim, _ in made)


def test_numbers_change_where_there_is_room_and_in_all_claims():
    made = reworded(Kind.COUNTING, Mention("dog", 2), Featured("dog", 2, has=True))
    assert {mention.count for mention, _ in made} == {count for count in (1, 3, 4) if fits("dog", "small", count)}
    assert all(mention.count == featured.count for mention, featured in made)


@pytest.mark.parametrize("noun", ["cup", "table", "sign"])
def test_what_comes_one_at_a_time_keeps_its_number(noun):
    assert reworded(Kind.COUNTING, Mention(noun, 1)) == set()


def test_a_small_thing_gives_way_to_others_of_its_place():
    made = reworded(Kind.SMALL_OBJECT, Backdrop("tent", "distance"))
    assert {claim.noun for (claim,) in made} == set(BACKDROP["grass"]["distance"]) - {"tent"}
    assert {claim.where for (claim,) in made} == {"distance"}


def test_other_words_stand_on_the_sign():
    assert reworded(Kind.TEXT, Reads("ZOO"), draws=200) == {(Reads(word),) for word in SIGN_WORDS if word != "ZOO"}


@pytest.mark.parametrize(
    "claim", [Mention("dog", 1, feature=True), Featured("dog", 1, has=True), Sighting("cat", is_there=False)]
)
def test_a_denial_denied_is_what_it_was(claim):
    [denied] = reworded(Kind.COUNTERFACTUAL, claim)
    assert denied != (claim,)
    assert reworded(Kind.COUNTERFACTUAL, *denied) == {(claim,)}


@pytest.mark.parametrize("kind", REWORDINGS)
def test_no_kind_makes_anything_of_nothing(kind):
    assert reworded(kind) == set()


@pytest.mark.parametrize("claim", [Placed("zebra", "left"), Related("dog", "left", "zebra")])
def test_a_noun_that_the_scene_lacks_is_named(claim):
    with pytest.raises(ValueError, match="names a zebra, the scene has none"):
        list(REWORDINGS[Kind.SPATIAL](Source(SCENE, (claim,), Random(0))))


def test_things_are_stacked_on_both_sides():
    source = Source(SCENE, (), Random(0))
    assert [noun for noun in ("dog", "horse", "table", "cup", "sign") if source.is_stacked(noun)] == ["table", "cup"]
