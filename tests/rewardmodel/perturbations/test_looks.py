"""Attribute and binding: looks exchanged on one thing, or changing places between two."""

import pytest

from rewardmodel.taxonomy import Kind


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A wet dog", {"A [dry] dog"}),
        ("A young man", {"[An old] man", "[An elderly] man"}),
        ("An old man", {"[A young] man", "[A teenage] man"}),
        ("A boy with curly hair", {"A boy with [straight] hair"}),
        ("Shallow water .", {"[Deep] water ."}),
        ("A brick wall", {"A [wooden] wall", "A [metal] wall"}),
    ],
)
def test_attributes_give_way_to_ones_that_exclude_them(answers, caption, expected):
    assert answers(caption, Kind.ATTRIBUTE) == expected


@pytest.mark.parametrize(
    "caption",
    [
        "A man peels an orange .",
        "A man rides a raft on white water .",
        "Mr. Brown smiles .",
        "A girl meets Mr Black at a house .",
        "A golden retriever in the snow .",
        "A black belt",
        "A young boy",
        "A white man",
        "A black and white photo",
        "They are red",
    ],
)
def test_words_that_only_look_like_attributes_stay(answers, caption):
    assert answers(caption, Kind.ATTRIBUTE) == set()


def test_orange_is_a_colour_before_a_noun_and_takes_its_article_along(answers):
    made = answers("A man in an orange shirt .", Kind.ATTRIBUTE)
    assert "A man in [a blue] shirt ." in made
    assert all("[a " in text for text in made)


def test_animals_take_the_colours_of_animals(answers):
    made = answers("A black dog", Kind.ATTRIBUTE)
    assert {"A [white] dog", "A [brown] dog"} <= made
    assert not {"A [green] dog", "A [blue] dog"} & made


def test_a_colour_that_the_caption_has_already_is_not_put_in(answers):
    assert not any("[white]" in text for text in answers("A black dog and a white cat", Kind.ATTRIBUTE) if "[white] dog" in text)


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A black dog and a white cat .", {"A [white] dog and a [black] cat ."}),
        ("A big dog with small ears .", {"A [small] dog with [big] ears ."}),
        ("A black dog chases a white dog .", {"A [white] dog chases a [black] dog ."}),
        ("An orange car near a blue wall .", {"[A blue] car near [an orange] wall ."}),
        ("A boy in a hat and a girl in a coat .", {"A boy in a [coat] and a girl in a [hat] ."}),
    ],
)
def test_bindings_change_places(answers, caption, expected):
    assert answers(caption, Kind.BINDING) == expected


@pytest.mark.parametrize(
    "caption",
    [
        "A black dog and a white dog .",
        "A black and white dog .",
        "A black dog .",
        "A gray dog and a grey cat .",
        "A big dog near a large tree .",
        "A white dog plays with a black dog .",
    ],
)
def test_bindings_that_would_say_the_same_are_left(answers, caption):
    assert answers(caption, Kind.BINDING) == set()
