"""Articles, plurals, verbs and capitals."""

import pytest

from rewardmodel.perturbations.families import FAMILIES, OBJECTS, SMALL
from rewardmodel.perturbations.families.others import PLURALS
from rewardmodel.perturbations.grammar import THIRD_PERSONS, article, cased, plural, third_person


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("dog", "a"), ("apple", "an"), ("umbrella", "an"), ("unicycle", "a"), ("uniform", "a"), ("hour", "an"), ("house", "a"),
        ("one-eyed", "a"), ("orange", "an"), ("European", "a"), ("old", "an"), ("ukulele", "a"), ("ice cream cone", "an"),
        ("university", "a"), ("used", "a"), ("unusual", "an"),
    ],
)  # fmt: skip
def test_article_goes_by_the_sound(word, expected):
    assert article(word) == expected


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("dog", "dogs"), ("bus", "buses"), ("child", "children"), ("woman", "women"), ("policeman", "policemen"),
        ("baby", "babies"),
        ("boy", "boys"), ("bench", "benches"), ("sheep", "sheep"), ("goose", "geese"), ("scarf", "scarves"),
        ("leaf", "leaves"),
        ("fire truck", "fire trucks"), ("hot dog", "hot dogs"), ("box", "boxes"), ("jeans", "jeans"), ("person", "people"),
    ],
)  # fmt: skip
def test_plural_of_regular_and_irregular_nouns(noun, expected):
    assert plural(noun) == expected


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("run", "runs"),
        ("carry", "carries"),
        ("watch", "watches"),
        ("have", "has"),
        ("play", "plays"),
        ("go", "goes"),
    ],
)
def test_third_person_agrees_with_one(verb, expected):
    assert third_person(verb) == expected
    assert THIRD_PERSONS[expected] == verb


@pytest.mark.parametrize(("word", "like", "expected"), [("cat", "dog", "cat"), ("cat", "Dog", "Cat"), ("open", "STOP", "OPEN")])
def test_cased_keeps_capitals(word, like, expected):
    assert cased(word, like) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("STOP", "a"),
        ("EXIT", "an"),
        ("honest", "an"),
        ("utensil", "a"),
        ("owl", "an"),
        ("unicorn", "a"),
        ("umpire", "an"),
        ("", "a"),
        ("3", "a"),
    ],
)
def test_article_of_letters_in_any_case(word, expected):
    assert article(word) == expected


@pytest.mark.parametrize(
    ("word", "like", "expected"),
    [
        ("cat", "A", "Cat"),
        ("polar bear", "Dog", "Polar bear"),
        ("fire truck", "CAR", "FIRE TRUCK"),
        ("3", "Two", "3"),
        ("cat", "d", "cat"),
    ],
)
def test_cased_of_one_letter_and_of_several_words(word, like, expected):
    assert cased(word, like) == expected


@pytest.mark.parametrize("sort", [OBJECTS, SMALL])
def test_every_word_of_the_families_has_a_plural_that_differs_or_is_known_not_to(sort):
    words = {word for family in FAMILIES[sort].values() for word in family}
    assert {word for word in words if plural(word) == word} == words & (PLURALS | {"sheep", "fish", "deer"})
