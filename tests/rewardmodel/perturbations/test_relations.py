"""Spatial: relations exchanged for ones that exclude them, and nothing that only looks like a relation."""

import pytest

from rewardmodel.taxonomy import Kind


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A dog in front of a wall .", {"A dog [behind] a wall .", "A dog [on top of] a wall ."}),
        ("Behind a man", {"[In front of] a man", "[Next to] a man", "[Beside] a man"}),
        ("A man walks up the stairs .", {"A man walks [down] the stairs ."}),
        ("A dog jumps over a hurdle .", {"A dog jumps [under] a hurdle ."}),
        ("A cup is on the left of a plate .", {"A cup is on the [right] of a plate ."}),
        ("A man raises his left hand .", {"A man raises his [right] hand ."}),
        ("A cup on the right .", {"A cup on the [left] ."}),
        ("A hill in the background .", {"A hill in the [foreground] ."}),
        ("A dog runs into the water .", {"A dog runs [out of] the water ."}),
        (
            "A dog is in the pool .",
            {f"A dog is [{word}] the pool ." for word in ("beside", "by", "near", "next to")},
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
