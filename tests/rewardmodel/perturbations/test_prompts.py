"""The prompts: complete for every kind, and true to the rule that turns changes into spans."""

import pytest

from rewardmodel.perturbations.prompts import LESSONS, kind_prompt, truth_prompt, writing_prompt
from rewardmodel.perturbations.writer_diff import Difference
from rewardmodel.taxonomy import KINDS, Kind

CAPTION = "A {strange} caption\nwith 100 % <b>oddities</b>."
PAIRS = [(kind, *pair) for kind, lesson in LESSONS.items() for pair in lesson.pairs]


def test_every_kind_has_a_lesson_in_the_order_that_people_see():
    assert tuple(LESSONS) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_writing_prompt_has_the_rules_the_pairs_and_the_caption_as_it_is(kind):
    prompt, lesson = writing_prompt(kind, CAPTION), LESSONS[kind]
    assert all(rule in prompt for rule in lesson.rules)
    assert all(f"<caption>{true}</caption>\nAnswer: {false}\n" in prompt for true, false in lesson.pairs)
    assert prompt.endswith(f"<caption>{CAPTION}</caption>\nAnswer:")


@pytest.mark.parametrize("kind", KINDS)
def test_writing_prompt_shows_that_a_caption_without_such_a_change_is_copied(kind):
    prompt, copied = writing_prompt(kind, CAPTION), LESSONS[kind].inapplicable
    assert "answer with the caption itself, unchanged" in prompt
    assert f"<caption>{copied}</caption>\nAnswer: {copied}\n" in prompt


def test_counting_leaves_quoted_text_clock_times_and_proportions_alone():
    prompt = writing_prompt(Kind.COUNTING, CAPTION)
    assert (
        "Never touch numbers in quoted text or on signs, clock times, dates, ages, prices, proportions or percentages." in prompt
    )
    assert 'Answer: Six runners wear shirts that read "10 km" .' in prompt
    assert 'Answer: The clock shows 4:30 and the sign reads "2 for 1".' in prompt


def test_text_may_be_put_in_where_there_is_none():
    assert 'Answer: A woman holds a mug that reads "MONDAY" .' in writing_prompt(Kind.TEXT, CAPTION)


def test_prompts_of_two_kinds_differ():
    assert len({writing_prompt(kind, CAPTION) for kind in KINDS}) == len(KINDS)
    assert len({kind_prompt(kind, CAPTION, "B") for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_questions_hold_both_captions_and_ask_for_one_word(kind):
    for prompt in (truth_prompt(CAPTION, "Another {one}."), kind_prompt(kind, CAPTION, "Another {one}.")):
        assert f"<first>{CAPTION}</first>\n<second>Another {{one}}.</second>" in prompt
        assert prompt.endswith("Answer with one word, yes or no.")
    assert LESSONS[kind].what in kind_prompt(kind, CAPTION, "Another one.")


@pytest.mark.parametrize(("kind", "true", "false"), PAIRS)
def test_examples_change_few_words_and_can_be_marked(kind, true, false):
    perturbed = Difference(true, false).marked(kind)
    assert perturbed is not None
    assert perturbed.text == false
    assert Difference(true, false).changed_words <= 5


@pytest.mark.parametrize(("kind", "true", "false"), [pair for pair in PAIRS if pair[0] is Kind.BINDING])
def test_binding_examples_only_move_words(kind, true, false):
    assert sorted(true.lower().split()) == sorted(false.lower().split())
