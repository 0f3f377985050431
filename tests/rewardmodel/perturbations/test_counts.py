"""Counting: numbers, nouns and verbs agree, and what is no number of things stays."""

import pytest

from rewardmodel.taxonomy import Kind


@pytest.mark.parametrize(
    ("caption", "some"),
    [
        ("A dog runs .", "[Two] [dogs] [run] ."),
        ("A child is jumping .", "[Three] [children] [are] jumping ."),
        ("A man sits and reads a book .", "[Two] [men] [sit] and [read] a book ."),
        ("There is a dog on the beach .", "There [are] [two] [dogs] on the beach ."),
        ("A man watches a woman .", "A man watches [two] [women] ."),
        ("Two men are running .", "[Three] men are running ."),
        ("Two men are running .", "[One] [man] [is] running ."),
        ("Two dogs run .", "[One] [dog] [runs] ."),
        ("One man has a hat .", "[Two] [men] [have] a hat ."),
        ("2 dogs play", "[3] dogs play"),
        ("A boy kicks a soccer ball .", "A boy kicks [two] [soccer balls] ."),
        ("A fire truck stops .", "[Two] [fire trucks] [stop] ."),
        ("Two sheep stand in a field .", "[Five] sheep stand in a field ."),
    ],
)
def test_numbers_change_with_their_nouns_and_verbs(answers, caption, some):
    assert some in answers(caption, Kind.COUNTING)


@pytest.mark.parametrize(
    "caption",
    [
        "One of the dogs runs .",
        "No one is here .",
        "A couple walks .",
        "A man holds his hat .",
        "A man in a hat smiles .",
        "A dog's tail",
        "They stand one by one .",
        "Four wheels",
        "The number 2",
        "A three year old",
        "A woman and her dog .",
        "There is a man who smiles .",
        "A man with glasses and a hat smiles .",
    ],
)
def test_what_is_no_number_of_things_stays(answers, caption):
    assert answers(caption, Kind.COUNTING) == set()


def test_two_never_becomes_a_couple(answers):
    made = answers("Two men are running .", Kind.COUNTING)
    assert not any(word in text.lower() for text in made for word in ("couple", "pair", "several", "two"))
