"""Families: no word ever takes the place of one that may be said of the same thing."""

import pytest

from rewardmodel.perturbations.families import (
    ATTRIBUTES,
    FAMILIES,
    KIN,
    OBJECTS,
    SMALL,
    USUAL,
    attributes,
    beings,
    families_of,
    kin,
    places,
    siblings,
    things,
)
from rewardmodel.perturbations.grammar import plural
from rewardmodel.perturbations.phrases import LEXICON, SIZED

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


SORTS = (OBJECTS, SMALL, ATTRIBUTES)
ROOMS = (beings.OBJECTS, things.OBJECTS, places.OBJECTS, things.SMALL, places.SMALL, attributes.ATTRIBUTES)
ENTRIES = [(name, entry) for room in ROOMS for name, text in room.items() for entry in text.split()]
ALL = [(sort, name, word) for sort in SORTS for name, family in FAMILIES[sort].items() for word in family]


@pytest.mark.parametrize("room", ROOMS)
def test_entries_are_words_in_small_letters_each_once_with_a_figure(room):
    for name, text in room.items():
        words = [entry.partition(":")[0] for entry in text.split()]
        assert text == text.lower()
        assert len(set(words)) == len(words), name
        assert all(entry.partition(":")[2].isdecimal() for entry in text.split()), name
        assert all(letter.isalpha() or letter in "-_" for word in words for letter in word), name


def test_a_word_is_as_usual_in_every_family():
    for name, entry in ENTRIES:
        word, _, usual = entry.partition(":")
        assert USUAL[word.replace("_", " ")] == int(usual), (name, word)


def test_no_family_of_one_sort_is_lost_under_the_name_of_another():
    assert len(FAMILIES[OBJECTS]) == len(beings.OBJECTS) + len(things.OBJECTS) + len(places.OBJECTS)
    assert len(FAMILIES[SMALL]) == len(things.SMALL) + len(places.SMALL)
    assert not set(FAMILIES[OBJECTS]) & set(FAMILIES[SMALL])


@pytest.mark.parametrize("sort", SORTS)
def test_a_pair_is_exchanged_as_often_one_way_as_the_other(sort):
    for word in {word for family in FAMILIES[sort].values() for word in family}:
        for other, weight in siblings(word, sort).items():
            assert 2.0 ** USUAL[word] * weight == 2.0 ** USUAL[other] * siblings(other, sort)[word], (word, other)


@pytest.mark.parametrize(
    ("word", "families", "expected"),
    [
        ("bird", {"flyers"}, {"butterfly"}),
        ("bridge", {"crossings"}, {"tunnel"}),
        ("bridge", {"ways"}, {"beach", "street", "sidewalk", "track", "trail"}),
        ("bridge", set(), set()),
        ("bride", None, {"groom"}),
        ("unicorn", None, set()),
    ],
)
def test_siblings_by_hand(word, families, expected):
    assert siblings(word, OBJECTS, None if families is None else frozenset(families)).keys() == expected


@pytest.mark.parametrize(
    ("word", "other", "weight"),
    [("dog", "horse", 2.0**-5), ("horse", "dog", 1.0), ("pool", "river", 0.5), ("man", "woman", None), ("wolf", "lion", 1.0)],
)
def test_weights_by_hand(word, other, weight):
    assert siblings(word, OBJECTS).get(other) == weight


def test_families_of_a_word_are_those_that_list_it():
    assert families_of("backpack", SMALL) == ["waist", "bags"]
    assert families_of("backpack", OBJECTS) == []
    assert all(name in families_of(word, sort) for sort, name, word in ALL)


def test_kin_goes_both_ways_and_holds_the_word_itself():
    for word, others in KIN.items():
        assert word in others
        assert len(others) > 1
        assert all(word in kin(other) for other in others)
    assert kin("unicorn") == {"unicorn"}


def test_kin_of_the_head_of_a_line_are_not_kin_of_one_another():
    assert {"house", "church"} <= kin("building")
    assert "church" not in kin("house")
    assert "hot air balloon" in kin("kite")  # an underscore is a space on both sides


@pytest.mark.parametrize("sort", [OBJECTS, SMALL])
def test_plural_forms_are_read_back_as_their_word(sort):
    for family in FAMILIES[sort].values():
        for word in family:
            assert LEXICON[word].lemma == word
            many = LEXICON[plural(word)]
            assert many.lemma == word
            assert many.is_many or plural(word) == word
            assert len(word.split()) <= SIZED


@pytest.mark.parametrize(
    ("word", "many"),
    [
        ("woman", "women"), ("policeman", "policemen"), ("goose", "geese"), ("wolf", "wolves"), ("sheep", "sheep"),
        ("bench", "benches"), ("pony", "ponies"), ("donkey", "donkeys"), ("hot air balloon", "hot air balloons"),
        ("police car", "police cars"), ("scarf", "scarves"), ("glass", "glasses"), ("shorts", "shorts"), ("lady", "ladies"),
    ],
)  # fmt: skip
def test_plurals_by_hand(word, many):
    assert plural(word) == many
