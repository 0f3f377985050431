"""Object and small-object: siblings of the same number that the caption does not name yet."""

import pytest

from rewardmodel.taxonomy import Kind


@pytest.mark.parametrize(
    ("caption", "some"),
    [
        ("An eagle flies", "[A pigeon] flies"),
        ("A dog runs .", "A [horse] runs ."),
        ("Dogs run .", "[Cats] run ."),
        ("Two children run .", "Two [women] run ."),
        ("A girl eats an apple .", "A girl eats [a banana] ."),
        ("A hot dog on a plate", "A [banana] on a plate"),
        ("Men park a car .", "Men park [an ambulance] ."),
        ("A fire truck on a street .", "A [bus] on a street ."),
        ("A girl hits a tennis ball .", "A girl hits a [soccer ball] ."),
        ("A man plays soccer .", "A man plays [tennis] ."),
        ("A soccer player runs .", "A [tennis] player runs ."),
        ("A dog in the snow .", "A dog in the [grass] ."),
    ],
)
def test_objects_give_way_to_siblings(answers, caption, some):
    assert some in answers(caption, Kind.OBJECT)


@pytest.mark.parametrize(
    "caption",
    [
        "A polar bear swims .",
        "The left one",
        "Tiger Woods smiles .",
        "People train .",
        "A dog's tail",
        "A dog chases another dog . The dog barks .",
        "She looks at the camera .",
        "A person watches .",
        "A body of water",
        "",
    ],
)
def test_what_is_no_plain_noun_stays(answers, caption):
    assert answers(caption, Kind.OBJECT) == set()


@pytest.mark.parametrize(
    ("caption", "never"),
    [
        ("A dog runs .", ("puppy", "poodle", "animal")),
        ("A man runs .", ("person", "guy", "gentleman", "boy")),
        ("A man holds his hat .", ("woman", "lady")),
        ("A woman holds her hat .", ("man", "guy")),
        ("A dog and a cat", ("A [cat]", "[dog]")),
        ("A bearded old man", ("baby", "child")),
        ("A bird near a lake", ("duck", "pond", "ocean")),
    ],
)
def test_synonyms_sorts_and_contradicted_words_are_never_put_in(answers, caption, never):
    made = " ".join(answers(caption, Kind.OBJECT) | answers(caption, Kind.SMALL_OBJECT))
    assert not any(f"[{word}]" in made or f"a {word}]" in made or (word.startswith("A ") and word in made) for word in never)


@pytest.mark.parametrize(
    ("caption", "some"),
    [
        ("A man in a hat smiles .", "A man in a [helmet] smiles ."),
        ("A dog with a collar .", "A dog with a [muzzle] ."),
        ("A man smiles .", "A man [holding an umbrella] smiles ."),
        ("Two men smile .", "Two men [holding umbrellas] smile ."),
        ("A dog runs .", "A dog runs [next to a bench] ."),
        ("A dog near a tree .", "A dog near a [cloud] ."),
    ],
)
def test_small_objects_are_exchanged_or_added(answers, caption, some):
    assert some in answers(caption, Kind.SMALL_OBJECT)


def test_nothing_is_added_that_is_there(answers):
    assert not any("bench]" in text for text in answers("A dog runs past a bench .", Kind.SMALL_OBJECT))
