"""Counting: numbers, nouns and verbs agree, and what is no number of things stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.perturbations.counts import counts
from rewardmodel.perturbations.families.others import NUMBERS
from rewardmodel.perturbations.phrases import read
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


@pytest.mark.parametrize(
    ("caption", "some"),
    [
        ("TWO DOGS RUN .", "[ONE] [DOG] [RUNS] ."),
        ("Two dogs\nrun .", "[One] [dog]\n[runs] ."),
        ("A dog runs, jumps and barks .", "[Two] [dogs] [run], [jump] and [bark] ."),
        ("A dog runs while a cat sleeps .", "A dog runs while [two] [cats] [sleep] ."),
        ("A dog was running .", "[Two] [dogs] [were] running ."),
        ("There are two dogs .", "There [is] [one] [dog] ."),
        ("A woman and three children sit .", "A woman and [four] children sit ."),
    ],
)
def test_agreement_reaches_every_verb_of_the_noun_alone(answers, caption, some):
    assert some in answers(caption, Kind.COUNTING)


@pytest.mark.parametrize(
    ("caption", "never"),
    [
        ("Two men and a dog run .", "[One]"),  # "one man and a dog" run all the same
        ("Two men who smile .", "[One]"),
        ("Two dogs run with their toys .", "[One]"),
    ],
)
def test_many_become_one_only_where_every_verb_is_understood(answers, caption, never):
    made = answers(caption, Kind.COUNTING)
    assert made
    assert not any(never in text for text in made)


@pytest.mark.parametrize(
    ("caption", "numbers"),
    [
        ("2 dogs play", {3, 4, 5}),
        ("19 dogs play", {20, 21, 22}),
        ("1 dogs play", set()),
        ("21 dogs play", set()),
        ("0 dogs play", set()),
    ],
)
def test_figures_grow_by_one_to_three_up_to_twenty(answers, caption, numbers):
    assert answers(caption, Kind.COUNTING) == {f"[{number}] dogs play" for number in numbers}


@pytest.mark.parametrize("number", ["\u00b2", "\u2460", "\u00bd", "9" * 5_000, "1.5", "2nd"])
def test_what_is_no_plain_figure_stays(answers, number):
    assert answers(f"{number} dogs play", Kind.COUNTING) == set()


def test_figures_of_other_scripts_are_figures(answers):
    assert "[4] dogs play" in answers("\u0663 dogs play", Kind.COUNTING)  # an Arabic three


@given(st.sampled_from(NUMBERS[1:]))
def test_another_number_is_one_that_the_eye_can_tell_apart(number):
    old, made = NUMBERS.index(number), [choice for choice in counts(read(f"{number} dogs run .")) if len(choice.edits) == 1]
    new = {NUMBERS.index(choice.edits[0].text) for choice in made}
    assert old not in new
    assert 0 not in new  # one dog needs another noun
    assert all(abs(other - old) >= min(other, old) // 3 for other in new)
    assert all(0 < choice.weight <= 1 for choice in made)
