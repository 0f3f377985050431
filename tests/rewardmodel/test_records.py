"""Words, spans and records."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardmodel.records import Record, Span, read_records, spans_to_json, words
from rewardmodel.taxonomy import Kind


def quotes(text: str) -> list[str]:
    return [text[start:end] for start, end in words(text)]


def test_words_leave_out_quotes_and_stops():
    assert quotes('A sign reads "STOP". Two dogs\' tails, (red).') == [
        "A",
        "sign",
        "reads",
        "STOP",
        "Two",
        "dogs",
        "tails",
        "red",
    ]


def test_words_keep_marks_inside_and_marks_alone():
    assert quotes("a well-lit o'clock … 3.5 €") == ["a", "well-lit", "o'clock", "…", "3.5", "€"]


def test_words_of_unspaced_scripts_are_characters():
    assert quotes("赤い dog 犬。") == ["赤", "い", "dog", "犬", "。"]


def test_words_keep_joined_emoji_whole():
    assert quotes("a 👩‍👩‍👧 here") == ["a", "👩‍👩‍👧", "here"]


@given(st.text())
def test_words_are_disjoint_in_order_and_cover_all_that_is_not_space_or_mark(text):
    ends = 0
    for start, end in words(text):
        assert ends <= start < end
        assert not any(character.isspace() for character in text[start:end])
        ends = end


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 2), (-1, 2)])
def test_span_refuses_what_is_no_range(start, end):
    with pytest.raises(ValueError, match="0 <= start < end"):
        Span(start, end)


def test_record_refuses_a_span_behind_the_text(tmp_path):
    with pytest.raises(ValueError, match="ends after the response's 3 characters"):
        Record(tmp_path, "", "abc", (Span(1, 4),))


def test_read_records_reads_what_was_written(tmp_path):
    spans = (Span(2, 5, Kind.ATTRIBUTE), Span(6, 9))
    row = {"image": "images/1.png", "prompt": "?", "response": "A red dog", "spans": spans_to_json(spans)}
    file = tmp_path / "records.jsonl"
    file.write_text(json.dumps(row) + "\n\n" + json.dumps({"image": "2.png", "response": "x"}), encoding="utf-8")
    assert list(read_records(file)) == [
        Record(tmp_path / "images/1.png", "?", "A red dog", spans),
        Record(tmp_path / "2.png", "", "x"),
    ]


@pytest.mark.parametrize(
    "line",
    ["{", '{"image": "a.png"}', "[]", '{"image": "a.png", "response": ""}', '{"image": "a.png", "response": "a", "spans": [3]}'],
)
def test_read_records_names_the_line(tmp_path, line):
    file = tmp_path / "records.jsonl"
    file.write_text('{"image": "a.png", "response": "fine"}\n' + line, encoding="utf-8")
    with pytest.raises(ValueError, match="line 2"):
        list(read_records(file))
