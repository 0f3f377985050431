"""Words that are read but never put in, relations, letters and verbs: lists that fit one another."""

import pytest

from rewardmodel.perturbations.families import FAMILIES, OBJECTS, SMALL, others, verbs
from rewardmodel.perturbations.families.lists import listed
from rewardmodel.perturbations.families.relations import FAMILIES_OF, OPPOSITES, RELATIONS, USUAL_RELATIONS
from rewardmodel.perturbations.families.signs import BEARERS, SAYS, SHIRTS, SIGNS, VEHICLES
from rewardmodel.perturbations.grammar import THIRD_PERSONS, third_person
from rewardmodel.perturbations.phrases import ADJECTIVES, LEXICON

WORD_LISTS = {
    name: words
    for module in (others, verbs)
    for name, words in vars(module).items()
    if name.isupper() and not isinstance(words, dict)
}


def test_listed_takes_white_space_or_what_it_is_told_apart():
    assert listed(" a  b\nc ") == {"a", "b", "c"}
    assert listed("hot dog|high chair", "|") == {"hot dog", "high chair"}
    assert listed("") == frozenset()


@pytest.mark.parametrize("name", sorted(WORD_LISTS))
def test_words_are_in_small_letters_and_no_entry_is_empty(name):
    for word in WORD_LISTS[name]:
        assert word == word.lower().strip() != ""
        assert all(letter.isalpha() or letter in "- " for letter in word), word


def test_only_compounds_and_idioms_have_spaces():
    assert {name for name, words in WORD_LISTS.items() if any(" " in word for word in words)} == {"COMPOUNDS", "IDIOMS"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (others.HE, others.SHE), (others.MALE, others.FEMALE), (others.BOUNDARIES, frozenset(LEXICON)),
        (others.DETERMINERS, frozenset(LEXICON)), (others.DETERMINERS, frozenset(others.NUMBERS)),
        (others.SCENE_START, verbs.VERBS),
    ],
)  # fmt: skip
def test_no_word_is_in_two_lists_that_exclude_one_another(one, other):
    assert not one & other


def test_what_tells_a_sex_is_a_person():
    known = {word for word in others.MALE | others.FEMALE if word in LEXICON}
    assert all(LEXICON[word].is_person for word in known)
    assert {"man", "woman", "boy", "girl", "bride", "groom"} <= known


def test_scenes_and_pronouns_are_boundaries():
    assert others.SCENE_START <= others.BOUNDARIES
    assert {"he", "she", "it"} <= others.BOUNDARIES & others.SINGULAR_PRONOUNS


def test_numbers_count_from_one_to_ten():
    assert others.NUMBERS.index("seven") + 1 == 7
    assert len(set(others.NUMBERS)) == 10


def test_verbs_have_forms_of_their_own():
    assert len(THIRD_PERSONS) == len(verbs.VERBS)
    assert not THIRD_PERSONS.keys() & verbs.VERBS
    assert [third_person(verb) for verb in ("have", "do", "go", "watch", "cry", "play", "pass")] == [
        "has", "does", "goes", "watches", "cries", "plays", "passes",
    ]  # fmt: skip
    assert {"have", "go"} <= set(verbs.IRREGULAR) & verbs.VERBS


def test_opposites_are_no_relations_to_themselves_and_stand_once():
    assert len(set(OPPOSITES)) == len(OPPOSITES)
    assert all(old != new for old, new, _ in OPPOSITES)


@pytest.mark.parametrize("name", sorted(FAMILIES_OF))
def test_classes_of_nouns_know_words_that_can_be_read(name):
    families = FAMILIES[OBJECTS].keys() | FAMILIES[SMALL].keys()
    lemmas = {noun.lemma for noun in LEXICON.values()}
    known = {word for word in FAMILIES_OF[name] if word in families or word in lemmas}
    assert len(known) > len(FAMILIES_OF[name]) / 2
    assert all(word == word.lower() for word in FAMILIES_OF[name])


def test_every_relation_that_is_put_in_is_known_to_be_as_usual_as_something():
    put_in = RELATIONS | {word for pair in OPPOSITES for word in pair[:2]}
    assert put_in <= USUAL_RELATIONS.keys()
    assert all(0 < usual < 12 for usual in USUAL_RELATIONS.values())


@pytest.mark.parametrize("texts", [SIGNS, SHIRTS, VEHICLES])
def test_letters_are_capitals_and_no_two_the_same(texts):
    assert len(set(texts)) == len(texts)
    assert all(text.isupper() and text == text.strip() and '"' not in text for text in texts)


@pytest.mark.parametrize(
    ("noun", "texts"), [("sign", SIGNS), ("t-shirt", SHIRTS), ("bus", VEHICLES), ("wall", SIGNS), ("cup", SHIRTS), ("dog", None)]
)
def test_what_bears_letters_bears_those_of_its_kind(noun, texts):
    assert BEARERS.get(noun) == texts


def test_what_says_is_no_adjective_and_no_noun():
    assert "reads" in SAYS
    assert not SAYS & (ADJECTIVES.keys() | LEXICON.keys())
