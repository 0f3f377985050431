"""How usual a text is: pairs and triples count where they were met, words where not, and never the caption itself."""

import math

from rewardmodel.perturbations.usage import Usage

CAPTIONS = [*["A black dog runs ."] * 5, *["A brown dog runs ."] * 2, "A black cat sleeps ."]


def test_the_usual_is_likelier_than_the_seldom_and_that_than_the_unheard_of():
    usage = Usage(CAPTIONS)
    black, green = (usage.log_ratio("A brown dog runs .", f"A {word} dog runs .") for word in ("black", "green"))
    assert black > 0 > green


def test_a_caption_is_left_out_of_what_it_is_compared_with():
    usage = Usage(["A brown dog runs .", "A green dog runs ."])
    assert usage.log_ratio("A brown dog runs .", "A green dog runs .") > 0  # who has met only the other


def test_a_word_is_judged_by_what_stands_on_both_sides():
    usage = Usage(["A dog barks .", "A dog barks .", "A cat meows .", "A cat meows .", "A dog meows ."])
    assert usage.log_ratio("A dog meows .", "A cat meows .") > 0
    assert usage.log_ratio("A dog meows .", "A dog barks .") > 0


def test_capitals_make_no_other_word_and_nothing_no_difference():
    usage = Usage(CAPTIONS)
    assert usage.log_ratio("A black dog runs .", "a BLACK dog runs .") == 0
    assert usage.log_ratio("", "") == 0


def test_what_was_never_met_at_all_has_a_likelihood():
    assert math.isfinite(Usage([]).log_ratio("", "Quite another text ."))
