"""Families: no word ever takes the place of one that may be said of the same thing."""

import pytest

from rewardmodel.perturbations.families import ATTRIBUTES, FAMILIES, OBJECTS, SMALL, kin, siblings

SYNONYMS = [
    ("dog", "puppy"), ("man", "person"), ("man", "guy"), ("woman", "lady"), ("child", "kid"), ("baby", "toddler"),
    ("car", "taxi"), ("bike", "bicycle"), ("bike", "motorcycle"),
    ("boat", "canoe"), ("couch", "sofa"), ("hat", "cap"), ("gray", "grey"),
    ("big", "large"), ("small", "little"), ("old", "elderly"), ("street", "road"), ("forest", "woods"), ("lake", "pond"),
    ("ocean", "sea"), ("soccer", "football"), ("bird", "duck"), ("cow", "bull"), ("airplane", "plane"), ("stick", "branch"),
    ("brown", "tan"), ("blond", "blonde"), ("bag", "backpack"), ("frisbee", "disc"), ("racket", "racquet"), ("dog", "poodle"),
    ("store", "shop"), ("rock", "boulder"), ("cup", "mug"), ("phone", "cellphone"), ("glasses", "sunglasses"),
    ("jacket", "coat"), ("pants", "jeans"), ("rabbit", "bunny"), ("cat", "kitten"), ("bride", "woman"), ("building", "house"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SYNONYMS)
@pytest.mark.parametrize("sort", [OBJECTS, SMALL, ATTRIBUTES])
def test_siblings_are_never_synonyms_or_sorts_of_one_another(one, other, sort):
    assert other not in siblings(one, sort)
    assert one not in siblings(other, sort)


@pytest.mark.parametrize("sort", [OBJECTS, SMALL, ATTRIBUTES])
def test_siblings_go_both_ways_and_never_to_kin(sort):
    for family in FAMILIES[sort].values():
        for word in family:
            others = siblings(word, sort)
            assert word not in others
            assert not others.keys() & kin(word)
            assert all(word in siblings(other, sort) for other in others)
            assert all(0 < weight <= 1 for weight in others.values())


def test_siblings_weigh_less_the_rarer_they_are():
    assert siblings("dog", OBJECTS)["horse"] < siblings("cow", OBJECTS)["horse"] == 1.0


def test_kin_of_a_sort_is_not_kin_of_the_other_sorts():
    assert "dog" in kin("poodle")
    assert "terrier" not in kin("poodle")
    assert "poodle" in siblings("terrier", OBJECTS)
