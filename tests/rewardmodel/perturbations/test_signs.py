"""Text: quoted letters exchanged; letters put on a thing or on a sign close by where there are none."""

import pytest

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
