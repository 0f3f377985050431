"""Captions: true, varied, and in good English."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.scenes import DUSK, PICTURE_BOOK, Caption, Scene, describe, make_scene
from rewardmodel.scenes.captions import Sentence, caption_of
from rewardmodel.scenes.claims import Backdrop, Featured, Light, Mention, Placed, Reads, Related, Setting, Sighting
from rewardmodel.scenes.grammar import article, verb
from rewardmodel.scenes.layout import Box, Group, Small
from rewardmodel.scenes.things import THINGS

Examples = list[tuple[Scene, Caption]]

VERBS = {
    "is": "are",
    "has": "have",
    "flies": "fly",
    **{verb + "s": verb for verb in ("stand", "sit", "wait", "lie", "hang", "float", "read", "say", "show", "wear")},
}
OPENINGS = {"There", "The", "On", "In", "To", "Above", "Below", "Behind", "Next", "Under"}  # the subject comes later


def test_every_claim_of_every_caption_is_true(examples: Examples) -> None:
    assert all(claim.is_true(scene) for scene, caption in examples for claim in caption.claims)


@given(st.integers(min_value=0, max_value=10**13), st.integers(min_value=0, max_value=10**6))
@settings(max_examples=100, deadline=None)
def test_every_claim_is_true_for_any_seed(scene_seed: int, caption_seed: int) -> None:
    scene = make_scene(scene_seed)
    assert all(claim.is_true(scene) for claim in describe(scene, caption_seed).claims)


def test_caption_is_the_same_for_the_same_seeds_and_in_both_worlds() -> None:
    for seed in range(100):
        assert describe(make_scene(seed), 5) == describe(make_scene(seed, DUSK), 5)


def test_another_seed_tells_it_in_another_way() -> None:
    assert len({describe(make_scene(7), seed).text for seed in range(50)}) > 40


def test_caption_has_one_to_four_sentences_and_about_twenty_words(examples: Examples) -> None:
    lengths = [len(caption.text.split()) for _, caption in examples]
    assert {len(caption.sentences) for _, caption in examples} <= {1, 2, 3, 4}
    assert 20 <= sum(lengths) / len(lengths) <= 28
    assert max(lengths) <= 45


def test_text_is_built_of_sentences_with_capitals_and_periods(examples: Examples) -> None:
    for _, caption in examples:
        for sentence in re.split(r"(?<=\.) ", caption.text):
            assert re.fullmatch(r'[A-Z][A-Za-z", ]*\.', sentence), caption.text
        assert "  " not in caption.text
        assert caption.text == caption.text.strip()


def test_articles_agree_with_the_next_word(examples: Examples) -> None:
    for _, caption in examples:
        for found, following in re.findall(r"\b([Aa]n?) ([a-z])", caption.text):
            assert (found.lower() == "an") == (following in "aeiou"), caption.text


def test_numbers_agree_with_nouns_and_verbs(examples: Examples) -> None:
    plurals = {thing.plural for thing in THINGS.values()} - {"fish"}
    for _, caption in examples:
        for claim in (claim for claim in caption.claims if isinstance(claim, Mention)):
            assert (THINGS[claim.noun].plural if claim.count > 1 else claim.noun) in caption.text
        assert not any(re.search(rf"\b(?:an?|one) (?:\w+ )?{plural}\b", caption.text.lower()) for plural in plurals), caption.text
        for number, found in re.findall(rf"(?:^|\. )(\w+) [^.,]*?\b({'|'.join([*VERBS, *VERBS.values()])})\b", caption.text):
            assert (found in VERBS.values()) == (number in {"Two", "Three", "Four", "They"}) or number in OPENINGS, caption.text
        assert not re.search(r"there (?:is (?:two|three|four)|are (?:an?|one))\b", caption.text.lower()), caption.text


def test_words_are_where_the_caption_says(examples: Examples) -> None:
    for _, caption in examples:
        for word in caption.words:
            said, claim = caption.text[word.start : word.end].lower(), caption.claims[word.claim]
            if word.field in {"colour", "size", "text"}:
                assert said == getattr(claim, word.field).lower()
            if word.field == "noun" and not isinstance(claim, Mention | Featured):
                assert said == getattr(claim, "noun")  # noqa: B009 -- claims without a noun never get here


def test_it_and_the_dog_follow_their_mention(examples: Examples) -> None:
    for _, caption in examples:
        known: set[str] = set()
        for sentence in caption.sentences:
            known |= {claim.noun for _, claim in sentence.claims if isinstance(claim, Mention)}
            for _, claim in sentence.claims:
                if isinstance(claim, Featured):
                    assert claim.noun in known
                if isinstance(claim, Reads):
                    assert "sign" in known


def test_vocabulary_is_small_but_not_poor(examples: Examples) -> None:
    words = Counter(word for _, caption in examples for word in re.findall(r"\w+", caption.text.lower()))
    assert 180 <= len(words) < 350


def test_left_is_said_as_often_as_right(examples: Examples) -> None:
    words = Counter(word for _, caption in examples for word in caption.text.split())
    assert 0.8 < words["left"] / words["right"] < 1.25


def test_true_captions_deny_about_as_often_as_they_affirm(examples: Examples) -> None:
    sightings = Counter(claim.is_there for _, caption in examples for claim in caption.claims if isinstance(claim, Sighting))
    features = Counter(claim.has for _, caption in examples for claim in caption.claims if isinstance(claim, Featured))
    assert 0.6 < sightings[True] / sightings[False] < 1.6
    assert 0.6 < features[True] / features[False] < 1.6


def test_caption_of_joins_capitalises_and_agrees() -> None:
    owls = Mention("umbrella", 1, "orange")
    frames = [
        Sentence("there {a:be} {a}", (("a", owls),), is_joined=True),
        Sentence(
            "{a} {a:stand} {r} {b:the}",
            (("a", Mention("man", 2)), ("r", Related("man", "left", "bus")), ("b", Mention("bus", 3))),
        ),
    ]
    assert caption_of(frames).text == "There is an orange umbrella, and two men stand to the left of the three buses."


def test_caption_of_people_names_the_colour_of_their_clothes() -> None:
    girls = Mention("girl", 2, "red", feature=False)
    assert caption_of([Sentence("{a} {a:be} here", (("a", girls),))]).text == "Two girls in red without flags are here."


def test_features_have_their_own_verbs() -> None:
    said = [
        caption_of([Sentence("{f:it} {f}", (("f", Featured(noun, count, has=has)),))]).text
        for noun, count, has in (("dog", 1, True), ("house", 1, False), ("lamp", 2, True), ("boat", 3, False), ("tree", 2, False))
    ]
    assert said == [
        "It wears a hat.",
        "It gives off no smoke.",
        "They are switched on.",
        "They have no flags.",
        "They have no fruit.",
    ]


def test_grammar_knows_articles_and_verbs() -> None:
    assert (article("orange"), article("blue")) == ("an", "a")
    assert (verb("fly", 1), verb("fly", 2), verb("be", 1), verb("stand", 1)) == ("flies", "fly", "is", "stands")


TABLE = Group("table", "blue", "big", "ground", (Box(36, 90, 90, 122),))
TREE = Small("tree", "distance", Box(3, 46, 14, 62))


def told(setting: str, *groups: Group, smalls: tuple[Small, ...] = (), is_night: bool = False, seeds: int = 150) -> list[Caption]:
    """What is told of a scene made by hand, in many ways."""
    scene = Scene(7, PICTURE_BOOK, setting, is_night, groups, smalls)
    return [describe(scene, seed) for seed in range(seeds)]


def one(noun: str, zone: str) -> Group:
    """One red thing that is neither clearly on one side nor in the middle, so that no place is told of it."""
    return Group(noun, "red", "", zone, (Box(44, 30, 62, 60),))


def verbs_of(captions: list[Caption], *following: str) -> set[str]:
    """The words between a noun and what follows it."""
    pattern = re.compile(rf"\b(?:{'|'.join(THINGS)}) (\w+) (?:{'|'.join(following)})")
    return {found for caption in captions for found in pattern.findall(caption.text)}


@pytest.mark.parametrize(
    ("setting", "group", "site", "verbs"),
    [
        ("grass", one("balloon", "sky"), "in the sky", {"flies", "is"}),
        ("beach", one("fish", "sea"), "on the water", {"floats", "is"}),
        ("room", one("clock", "wall"), "on the wall", {"hangs", "is"}),
        ("snow", one("horse", "ground"), "in the snow", {"stands", "sits", "is"}),
        ("street", one("car", "ground"), "on the street", {"stands", "waits", "is"}),
        ("room", one("book", "ground"), "on the floor|in the room", {"lies", "is"}),
        ("grass", one("house", "ground"), "on the grass|in the meadow", {"stands", "is"}),
        ("grass", one("ball", "ground"), "on the grass|in the meadow", {"is"}),
    ],
)
def test_things_do_what_they_can_where_they_are(setting, group, site, verbs):
    captions = told(setting, group)
    assert verbs_of(captions, site) == verbs
    others = {"in the sky", "on the water", "on the wall", "on the grass", "on the floor", "on the sand"} - set(site.split("|"))
    about = [
        sentence for caption in captions for sentence in caption.sentences if any(name == "a" for name, _ in sentence.claims)
    ]
    assert not any(place in caption_of([sentence]).text for sentence in about for place in others)


def test_what_rests_on_something_is_never_told_to_be_on_the_ground():
    cat = Group("cat", "black", "small", "ground", (Box(50, 68, 70, 94),), rests="on", base="table", feature=False)
    captions = told("room", TABLE, cat, seeds=300)
    relations = {claim for caption in captions for claim in caption.claims if isinstance(claim, Related)}
    assert relations == {Related("cat", "on", "table")}  # nobody says that a table is under a cat
    for caption in captions:
        for sentence in caption.sentences:
            names = [claim.noun for _, claim in sentence.claims if isinstance(claim, Mention)]
            if names == ["cat"]:
                assert any(isinstance(claim, Placed) for _, claim in sentence.claims), caption.text


def test_a_sign_is_read_and_told_of_by_nothing_else():
    sign = Group("sign", "red", "", "ground", (Box(40, 60, 86, 104),), text="ZOO")
    for caption in told("grass", sign):
        assert caption.text.count("ZOO") == sum(isinstance(claim, Reads) for claim in caption.claims) <= 1
        assert not re.search(r"sign (?:stands|is) (?:on|in) the", caption.text)


def test_small_objects_are_tiny_and_where_they_are():
    captions = told("grass", TABLE, smalls=(TREE, Small("sun", "sky", Box(60, 4, 77, 21))))
    small = re.compile(r"(tiny|little) (tree|sun)(?: is| can be seen)? (in the distance|in the sky)")
    found = {match for caption in captions for match in small.findall(caption.text)}
    assert {match[1:] for match in found} == {("tree", "in the distance"), ("sun", "in the sky")}
    assert {match[0] for match in found} == {"tiny", "little"}
    assert {claim.where for caption in captions for claim in caption.claims if isinstance(claim, Backdrop)} == {"distance", "sky"}


@pytest.mark.parametrize("is_night", [True, False])
def test_the_light_is_told_outdoors_and_with_the_place_or_without(is_night):
    claims = {claim for caption in told("snow", TABLE, is_night=is_night) for claim in caption.claims}
    assert {claim for claim in claims if isinstance(claim, Light | Setting)} == {Light(is_night), Setting("snow")}
    indoors = {claim for caption in told("room", TABLE) for claim in caption.claims}
    assert not any(isinstance(claim, Light | Setting) for claim in indoors)


def test_a_sighting_names_what_is_told_of_nowhere_else_or_what_is_not_there():
    dog = Group("dog", "brown", "", "ground", (Box(4, 90, 44, 122),), feature=True)
    captions = told("grass", TABLE, dog, smalls=(TREE,), seeds=400)
    seen = Counter()
    for caption in captions:
        for claim in (claim for claim in caption.claims if isinstance(claim, Sighting)):
            seen[claim.is_there, claim.noun in {"dog", "table", "tree", "hat"}] += 1
            others = [getattr(other, "noun", "") for other in caption.claims if other is not claim]
            assert claim.noun not in others, caption.text
    assert set(seen) == {(True, True), (False, False)}


def test_of_an_empty_scene_only_the_light_and_what_is_missing_is_told():
    for caption in told("grass"):
        assert caption.sentences
        assert all(isinstance(claim, Light | Setting) or claim.is_there is False for claim in caption.claims)


def test_how_many_say_that_it_is_one_follows_the_seed():
    captions = told("grass", TABLE, seeds=300)
    ones = [claim.says_one for caption in captions for claim in caption.claims if isinstance(claim, Mention)]
    assert 0.1 < sum(ones) / len(ones) < 0.3
    assert any("One" in caption.text or "one" in caption.text for caption in captions)
