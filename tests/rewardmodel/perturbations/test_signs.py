"""Text: quoted letters exchanged; letters put on a thing or on a sign close by where there are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.perturbations.families.signs import SHIRTS, SIGNS
from rewardmodel.perturbations.phrases import read
from rewardmodel.perturbations.signs import letters
from rewardmodel.taxonomy import Kind


@pytest.mark.parametrize(
    ("caption", "some"),
    [
        ('A sign that reads "STOP" .', 'A sign that reads "[OPEN]" .'),
        ('A sign that reads " Stop " .', 'A sign that reads " [Open] " .'),
        ("A sign that reads 'STOP' .", "A sign that reads '[OPEN]' ."),
        ("A sign \u201cstop\u201d .", "A sign \u201c[open]\u201d ."),
        ("A sign which says Stop on a wall", "A sign which says [Open] on a wall"),
        ("A player with number 12 on his jersey", "A player with number [15] on his jersey"),
        ("A man next to a sign .", 'A man next to a sign [that reads "OPEN"] .'),
        ("A boy in a red shirt smiles .", 'A boy in a red shirt [that says "COACH"] smiles .'),
        ("A girl runs .", 'A girl runs [near a sign that reads "STOP"] .'),
    ],
)
def test_letters_are_exchanged_or_put_in(answers, caption, some):
    assert some in answers(caption, Kind.TEXT)


def test_letters_that_are_there_are_exchanged_and_none_are_added(answers):
    made = answers('A man in a shirt with "STOP" on it', Kind.TEXT)
    assert all(text.startswith('A man in a shirt with "[') and text.endswith(']" on it') for text in made)
    assert 'A man in a shirt with "[STOP]" on it' not in made


def test_a_contraction_is_no_quotation(answers):
    assert not any("'[" in text for text in answers("The boy's dog isn't the girls' dog", Kind.TEXT))


def test_an_empty_caption_stays(answers):
    assert answers("", Kind.TEXT) == set()


@pytest.mark.parametrize(
    ("caption", "some"),
    [
        ("A sign reading Main Street .", "A sign reading [Bakery] ."),
        ('Signs "GO" and "stop" .', 'Signs "GO" and "[open]" .'),
        ('Signs "GO" and "stop" .', 'Signs "[OPEN]" and "stop" .'),
        ("A bus with people .", 'A bus [that reads "TAXI"] with people .'),
        ("A man (left)", 'A man (left) [near a sign that reads "STOP"]'),
        ("A girl runs!", 'A girl runs [near a sign that reads "STOP"]!'),
        ("no. #9 on a shirt", "no. #[12] on a shirt"),
    ],
)
def test_letters_keep_to_their_place(answers, caption, some):
    assert some in answers(caption, Kind.TEXT)


@pytest.mark.parametrize("caption", ["\U0001f600", " ", "...", '""', "!?"])
def test_nothing_is_put_near_what_is_no_sentence(answers, caption):
    assert answers(caption, Kind.TEXT) == set()


def test_a_number_on_a_shirt_becomes_a_larger_one(answers):
    made = answers("A player with number 7 .", Kind.TEXT)
    assert made == {f"A player with number [{7 + by}] ." for by in (3, 4, 7, 11, 16, 25, 38)}


@given(st.sampled_from(sorted({*SIGNS, *SHIRTS})))
def test_other_letters_neither_hold_nor_are_held_by_the_old_ones(word):
    made = [choice.edits[0].text for choice in letters(read(f'A sign reads "{word}" .'))]
    assert made
    assert not any(other in word or word in other for other in made)
    assert all(other.isupper() for other in made)
