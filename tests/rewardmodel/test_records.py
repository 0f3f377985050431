"""Words, spans and records."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rewardmodel.records import Record, Span, opened, read_records, record_from, sentence_ends, spans_to_json, words
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t", []),
        ("...", ["..."]),
        ('"', ['"']),
        ("(a) [b] {c} <d>", ["a", "b", "c", "d"]),
        ("\u00bfQu\u00e9?", ["Qu\u00e9"]),
        ("\u00abnon\u00bb", ["non"]),
        ("\u05db\u05dc\u05d1 \u05d0\u05d3\u05d5\u05dd.", ["\u05db\u05dc\u05d1", "\u05d0\u05d3\u05d5\u05dd"]),
        ("\u0643\u0644\u0628\u060c \u0623\u062d\u0645\u0631\u061f", ["\u0643\u0644\u0628", "\u0623\u062d\u0645\u0631"]),
        ("it's dog's dogs'", ["it's", "dog's", "dogs"]),
        ("a/b 1,000.5 -3", ["a/b", "1,000.5", "-3"]),
        ("a\u00a0b", ["a", "b"]),
        ("STOP\u72acGO", ["STOP", "\u72ac", "GO"]),
    ],
)
def test_words_by_hand(text, expected):
    assert quotes(text) == expected


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("A dog. A cat!", [6, 13]),
        ("A dog", []),
        ("Wait... what?!", [7, 14]),
        ("It costs 3.50 a cup.", [20]),
        ('It reads "STOP." A dog.', [16, 23]),
        ("(A dog sits.) It barks.", [13, 23]),
        ('("Go!") Then?', [7, 13]),
        ('"A dog.", it reads.', [19]),  # the sentence goes on
        ("\u201cA dog.\u201d \u00abUn chien.\u00bb", [8, 20]),
        ("\u300c\u72ac\u3002\u300d", [4]),
        ("\u72ac\u3002", [2]),
        ("", []),
    ],
)
def test_sentences_end_behind_their_stops(text, ends):
    assert sentence_ends(text) == ends


@pytest.mark.parametrize(
    ("start", "end", "touches"), [(0, 2, False), (1, 3, True), (2, 2, False), (3, 4, True), (4, 5, False), (0, 9, True)]
)
def test_a_span_touches_what_shares_a_code_point(start, end, touches):
    assert Span(2, 4).touches(start, end) is touches


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([], "JSON object, got list"),
        (None, "JSON object, got NoneType"),
        ({"response": "x"}, "needs 'image' as a string, got None"),
        ({"image": "a.png", "response": 3}, "needs 'response' as a string, got 3"),
        ({"image": "a.png", "response": "  "}, "at least one word"),
        ({"image": "a.png", "response": "x", "spans": [{"start": 0}]}, "got {'start': 0}"),
        ({"image": "a.png", "response": "x", "spans": [{"start": 0, "end": 1.0}]}, "'end': 1.0"),
        ({"image": "a.png", "response": "x", "spans": [{"start": 1, "end": 1}]}, r"got \[1, 1\)"),
        ({"image": "a.png", "response": "x", "spans": [{"start": 0, "end": 2}]}, "the response's 1 characters"),
        (
            {"image": "a.png", "response": "x", "spans": [{"start": 0, "end": 1, "kind": "colour"}]},
            "'colour' is not a valid Kind",
        ),
    ],
)
def test_record_from_says_what_is_wrong(tmp_path, row, message):
    with pytest.raises(ValueError, match=message):
        record_from(row, folder=tmp_path)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9), st.none() | st.sampled_from(Kind)), max_size=4))
def test_spans_come_back_from_json(rows):
    spans = tuple(Span(start, start + length, kind) for start, length, kind in rows)
    row = {"image": "a.png", "prompt": None, "response": "x" * 60, "spans": json.loads(json.dumps(spans_to_json(spans)))}
    assert record_from(row, folder=Path()) == Record(Path("a.png"), "", "x" * 60, spans)


@pytest.mark.parametrize(("mode", "colour"), [("L", 128), ("RGBA", (128, 128, 128, 255)), ("1", 1), ("CMYK", (0, 0, 0, 127))])
def test_pictures_are_opened_in_rgb_from_memory_and_from_files(tmp_path, mode, colour):
    picture = Image.new(mode, (4, 3), colour)
    picture.save(tmp_path / "picture.tiff")
    for source in (picture, tmp_path / "picture.tiff"):
        assert (opened(source).mode, opened(source).size) == ("RGB", (4, 3))


def test_a_file_that_is_no_picture_is_an_os_error(tmp_path):
    (tmp_path / "picture.png").write_text("no picture")
    with pytest.raises(OSError, match="cannot identify image file"):
        opened(tmp_path / "picture.png")
