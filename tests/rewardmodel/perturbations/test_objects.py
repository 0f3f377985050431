"""Object and small-object: siblings of the same number that the caption does not name yet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.perturbations.families import FAMILIES, OBJECTS, kin
from rewardmodel.perturbations.grammar import article, plural
from rewardmodel.perturbations.objects import objects
from rewardmodel.perturbations.phrases import read
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


@pytest.mark.parametrize(
    ("caption", "some"),
    [
        ("A DOG RUNS .", "A [CAT] RUNS ."),
        ("A pair of dogs", "A pair of [cats]"),
        ("Two wolves in a field .", "Two [foxes] in a field ."),
        ("A man in jeans .", "A man in [shorts] ."),
        ("Dogs run and a dog barks .", "Dogs run and [an elephant] barks ."),
        ("A cat, a dog and a horse .", "A cat, a [cow] and a horse ."),
    ],
)
def test_siblings_agree_in_number_capitals_and_article(answers, caption, some):
    assert some in answers(caption, Kind.OBJECT)


@pytest.mark.parametrize(
    "caption", ["A herd of sheep", "A wooden bench", "A dog\u2019s tail", "A \U0001f436 dog", "A Dog runs", "\u05db\u05dc\u05d1"]
)
def test_what_would_not_suit_a_sibling_stays(answers, caption):
    assert answers(caption, Kind.OBJECT) == set()


def test_a_game_is_exchanged_where_it_stands_once(answers):
    assert answers("Tennis player .", Kind.OBJECT)
    made = answers("A tennis player in a tennis game .", Kind.OBJECT)
    assert not any("[soccer]" in text for text in made)


@pytest.mark.parametrize("caption", ["A man smiles", "A man smiles!", "A man smiles ."])
def test_what_is_added_stands_before_the_stop(answers, caption):
    stop = caption.removeprefix("A man smiles")
    made = answers(caption, Kind.SMALL_OBJECT)
    assert f"A man smiles [next to a bench]{stop}" in made
    assert all(text.endswith(stop) and not text.endswith(f"{stop}]") for text in made if stop)


def test_nothing_is_added_to_hands_that_hold_something(answers):
    made = answers("A boy holds a ball .", Kind.SMALL_OBJECT)
    assert not any(f"[{how}" in text for text in made for how in ("with", "holding", "carrying"))


@pytest.mark.parametrize("caption", ["\U0001f600", "", "   ", "...", '"'])
def test_nothing_is_added_to_what_is_no_sentence(answers, caption):
    assert answers(caption, Kind.SMALL_OBJECT) == set()


@given(st.sampled_from(sorted(FAMILIES[OBJECTS]["animals"])), st.sampled_from(["A", "Two"]))
def test_an_animal_never_gives_way_to_its_kin(animal, number):
    noun = animal if number == "A" else plural(animal)
    caption = f"{article(animal).title() if number == 'A' else number} {noun} runs ."
    nouns = [choice.edits[0].text.split()[-1] for choice in objects(read(caption))]
    bent = {other if number == "A" else plural(other) for other in kin(animal)}
    assert nouns
    assert not bent & set(nouns)
