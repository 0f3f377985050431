"""Referents against a scene made by hand: what is said, right or wrong, never changes what is to be seen."""

from rewardmodel.scenes import PICTURE_BOOK, REFERENT_QUESTIONS, Caption, Referent, Scene, referents
from rewardmodel.scenes.captions import Sentence, caption_of
from rewardmodel.scenes.claims import Backdrop, Claim, Mention, Reads, Related, Sighting
from rewardmodel.scenes.layout import Box, Group, Small

DOG = Group("dog", "brown", "small", "ground", (Box(0, 64, 32, 96),), feature=False)
CATS = Group("cat", "black", "big", "ground", (Box(64, 64, 80, 96), Box(96, 64, 128, 96)), feature=True)
STAR = Small("star", "sky", Box(0, 0, 16, 16))
SCENE = Scene(0, PICTURE_BOOK, "grass", True, (DOG, CATS), (STAR,))


def caption(frame: str, **claims: Claim) -> Caption:
    return caption_of([Sentence(frame, tuple(claims.items()))])


def answers(caption: Caption, passage: str, *, is_other: bool = False) -> dict[str, str]:
    [found] = [
        one for one in referents(SCENE, caption) if caption.text[one.start : one.end] == passage and one.is_other is is_other
    ]
    return _named(found)


def _named(referent: Referent) -> dict[str, str]:
    asked = zip(REFERENT_QUESTIONS.items(), referent.classes, strict=True)
    return {question: names[number] for (question, names), number in asked if number}


def test_a_wrong_word_is_taught_what_the_thing_looks_like():
    said = caption("there {a:be} {a}", a=Mention("dog", 2, colour="white"))
    expected = {"count": "one", "colour": "brown", "size": "small", "feature": "lacks"}
    assert answers(said, "dogs") == answers(said, "white") == answers(said, "two") == expected


def test_a_place_is_the_hull_of_the_group_as_shares_of_the_picture():
    said = caption("there {a:be} {a}", a=Mention("cat", 2))
    assert {one.place for one in referents(SCENE, said)} == {(0.5, 0.5, 1.0, 0.75)}


def test_a_thing_that_is_not_there_is_nowhere():
    said = caption("there {a:be} {a}", a=Mention("cow", 1))
    assert [(one.place, _named(one)) for one in referents(SCENE, said)] == [(None, {})] * 2


def test_a_relation_asks_for_both_things():
    said = caption("{a} {a:be} {r} {b}", a=Mention("dog", 1), r=Related("dog", "left", "cat"), b=Mention("cat", 2))
    assert answers(said, "to the left of")["colour"] == "brown"
    assert answers(said, "to the left of", is_other=True) == {"count": "two", "colour": "black", "size": "big", "feature": "has"}


def test_small_things_are_seen_where_they_are():
    said = caption("there is a tiny {s} in the sky", s=Backdrop("star", "sky"))
    assert [(one.place, _named(one)) for one in referents(SCENE, said)] == [((0.0, 0.0, 0.125, 0.125), {"count": "one"})]


def test_a_denied_thing_is_seen_all_the_same():
    said = caption("there is {s} in the picture", s=Sighting("dog", is_there=False))
    assert answers(said, "no")["count"] == "one"


def test_what_is_only_worn_has_no_place_to_ask_for():
    said = caption("there is {s} in the picture", s=Sighting("hat", is_there=True))
    assert list(referents(SCENE, said)) == []


def test_words_on_signs_speak_of_no_thing():
    assert list(referents(SCENE, caption('"{t}"', t=Reads("STOP")))) == []
