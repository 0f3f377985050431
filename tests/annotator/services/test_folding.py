"""What events add up to: by hand, and for any text and any events."""

import unicodedata
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.models import Act
from annotator.services.folding import (
    ClosedError,
    Folded,
    Judgement,
    Step,
    corrected_text,
    evidence_of,
    fold,
    insertions_of,
    judgements_from_json,
    judgements_to_json,
    marked_spans,
    spans_of,
    undos_left,
    word_states,
)
from annotator.services.payloads import checked_payload
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
        payload |= draw(ranges(number)) | {"kind": draw(st.sampled_from(["", *KINDS])), "at": draw(st.integers(0, number))}
        payload |= draw(st.sampled_from([{"box": [0.0, 0.5, 1.0, 0.75]}, {"absent": True}, {}]))
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


@patient
@given(texts_and_acts)
def test_what_was_missing_is_put_in_and_changes_spaces_only(case: tuple[str, list[Step]]) -> None:
    text, steps = case
    judgements = fold(words(text), steps).judgements
    spans, insertions = spans_of(text, words(text), judgements), insertions_of(words(text), judgements)
    edits = [(one["at"], one["at"], one["text"]) for one in insertions]
    edits += [(span["start"], span["end"], span["replacement"]) for span in spans if span["replacement"] is not None]
    expected = text
    for start, end, put_in in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        expected = expected[:start] + put_in + expected[end:]
    assert without_space(corrected_text(text, spans, insertions)) == without_space(expected)


@patient
@given(texts_and_acts)
def test_marked_spans_are_disjoint_and_hold_all_wrong_words_and_those_beside_what_is_missing(
    case: tuple[str, list[Step]],
) -> None:
    text, steps = case
    judgements = fold(words(text), steps).judgements
    marked = marked_spans(words(text), judgements)
    states = word_states(len(words(text)), judgements, rest_checked=True)
    assert all(before["end"] <= after["start"] for before, after in pairwise(marked))
    bad = [any(span["start"] <= start and end <= span["end"] for span in marked) for start, end in words(text)]
    assert bad == [state in {"confirmed", "corrected", "seam"} for state in states]


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


@pytest.mark.parametrize(
    ("response", "at", "put_in", "corrected"),
    [
        ("A red kite flies.", 1, "big", "A big red kite flies."),
        ("red kite flies.", 0, "The", "The red kite flies."),
        ("A red kite flies.", 4, "high", "A red kite flies high."),
        ("A red kite flies", 4, "high", "A red kite flies high"),
        ("A kite. It flies", 2, "Look!", "A kite. Look! It flies"),
        ("A kite, it flies", 2, "red,", "A kite, red, it flies"),
        ("A kite flies", 3, ", high", "A kite flies, high"),
        ('A "kite" flies', 1, "red", 'A "red kite" flies'),
        ('He saw "a kite"', 4, "fly", 'He saw "a kite fly"'),
        ("A kite flies", 1, '"red"', 'A "red" kite flies'),
        ("A kite flies", 3, '"high"', 'A kite flies "high"'),
        ("A kite costs .5 euro", 3, "about", "A kite costs about .5 euro"),
        ("A  kite\nflies", 1, "red", "A  red kite\nflies"),
        ("A kite\nflies", 2, "red", "A kite\nred flies"),
        ("猫が走る。", 1, "の子", "猫の子が走る。"),
        ("猫が走る。", 4, "よ", "猫が走るよ。"),
        ("猫cat", 1, "dog", "猫dog cat"),
        ("ein 👩‍👩‍👧‍👦 Bild", 1, "schönes", "ein schönes 👩‍👩‍👧‍👦 Bild"),
        ("שלום עולם", 1, "כל", "שלום כל עולם"),
    ],
)
def test_missing_words_get_one_space_on_either_side(response: str, at: int, put_in: str, corrected: str) -> None:
    insertions = insertions_of(words(response), [Judgement(at, at, "wrong", text=put_in)])
    assert corrected_text(response, [], insertions) == corrected


@pytest.mark.parametrize(
    ("first", "end", "text", "at", "corrected"),
    [
        (1, 2, "", 1, "A big kite flies."),
        (1, 2, "", 2, "A big kite flies."),
        (3, 4, "", 3, "A red kite big."),
        (3, 4, "", 4, "A red kite big."),
        (0, 1, "", 0, "big red kite flies."),
        (0, 4, "", 4, "big."),
        (1, 2, "green", 1, "A big green kite flies."),
        (1, 2, "green", 2, "A green big kite flies."),
    ],
)
def test_missing_words_beside_replaced_ones(first: int, end: int, text: str, at: int, corrected: str) -> None:
    response = "A red kite flies."
    judgements = [Judgement(first, end, "wrong", text=text), Judgement(at, at, "wrong", text="big")]
    spans, insertions = spans_of(response, words(response), judgements), insertions_of(words(response), judgements)
    assert corrected_text(response, spans, insertions) == corrected


def test_insertions_say_what_is_missing_where_and_are_no_spans() -> None:
    steps = [Step("insert", {"at": 1, "text": "big", "kind": "attribute"}), Step("insert", {"at": 4, "text": "high"})]
    judgements = fold(KITE_WORDS, steps).judgements
    assert insertions_of(KITE_WORDS, judgements) == [
        {"at": 2, "text": "big", "kind": "attribute"},
        {"at": 16, "text": "high", "kind": None},
    ]
    assert spans_of(KITE, KITE_WORDS, judgements) == []


def test_seam_is_marked_on_the_words_on_both_sides_that_nothing_else_has_marked() -> None:
    missing = [Judgement(at, at, "wrong", kind="object", text="x") for at in (0, 2, 4)]
    assert marked_spans(KITE_WORDS, missing) == [
        {"start": 0, "end": 1, "kind": "object"},
        {"start": 2, "end": 10, "kind": "object"},
        {"start": 11, "end": 16, "kind": "object"},
    ]
    beside = [Judgement(1, 2, "wrong", kind="attribute"), Judgement(2, 2, "wrong", text="x"), Judgement(2, 3, "right")]
    assert marked_spans(KITE_WORDS, beside) == [
        {"start": 2, "end": 5, "kind": "attribute"},
        {"start": 6, "end": 10, "kind": None},
    ]
    assert word_states(4, beside, rest_checked=False) == ["untouched", "confirmed", "seam", "untouched"]
    assert marked_spans(KITE_WORDS, [Judgement(1, 3, "wrong"), Judgement(2, 2, "wrong", text="x")]) == [
        {"start": 2, "end": 10, "kind": None}
    ]


def test_evidence_is_told_in_code_points_and_shares_of_the_picture() -> None:
    steps = [
        Step("evidence", {"first": 1, "end": 3, "box": [0.0, 0.5, 0.25, 1.0], "absent": False}),
        Step("evidence", {"first": 3, "end": 4, "box": None, "absent": True}),
        Step("flag", {"first": 0, "end": 1}),
    ]
    assert evidence_of(KITE_WORDS, fold(KITE_WORDS, steps).judgements) == [
        {"start": 2, "end": 10, "box": [0.0, 0.5, 0.25, 1.0], "absent": False},
        {"start": 11, "end": 16, "box": None, "absent": True},
    ]


def test_judgements_from_before_there_was_evidence_are_read() -> None:
    row = {"first": 0, "end": 1, "verdict": "wrong", "kind": None, "text": None, "source": "flag"}
    assert judgements_from_json([row]) == (Judgement(0, 1, "wrong"),)


def test_deleting_neighbours_one_by_one_leaves_one_space_between_the_rest() -> None:
    judgements = [Judgement(0, 1, "wrong", text=""), Judgement(1, 2, "wrong", text="")]
    assert corrected_text("a b c", spans_of("a b c", words("a b c"), judgements)) == "c"


def test_word_states_keep_untouched_and_checked_apart() -> None:
    judgements = [Judgement(0, 1, "wrong"), Judgement(1, 2, "wrong", text="blue"), Judgement(2, 3, "right")]
    assert word_states(4, judgements, rest_checked=False) == ["confirmed", "corrected", "cleared", "untouched"]
    assert word_states(4, judgements, rest_checked=True) == ["confirmed", "corrected", "cleared", "checked"]


def test_pieces_cover_what_breaks_offsets() -> None:
    kinds = {unicodedata.bidirectional(character) for piece in PIECES for character in piece}
    assert {"R", "AL", "NSM", "ON"} <= kinds


@patient
@given(st.lists(st.sampled_from([Act.UNDO, Act.REDO, Act.CLEAR]), max_size=12))
def test_as_many_undos_as_are_left_take_back_everything(acts: list[Act]) -> None:
    steps = [Step(act, {"first": 0, "end": 1}) for act in acts]
    undos = [Step(Act.UNDO, {})] * undos_left(steps)
    assert fold(KITE_WORDS, [*steps, *undos]) == Folded()
    assert not undos or fold(KITE_WORDS, [*steps, *undos[1:]]) != Folded()
