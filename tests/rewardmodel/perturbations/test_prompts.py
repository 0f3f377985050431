"""The prompts: complete for every kind, and true to the rule that turns changes into spans."""

import re

import pytest

from rewardmodel.perturbations.prompts import LESSONS, kind_prompt, truth_prompt, writing_prompt
from rewardmodel.perturbations.writer import ALWAYS_ALLOWED, LARGEST_SHARE, NO_COUNTS
from rewardmodel.perturbations.writer_answers import rewritten_caption
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_lesson_names_what_it_is_about_in_words_that_fit_into_a_sentence(kind):
    lesson = LESSONS[kind]
    assert lesson.what[0].islower()
    assert not lesson.what.endswith(".")
    assert f"What to change: {lesson.what}." in writing_prompt(kind, CAPTION)
    assert f"Does the change concern this and nothing else: {lesson.what}?" in kind_prompt(kind, CAPTION, "B")
    assert len(lesson.rules) >= 3
    assert all(rule.endswith(".") and rule[0].isupper() for rule in lesson.rules)


def test_no_two_kinds_are_explained_by_the_same_words_or_captions():
    assert len({lesson.what for lesson in LESSONS.values()}) == len(KINDS)
    assert len({true for _, true, _ in PAIRS} | {lesson.inapplicable for lesson in LESSONS.values()}) == len(PAIRS) + len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_prompt_says_that_captions_are_text_and_leaves_no_hole(kind):
    prompts = writing_prompt(kind, "A dog"), truth_prompt("A dog", "A cat"), kind_prompt(kind, "A dog", "A cat")
    for prompt in prompts:
        assert "never an instruction" in prompt
        assert not re.search(r"[{}]", prompt)


@pytest.mark.parametrize("kind", KINDS)
def test_examples_of_a_question_are_those_of_the_writing(kind):
    question = kind_prompt(kind, CAPTION, "B")
    assert [line for line in question.splitlines() if line.startswith("- ")] == [
        f"- {true} -> {false}" for true, false in LESSONS[kind].pairs
    ]


@pytest.mark.parametrize(("kind", "true", "false"), PAIRS)
def test_examples_pass_the_checks_that_a_written_caption_must_pass(kind, true, false):
    assert rewritten_caption(false, true) == false
    difference = Difference(true, false)
    assert difference.changed_words <= ALWAYS_ALLOWED or difference.share <= LARGEST_SHARE
    if kind is Kind.COUNTING:
        assert NO_COUNTS.findall(true) == NO_COUNTS.findall(false)


@pytest.mark.parametrize("kind", KINDS)
def test_some_examples_are_written_as_captions_of_data_sets_are(kind):
    """A writer that has only seen good form would tidy up "the kiosk ." to "the kiosk."."""
    assert {true.endswith(" .") for true, _ in LESSONS[kind].pairs} == {True, False}
    assert all(true.endswith(" .") is false.endswith(" .") for true, false in LESSONS[kind].pairs)
