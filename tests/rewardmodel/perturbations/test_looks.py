"""Attribute and binding: looks exchanged on one thing, or changing places between two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.perturbations import edited
from rewardmodel.perturbations.families import ATTRIBUTES, FAMILIES, kin
from rewardmodel.perturbations.grammar import article
from rewardmodel.perturbations.looks import attributes, bindings
from rewardmodel.perturbations.phrases import read
from rewardmodel.taxonomy import Kind

COLOURS = sorted(FAMILIES[ATTRIBUTES]["colours"])


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


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A tall building", {"A [short] building"}),
        ("A WET DOG", {"A [DRY] DOG"}),
        ("A wet\n dog", {"A [dry]\n dog"}),
        ("A square table .", {"A [round] table ."}),
        ("Narrow street .", {"[Wide] street ."}),
        ("\U0001f436 and a wet dog .", {"\U0001f436 and a [dry] dog ."}),
    ],
)
def test_attributes_keep_capitals_and_what_stands_around_them(answers, caption, expected):
    assert answers(caption, Kind.ATTRIBUTE) == expected


def test_each_of_two_colours_of_one_thing_may_be_wrong_alone(answers):
    made = answers("A red and blue car", Kind.ATTRIBUTE)
    assert {"A [green] and blue car", "A red and [green] car"} <= made
    assert not any("[blue]" in text or "[red]" in text for text in made)


def test_a_colour_that_stands_for_clothes_gives_way_to_plain_ones(answers):
    made = answers("A man in red", Kind.ATTRIBUTE)
    assert "A man in [blue]" in made
    assert not any(f"[{word}]" in text for text in made for word in ("golden", "beige", "silver"))


def test_hair_takes_the_colours_of_hair(answers):
    made = answers("A girl with long blond hair", Kind.ATTRIBUTE)
    assert made == {
        "A girl with [short] blond hair",
        *(f"A girl with long [{word}] hair" for word in ("black", "brown", "gray", "red")),
    }


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A RED car and a BLUE truck .", {"A [BLUE] car and a [RED] truck ."}),
        (
            "A man in a red shirt and a woman in a blue dress .",
            {"A man in a [blue] shirt and a woman in a [red] dress .", "A man in a red [dress] and a woman in a blue [shirt] ."},
        ),
        # the two cars would only change names
        (
            "A red car, a blue car and a green truck .",
            {"A [green] car, a blue car and a [red] truck .", "A red car, a [green] car and a [blue] truck ."},
        ),
        ("A man in red near a woman in blue .", {"A man in [blue] near a woman in [red] ."}),
    ],
)
def test_bindings_change_owners_and_not_only_places(answers, caption, expected):
    assert answers(caption, Kind.BINDING) == expected


@given(
    st.sampled_from(COLOURS),
    st.sampled_from(COLOURS),
    st.sampled_from(["car", "shirt", "umbrella"]),
    st.sampled_from(["truck", "bench"]),
)
def test_a_binding_undone_is_the_caption_again(one, other, first, second):
    caption = f"the {one} {first} and the {other} {second}"
    for choice in bindings(read(caption)):
        swapped = edited(caption, choice.edits, Kind.BINDING).text
        assert swapped == f"the {other} {first} and the {one} {second}"
        assert caption in {edited(swapped, back.edits, Kind.BINDING).text for back in bindings(read(swapped))}


@given(st.sampled_from(COLOURS), st.sampled_from(["car", "umbrella", "shirt"]))
def test_another_colour_brings_its_article_along(colour, noun):
    caption = f"{article(colour).title()} {colour} {noun}"
    made = [edited(caption, choice.edits, Kind.ATTRIBUTE).text for choice in attributes(read(caption))]
    assert made
    assert all(text.split()[0].lower() == article(text.split()[1]) for text in made)
    assert not any(other in kin(colour) for other in (text.split()[1] for text in made))
