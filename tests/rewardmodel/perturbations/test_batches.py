"""Batches: clean records and their perturbed twins, the kinds as even as may be."""

from collections import Counter
from pathlib import Path

from rewardmodel.perturbations.batches import with_exchanged, with_perturbed
from rewardmodel.perturbations.usage import Usage
from rewardmodel.records import Record, Span
from rewardmodel.taxonomy import KINDS, Kind

CAPTION = 'A black dog is not in front of a white cat next to a sign that reads "STOP" .'
CLEAN = [Record(Path(f"{number}.png"), "Describe.", CAPTION) for number in range(80)]


def test_with_perturbed_follows_every_clean_record_by_one_of_an_even_kind():
    made = list(with_perturbed(CLEAN))
    assert made[::2] == CLEAN
    assert [record.image for record in made[1::2]] == [record.image for record in CLEAN]
    assert Counter(record.spans[0].kind for record in made[1::2]) == dict.fromkeys(KINDS, 10)


def test_with_perturbed_leaves_out_what_is_wrong_already():
    wrong = Record(Path("x.png"), "", "A dog", (Span(2, 5, Kind.OBJECT),))
    assert list(with_perturbed([wrong])) == []


def test_with_perturbed_keeps_a_clean_record_that_no_rule_applies_to():
    plain = Record(Path("x.png"), "", "?!")
    assert list(with_perturbed([plain])) == [plain]


def test_with_perturbed_takes_the_kinds_that_are_asked_for():
    made = list(with_perturbed(CLEAN, kinds=[Kind.SPATIAL], seed=3))
    assert {record.spans[0].kind for record in made[1::2]} == {Kind.SPATIAL}
    assert made == list(with_perturbed(CLEAN, kinds=[Kind.SPATIAL], seed=3))


def test_with_perturbed_of_nothing_is_nothing():
    assert list(with_perturbed([])) == []
    assert list(with_perturbed(CLEAN[:2], kinds=[])) == CLEAN[:2]


def test_another_seed_makes_other_errors():
    one, other = ([record.response for record in with_perturbed(CLEAN, seed=seed)][1::2] for seed in (0, 1))
    assert one != other


def test_the_prompt_stays_with_what_is_wrong():
    assert {record.prompt for record in with_perturbed(CLEAN[:8])} == {"Describe."}


DOGS = [
    f"A {colour} dog runs on the {ground} ." for colour in ("black", "brown", "white") for ground in ("grass", "snow", "sand")
]


def test_with_exchanged_makes_pairs_and_leaves_out_what_makes_none():
    clean = [Record(Path(f"{number}.png"), "", text) for number, text in enumerate([*DOGS * 20, "?!"])]
    made = list(with_exchanged(clean, Usage(record.response for record in clean)))
    assert set(made[::2]) < set(clean)
    assert clean[-1] not in made
    assert 50 < len(made) < 2 * len(clean)
    for before, after in zip(made[::2], made[1::2], strict=True):
        assert (before.image, before.spans) == (after.image, ())
        assert after.spans
        assert after.response != before.response


def test_words_of_exchanged_captions_are_as_usual_as_before():
    clean = [Record(Path("x.png"), "", text) for text in DOGS * 100]
    made = list(with_exchanged(clean, Usage(record.response for record in clean), kinds=[Kind.ATTRIBUTE]))
    before, after = (Counter(word for record in half for word in record.response.split()) for half in (made[::2], made[1::2]))
    assert all(0.8 < after[colour] / before[colour] < 1.25 for colour in ("black", "brown", "white"))
