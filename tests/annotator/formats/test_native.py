"""What a line may be, and what is said of one that may not."""

import io
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.formats import native
from annotator.formats.native import Fields, Row, RowError, lines_of, read_rows

# a busy machine is no reason to fail
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def line(**fields: Any) -> bytes:
    return json.dumps({"image": "kite.png", "response": "A red kite."} | fields).encode() + b"\n"


def only(lines: list[bytes]) -> Row | RowError:
    (row,) = read_rows(lines)
    return row


def test_row_has_all_its_fields() -> None:
    row = only([line(prompt="Describe.", id=7, metadata={"split": "test"}, source="web")])
    assert row == Row(1, "kite.png", "Describe.", "A red kite.", "7", {"source": "web", "split": "test"})


def test_named_fields_are_read_and_others_kept_as_metadata() -> None:
    fields = Fields(image="photo", response="captions", external_id="key")
    rows = list(read_rows([line(photo="p.jpg", captions=["One.", "Two."], key="k")], fields))
    rest = {"image": "kite.png", "response": "A red kite."}
    assert rows == [Row(1, "p.jpg", "", "One.", "k#1", rest), Row(1, "p.jpg", "", "Two.", "k#2", rest)]


def test_byte_order_mark_blank_lines_and_windows_line_ends_are_no_trouble() -> None:
    rows = list(read_rows([b"\xef\xbb\xbf" + line(), b"\r\n", line(response="  Zwei.\r\n")[:-1] + b"\r\n"]))
    assert [(row.line, row.response) for row in rows if isinstance(row, Row)] == [(1, "A red kite."), (3, "  Zwei.\r\n")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_encodings_are_named_and_nothing_is_read(encoding: str) -> None:
    data = (line() * 3).decode().encode(encoding)
    reason = "The file is UTF-16 or UTF-32, not UTF-8: save it as UTF-8; nothing of it was read"
    assert list(read_rows(lines_of(io.BytesIO(data)))) == [RowError(1, reason)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"image": "a.png", ', "The line is not JSON: Expecting property name enclosed in double quotes at character 20"),
        (b"[1, 2]", "The line is not a JSON object but a list; one object a line is wanted"),
        (b'"text"', "The line is not a JSON object but a str; one object a line is wanted"),
        ("Ein Hüttchen".encode("latin-1"), "The line is not UTF-8: byte 0xFC at position 6"),
        (b'{"a": "\0"}', "The line holds a NUL character"),
        (line(metadata={"a": ["\0"]}), "The line holds a NUL character"),
        (line(response="half \ud83d"), "The line holds half of a surrogate pair, which is no character"),
        (b"[" * 200_000, "The line is nested too deeply"),
        (b'{"a": NaN}', "NaN is no JSON number"),
        (b'{"a": 1e999}', "The number 1e999 is too large"),
        (b'{"a": ' + b"1" * 5000 + b"}", "The line holds a number of more than 4,300 digits"),
        (line(image=""), "The field 'image' (the picture's path) is missing or empty"),
        (line(image=3), "The field 'image' must be text, not int"),
        (line(response=""), "The field 'response' is empty"),
        (line(response=" \n"), "The field 'response' is empty"),
        (line(response=[]), "The field 'response' is an empty list"),
        (line(response=["One.", ""]), "The field 'response[2]' is empty"),
        (line(response=["One."] * 101), "The field 'response' lists 101 texts; at most 100 are taken"),
        (line(response=None), "The field 'response' is missing"),
        (line(response={"a": 1}), "The field 'response' must be text or a list of texts, not dict"),
        (line(response="x" * 100_000), "The field 'response' has 100,000 characters; at most 20,000 are taken"),
        (line(prompt="x" * 4_001), "The field 'prompt' has 4,001 characters; at most 4,000 are taken"),
        (line(id="x" * 191), "The field 'id' has 191 characters; at most 190 are taken"),
        (line(id=1.5), "The field 'id' must be text or a whole number, not float"),
        (line(id=True), "The field 'id' must be text or a whole number, not bool"),
        (line(metadata=[]), "The field 'metadata' must be an object, not list"),
        (line(metadata={"a": "x" * native.LINE_BYTES}), "The line is longer than 1,000,000 bytes"),
    ],
)
def test_bad_line_is_named_and_its_neighbours_are_read(bad: bytes, reason: str) -> None:
    data = line(response="Before.") + bad.rstrip(b"\n") + b"\n" + line(response="After.")
    before, error, after = read_rows(lines_of(io.BytesIO(data)))
    assert error == RowError(2, reason)
    assert [before, after] == [Row(1, "kite.png", "", "Before.", None, {}), Row(3, "kite.png", "", "After.", None, {})]


def test_endless_line_is_never_held_in_memory() -> None:
    longest = max(len(part) for part in lines_of(io.BytesIO(b"x" * 5 * native.LINE_BYTES + b"\n" + line())))
    assert longest == native.LINE_BYTES + 1


@patient
@given(st.text(min_size=1, max_size=200).filter(lambda text: text.strip() and "\0" not in text))
def test_text_comes_through_unaltered(text: str) -> None:
    rows = [only([json.dumps({"image": "a", "response": text}, ensure_ascii=escaped).encode()]) for escaped in (True, False)]
    assert [row.response for row in rows if isinstance(row, Row)] == [text, text]


@patient
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_bytes_give_rows_or_reasons(lines: list[bytes]) -> None:
    rows = list(read_rows(lines_of(io.BytesIO(b"\n".join(lines)))))
    assert all(isinstance(row, Row) or row.reason for row in rows)
