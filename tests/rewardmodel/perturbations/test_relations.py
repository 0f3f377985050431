"""Spatial: relations exchanged for ones that exclude them, and nothing that only looks like a relation."""

import pytest

from rewardmodel.perturbations.families.relations import ANY, CLASSES, FAMILIES_OF, OPPOSITES, RELATION_KIN
from rewardmodel.taxonomy import Kind


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A dog in front of a wall .", {"A dog [behind] a wall .", "A dog [on top of] a wall ."}),
        ("Behind a man", {"[In front of] a man"}),
        ("A dog jumps over a hurdle .", {"A dog jumps [under] a hurdle ."}),
        ("A cup is on the left of a plate .", {"A cup is on the [right] of a plate ."}),
        ("A man raises his left hand .", {"A man raises his [right] hand ."}),
        ("A cup on the right .", {"A cup on the [left] ."}),
        ("A hill in the background .", {"A hill in the [foreground] ."}),
        ("A dog dives into the water .", {"A dog dives [out of] the water ."}),
        ("A dog runs toward the camera .", {"A dog runs [away from] the camera ."}),
        ("A dog swims next to the river .", {"A dog swims [in] the river ."}),
        (
            "A dog swims in the pool .",
            {f"A dog swims [{word}] the pool ." for word in ("beside", "next to")},
        ),
    ],
)
def test_relations_give_way_to_ones_that_exclude_them(answers, caption, expected):
    assert answers(caption, Kind.SPATIAL) == expected


@pytest.mark.parametrize(
    "caption",
    [
        "A boy left the park .",
        "A man walks down the street .",
        "A dog with a ball .",
        "A woman dressed in blue .",
        "He is right in front of a wall .",
        "The man on the phone",
        "A man is in love .",
        "",
    ],
)
def test_words_that_are_no_relations_stay(answers, caption):
    assert answers(caption, Kind.SPATIAL) == set()


def test_next_to_never_becomes_near(answers):
    words = {"near", "by", "beside", "close to"}
    assert not any(f"[{word}]" in text for text in answers("A dog sits next to a bench .", Kind.SPATIAL) for word in words)


@pytest.mark.parametrize(
    ("caption", "some"),
    [
        ("IN FRONT OF A WALL", "[BEHIND] A WALL"),
        ("In Front of a wall", "[Behind] a wall"),
        ("A dog in front of\n a wall .", "A dog [behind]\n a wall ."),
        ("A dog in front of a wall and behind a tree .", "A dog in front of a wall and [in front of] a tree ."),
        ("A dog on top of a car .", "A dog [under] a car ."),
        ("a dog to the left, a cat to the right .", "a dog to the [right], a cat to the right ."),
        ("in the Background", "in the [Foreground]"),
        ("\U0001f436 behind a tree", "\U0001f436 [in front of] a tree"),
    ],
)
def test_relations_are_exchanged_one_at_a_time_with_their_capitals(answers, caption, some):
    assert some in answers(caption, Kind.SPATIAL)


@pytest.mark.parametrize("caption", ["A dog sits near a bench .", "A girl plays by the water ."])
def test_nearness_excludes_too_little_to_be_exchanged(answers, caption):
    assert answers(caption, Kind.SPATIAL) == set()


@pytest.mark.parametrize(
    "caption",
    [
        "A man walks up the stairs .",  # a picture stands still
        "A dog jumps into the water .",
        "A man walks toward a woman .",
        "Two boys in the lake",
        "A boy jumps onto a bench .",
        "A man sits in front of a row of cans .",  # and behind it
        "A dog stands next to a man .",
        "A dog jumps in the pool .",  # from beside it
        "A man and a woman on a deck next to a lake .",  # it may stand in the lake
        "Children look at their reflections in the lake .",
        "A boy plays in water from a hose .",
        "A girl plays in a fountain .",
        "A man walks on the sidewalk .",
        "A boy plays in the water .",
        "A man stands in the river .",
        "A man sits next to a rock .",
    ],
)
def test_what_a_picture_may_bear_out_as_well_stays(answers, caption):
    assert answers(caption, Kind.SPATIAL) == set()


@pytest.mark.parametrize(
    "caption", ["A man turns left .", "A man is left alone .", "behind", "in front of", "Behind \U0001f436", "He looks up"]
)
def test_a_relation_to_nothing_stays(answers, caption):
    assert answers(caption, Kind.SPATIAL) == set()


@pytest.mark.parametrize(
    ("caption", "never"),
    [
        ("A cat under a table .", {"below", "beneath", "underneath", "near"}),
        ("A cat underneath a table .", {"below", "beneath", "under", "near"}),
        ("A dog on top of a car .", {"on"}),
        ("A bird in a cage .", {"inside", "on"}),
        ("A boy sits on a bench .", {"near", "by"}),  # so he is, and on it
        ("A girl runs in the grass .", {"near", "by", "on"}),
    ],
)
def test_what_may_be_true_as_well_is_never_put_in(answers, caption, never):
    made = answers(caption, Kind.SPATIAL)
    assert made
    assert not any(f"[{word}]" in text for text in made for word in never)


@pytest.mark.parametrize(("old", "new", "noun"), [(old, new, noun) for old, new, noun in OPPOSITES if noun == ANY])
def test_opposites_before_any_noun_go_both_ways(answers, old, new, noun):
    assert f"A dog [{new}] a ball" in answers(f"A dog {old} a ball", Kind.SPATIAL)
    assert (new, old, noun) in OPPOSITES or new == "away from"


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_relation_of_a_class_has_one_that_excludes_it(name):
    for word in CLASSES[name]:
        assert CLASSES[name] - {word} - RELATION_KIN.get(word, frozenset())


def test_every_class_of_relations_has_its_nouns():
    nouns = {only for _, _, only in OPPOSITES} - {ANY} | set(CLASSES)
    assert nouns == set(FAMILIES_OF)


def test_what_may_be_true_as_well_may_be_so_both_ways():
    of_classes = frozenset().union(*CLASSES.values())
    for word, others in RELATION_KIN.items():
        for other in others & of_classes:
            assert word not in of_classes or word in RELATION_KIN[other], (word, other)
