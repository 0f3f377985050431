"""What an act may say, and what is refused with a reason."""

from typing import Any

import pytest

from annotator.services.folding import ActError
from annotator.services.payloads import checked_payload, new_payload
from rewardmodel.records import words

KITE = "A red kite flies."
KITE_WORDS = words(KITE)


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
        ("insert", {"at": 5, "text": "x"}, "at must satisfy 0 <= at <= 4, got 5"),
        ("insert", {"text": "x"}, "at must satisfy 0 <= at <= 4, got None"),
        ("insert", {"at": True, "text": "x"}, "at must satisfy 0 <= at <= 4, got True"),
        ("insert", {"at": 1, "text": ["x"]}, "text must be text, got ['x']"),
        ("insert", {"at": 1, "text": "x", "kind": "colour"}, "There is no kind 'colour'"),
        ("evidence", {"first": 1, "end": 5, "absent": True}, "Words must satisfy 0 <= first < end <= 4, got [1, 5)"),
        ("evidence", {"first": 5, "end": 5, "absent": True}, "first must satisfy 0 <= first <= 4, got 5"),
        ("evidence", {"first": 0, "end": 1, "absent": 1}, "absent must be true without a box, or false, got 1"),
        (
            "evidence",
            {"first": 0, "end": 1, "absent": True, "box": [0, 0, 1, 1]},
            "absent must be true without a box, or false, got True",
        ),
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


@pytest.mark.parametrize("text", ["red kite", " red kite "])
def test_replacement_that_changes_nothing_is_no_new_act_but_one_that_was_stored_is_taken(text: str) -> None:
    payload = {"first": 1, "end": 3, "kind": None, "text": text}
    with pytest.raises(ActError) as refusal:
        new_payload("replace", payload, response=KITE, words=KITE_WORDS)
    assert str(refusal.value) == "Words [1, 3) read 'red kite' already: a replacement has to be another text"
    assert checked_payload("replace", payload, response=KITE, words=KITE_WORDS) == payload
    for other in ({**payload, "text": "Red kite"}, {**payload, "text": ""}, {**payload, "end": 2}):
        assert new_payload("replace", other, response=KITE, words=KITE_WORDS) == other


@pytest.mark.parametrize(
    "box",
    [
        "left",
        [0, 0, 1],
        [0.5, 0, 0.5, 1],
        [0, 0.6, 1, 0.5],
        [-0.1, 0, 1, 1],
        [0, 0, 1.1, 1],
        [0, 0, float("nan"), 1],
        [0, 0, True, 1],
    ],
)
def test_box_that_is_none_is_refused(box: Any) -> None:
    with pytest.raises(ActError, match="box must be"):
        checked_payload("evidence", {"first": 0, "end": 1, "box": box}, response=KITE, words=KITE_WORDS)


@pytest.mark.parametrize(
    ("act", "payload", "checked"),
    [
        ("insert", {"at": 4, "text": " high\n", "kind": "object", "first": 1}, {"at": 4, "text": "high", "kind": "object"}),
        ("evidence", {"first": 0, "end": 2, "box": [0, 0.5, 1, 1], "kind": "text"},
         {"first": 0, "end": 2, "box": [0, 0.5, 1, 1], "absent": False}),
        ("evidence", {"first": 4, "end": 4, "absent": True}, {"first": 4, "end": 4, "box": None, "absent": True}),
    ],
)  # fmt: skip
def test_payload_of_a_place_or_of_evidence_keeps_what_is_known(
    act: str, payload: dict[str, Any], checked: dict[str, Any]
) -> None:
    assert checked_payload(act, payload, response=KITE, words=KITE_WORDS) == checked
    assert checked_payload(act, checked, response=KITE, words=KITE_WORDS) == checked
