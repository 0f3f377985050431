"""What events add up to: by hand, and for any text and any events."""

import unicodedata
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.models import Act
from annotator.services.folding import (
    ActError,
    ClosedError,
    Folded,
    Judgement,
    Step,
    checked_payload,
    corrected_text,
    fold,
    judgements_from_json,
    judgements_to_json,
    spans_of,
    word_states,
)
from rewardmodel.records import words
from rewardmodel.taxonomy import KINDS

# a busy machine is no reason to fail
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

KITE = "A red kite flies."
KITE_WORDS = words(KITE)

PIECES = [
    "kite",
    "red",
    "👩‍👩‍👧‍👦",
    "👍🏽",
    "é",
    "e\u0301",
    "مرحبا",
    "שלום",
    "猫が",
    "\r\n",
    "  ",
    " ",
    "\u00a0",
    "\t",
    "“",
    "”.",
    ",",
    "'s",
    "🇫🇷",
    "\u200f",
]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map("".join).filter(lambda text: bool(words(text)))


@st.composite
def ranges(draw: st.DrawFn, number: int) -> dict[str, int]:
    first = draw(st.integers(0, number - 1))
    return {"first": first, "end": draw(st.integers(first + 1, number))}


@st.composite
def acts_on(draw: st.DrawFn, text: str) -> list[Step]:
    """Any acts of an annotator on a text, without submit and skip."""
    number = len(words(text))
    steps = []
    for act in draw(st.lists(st.sampled_from([act.value for act in Act if act not in {Act.SUBMIT, Act.SKIP}]), max_size=15)):
        payload: dict[str, Any] = {"text": draw(st.sampled_from(["", "cat", "二匹 👍🏽", " x "]))}
        payload |= draw(ranges(number)) | {"kind": draw(st.sampled_from(["", *KINDS]))}
        steps.append(Step(act, checked_payload(act, payload, response=text, words=words(text))))
    return steps


texts_and_acts = texts.flatmap(lambda text: st.tuples(st.just(text), acts_on(text)))


def test_replacing_a_flag_keeps_kind_and_source() -> None:
    steps = [
        Step("confirm", {"first": 1, "end": 2}),
        Step("kind", {"first": 1, "end": 2, "kind": "attribute"}),
        Step("replace", {"first": 1, "end": 2, "text": "blue"}),
    ]
    assert fold(KITE_WORDS, steps).judgements == (Judgement(1, 2, "wrong", kind="attribute", text="blue", source="flag"),)


def test_source_is_the_flag_only_where_the_model_had_doubts() -> None:
    steps = [Step("replace", {"first": 1, "end": 2, "text": "blue"}), Step("flag", {"first": 3, "end": 4})]
    sources = [judgement.source for judgement in fold(KITE_WORDS, steps, flags=[(0, 2)]).judgements]
    assert sources == ["flag", "hand"]


def test_newer_judgement_takes_its_words_from_an_older_one() -> None:
    steps = [Step("replace", {"first": 0, "end": 4, "text": "Nothing"}), Step("clear", {"first": 1, "end": 2})]
    assert fold(KITE_WORDS, steps).judgements == (
        Judgement(0, 1, "wrong", source="hand"),
        Judgement(1, 2, "right", source="hand"),
        Judgement(2, 4, "wrong", source="hand"),
    )


def test_undo_reaches_back_across_a_submit_and_redo_comes_forward_again() -> None:
    steps = [Step("flag", {"first": 1, "end": 2}), Step("submit", {"rest_checked": True})]
    submitted = fold(KITE_WORDS, steps)
    reopened = fold(KITE_WORDS, [*steps, Step("undo", {})])
    assert (submitted.status, submitted.rest_checked) == ("submitted", True)
    assert (reopened.status, reopened.rest_checked, len(reopened.judgements)) == ("draft", False, 1)
    assert fold(KITE_WORDS, [*steps, Step("undo", {}), Step("undo", {})]) == Folded()
    assert fold(KITE_WORDS, [*steps, Step("undo", {}), Step("redo", {})]) == submitted


def test_redo_after_something_new_does_nothing() -> None:
    steps = [Step("flag", {"first": 1, "end": 2}), Step("undo", {}), Step("flag", {"first": 2, "end": 3}), Step("redo", {})]
    assert [judgement.first for judgement in fold(KITE_WORDS, steps).judgements] == [2]


@pytest.mark.parametrize("last", [Step("submit", {}), Step("skip", {"reason": "blurred"})])
def test_closed_annotation_takes_only_undo(last: Step) -> None:
    with pytest.raises(ClosedError):
        fold(KITE_WORDS, [last, Step("flag", {"first": 0, "end": 1})])


@patient
@given(texts_and_acts)
def test_spans_quote_the_response_and_are_disjoint(case: tuple[str, list[Step]]) -> None:
    text, steps = case
    folded = fold(words(text), steps)
    spans = spans_of(text, words(text), folded.judgements)
    assert [text[span["start"] : span["end"]] for span in spans] == [span["quote"] for span in spans]
    assert all(before["end"] <= after["start"] for before, after in pairwise(spans))
    assert judgements_from_json(judgements_to_json(folded.judgements)) == folded.judgements


@patient
@given(texts_and_acts)
def test_undoing_everything_gives_the_beginning(case: tuple[str, list[Step]]) -> None:
    text, steps = case
    assert fold(words(text), [*steps, *[Step("undo", {})] * len(steps)]) == Folded()


@patient
@given(texts_and_acts)
def test_redo_takes_an_undo_back(case: tuple[str, list[Step]]) -> None:
    text, steps = case
    done = [step for step in steps if step.act not in {Act.UNDO, Act.REDO}]
    back_and_forth = [*[Step("undo", {})] * len(done), *[Step("redo", {})] * len(done)]
    assert fold(words(text), [*done, *back_and_forth]) == fold(words(text), done)


@patient
@given(texts_and_acts)
def test_correction_changes_nothing_outside_the_spans_but_one_space_a_deletion(case: tuple[str, list[Step]]) -> None:
    text, steps = case
    spans = spans_of(text, words(text), fold(words(text), steps).judgements)
    made = [span for span in spans if span["replacement"] is not None]
    expected, at = "", 0
    for span in made:
        expected += text[at : span["start"]] + span["replacement"]
        at = span["end"]
    expected += text[at:]
    corrected = corrected_text(text, spans)
    deletions = sum(span["replacement"] == "" for span in made)
    assert len(expected) - deletions <= len(corrected) <= len(expected)
    assert without_space(corrected) == without_space(expected)


def without_space(text: str) -> str:
    return "".join(character for character in text if not character.isspace())


@pytest.mark.parametrize(
    ("response", "first", "end", "corrected"),
    [
        ("A red kite flies.", 1, 2, "A kite flies."),
        ("Red kite.", 0, 1, "kite."),
        ("A kite flies high.", 3, 4, "A kite flies."),
        ("A  red  kite", 1, 2, "A   kite"),
        ("A kite\r\nflies high", 2, 3, "A kite\r\nhigh"),
        ("A “red” kite", 1, 2, "A “” kite"),
        ("猫が走る", 1, 2, "猫走る"),
        ("ein 👩‍👩‍👧‍👦 Bild", 1, 2, "ein Bild"),
        ("שלום עולם טוב", 1, 2, "שלום טוב"),
        ("kite", 0, 1, ""),
    ],
)
def test_deleting_words_deletes_one_space(response: str, first: int, end: int, corrected: str) -> None:
    judgements = [Judgement(first, end, "wrong", text="")]
    assert corrected_text(response, spans_of(response, words(response), judgements)) == corrected


def test_deleting_neighbours_one_by_one_leaves_one_space_between_the_rest() -> None:
    judgements = [Judgement(0, 1, "wrong", text=""), Judgement(1, 2, "wrong", text="")]
    assert corrected_text("a b c", spans_of("a b c", words("a b c"), judgements)) == "c"


def test_word_states_keep_untouched_and_checked_apart() -> None:
    judgements = [Judgement(0, 1, "wrong"), Judgement(1, 2, "wrong", text="blue"), Judgement(2, 3, "right")]
    assert word_states(4, judgements, rest_checked=False) == ["confirmed", "corrected", "cleared", "untouched"]
    assert word_states(4, judgements, rest_checked=True) == ["confirmed", "corrected", "cleared", "checked"]


@pytest.mark.parametrize(
    ("act", "payload", "reason"),
    [
        ("flag", {"first": 2, "end": 2}, "Words must satisfy 0 <= first < end <= 4, got [2, 2)"),
        ("flag", {"first": 0, "end": 5}, "Words must satisfy 0 <= first < end <= 4, got [0, 5)"),
        ("flag", {"first": True, "end": 2}, "Words must satisfy 0 <= first < end <= 4, got [True, 2)"),
        ("flag", {}, "Words must satisfy 0 <= first < end <= 4, got [None, None)"),
        ("flag", {"first": 1, "end": 2, "quote": "blue"}, "Words [1, 2) read 'red', not 'blue'"),
        ("kind", {"first": 1, "end": 2, "kind": "colour"}, "There is no kind 'colour'"),
        ("replace", {"first": 1, "end": 2, "text": "x" * 1_001}, "text has 1,001 characters; at most 1,000 are taken"),
        ("replace", {"first": 1, "end": 2, "text": None}, "text must be text, got None"),
        ("comment", {"text": "a\0b"}, "text holds a character that is no text (NUL or half of a surrogate pair)"),
        ("comment", {"text": "\ud83d"}, "text holds a character that is no text (NUL or half of a surrogate pair)"),
        ("dance", {}, "There is no act 'dance'"),
    ],
)
def test_senseless_act_is_refused_by_name(act: str, payload: dict[str, Any], reason: str) -> None:
    with pytest.raises(ActError) as refusal:
        checked_payload(act, payload, response=KITE, words=KITE_WORDS)
    assert str(refusal.value) == reason


def test_checked_payload_keeps_what_is_known_and_nothing_else() -> None:
    payload = {"first": 1, "end": 2, "quote": "red", "kind": "", "text": "blue", "more": 1}
    checked = checked_payload("replace", payload, response=KITE, words=KITE_WORDS)
    assert checked == {"first": 1, "end": 2, "kind": None, "text": "blue"}
    assert checked_payload("replace", checked, response=KITE, words=KITE_WORDS) == checked


def test_pieces_cover_what_breaks_offsets() -> None:
    kinds = {unicodedata.bidirectional(character) for piece in PIECES for character in piece}
    assert {"R", "AL", "NSM", "ON"} <= kinds
