"""Grammar: how each claim is worded in each form, piece by piece."""

import pytest

from rewardmodel.scenes.claims import Backdrop, Claim, Featured, Light, Mention, Placed, Reads, Related, Setting, Sighting
from rewardmodel.scenes.grammar import wording
from rewardmodel.scenes.things import THINGS


def text(claim: Claim, form: str = "") -> str:
    return "".join(piece for piece, _ in wording(claim, form))


@pytest.mark.parametrize(
    ("claim", "form", "expected"),
    [
        (Mention("dog", 1), "", "a dog"),
        (Mention("dog", 1, says_one=True), "", "one dog"),
        (Mention("dog", 1), "the", "the dog"),
        (Mention("dog", 1, says_one=True), "the", "the one dog"),
        (Mention("dog", 3, "orange", "big"), "", "three big orange dogs"),
        (Mention("umbrella", 1, "orange"), "", "an orange umbrella"),
        (Mention("umbrella", 1, "orange", "small"), "", "a small orange umbrella"),
        (Mention("bus", 2), "", "two buses"),
        (Mention("fish", 4), "the", "the four fish"),
        (Mention("woman", 2, "red"), "", "two women in red"),
        (Mention("girl", 1, "blue", feature=True), "", "a girl in blue with a flag"),
        (Mention("lamp", 2, feature=False), "", "two lamps switched off"),
        (Mention("house", 1, feature=False), "", "a house without smoke"),
        (Mention("cow", 2, feature=True), "", "two cows with bells"),
        (Mention("dog", 2), "ref", "the dogs"),
        (Mention("bird", 1), "fly", "flies"),
        (Mention("bird", 2), "be", "are"),
        (Featured("dog", 1, has=False), "", "wears no hat"),
        (Featured("dog", 2, has=False), "", "wear no hats"),
        (Featured("cup", 1, has=True), "", "gives off steam"),
        (Featured("bicycle", 2, has=True), "", "have baskets"),
        (Featured("lamp", 1, has=True), "", "is switched on"),
        (Featured("lamp", 2, has=True), "it", "they"),
        (Featured("man", 2, has=True), "ref", "the men"),
        (Placed("dog", "middle"), "", "in the middle"),
        (Related("cup", "on", "table"), "", "on"),
        (Related("dog", "in front", "house"), "", "in front of"),
        (Sighting("apple", is_there=True), "", "an apple"),
        (Sighting("apple", is_there=False), "", "no apple"),
        (Backdrop("moon", "sky"), "", "moon"),
        (Reads("EXIT"), "", "EXIT"),
        (Light(is_night=True), "at", "at night"),
        (Light(is_night=False), "at", "by day"),
        (Light(is_night=False), "", "day"),
        (Setting("snow"), "", "a snowy field"),
    ],
)
def test_wording_by_hand(claim, form, expected):
    assert text(claim, form) == expected


@pytest.mark.parametrize("form", ["", "the", "ref"])
@pytest.mark.parametrize("noun", sorted(THINGS))
def test_many_and_one_of_a_noun_have_two_forms_but_for_fish(noun, form):
    one, many = (text(Mention(noun, count), form).split()[-1] for count in (1, 2))
    assert (one == many) is (noun == "fish")
    assert many == THINGS[noun].plural


@pytest.mark.parametrize(
    "claim", [Mention("dog", 2, "brown", "big", feature=True), Featured("dog", 1, has=True), Light(is_night=True)]
)
def test_every_field_that_is_marked_is_a_field_of_the_claim(claim):
    fields = [field for _, field in wording(claim) if field]
    assert fields
    assert all(hasattr(claim, field) for field in fields)


def test_what_is_not_said_is_not_marked():
    assert [field for _, field in wording(Mention("dog", 1))] == ["count", "", "noun"]
