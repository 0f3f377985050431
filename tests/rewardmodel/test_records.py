"""Words, spans and records."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rewardmodel.records import (
    Record,
    Span,
    opened,
    picture_size,
    read_records,
    record_from,
    sentence_ends,
    spans_to_json,
    words,
)
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
        ({"image": "a.png", "response": "x", "prompt": 5}, "'prompt' is a string, got 5"),
        ({"image": "a.png", "response": "x", "spans": 5}, "'spans' are a list, got 5"),
        ({"image": "a.png", "response": "x", "spans": {}}, "'spans' are a list, got {}"),
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


def test_a_picture_is_measured_in_memory_and_on_disk(tmp_path):
    picture = Image.new("RGB", (7, 5))
    picture.save(tmp_path / "a.png")
    assert picture_size(picture) == picture_size(tmp_path / "a.png") == (7, 5)


def test_the_head_of_a_file_is_enough_to_measure_it(tmp_path):
    Image.effect_noise((300, 200), 90).save(tmp_path / "a.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "a.png").read_bytes()[:64])
    assert picture_size(tmp_path / "cut.png") == (300, 200)


def test_what_is_no_picture_cannot_be_measured(tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(OSError, match="cannot identify image file"):
        picture_size(tmp_path / "a.png")
    with pytest.raises(OSError, match="No such file"):
        picture_size(tmp_path / "nowhere.png")


def held_sideways(orientation: int, mode: str = "RGB") -> tuple[Image.Image, Image.Exif]:
    """Three by two pixels with a black one in a corner, as a camera stores them, and what it writes beside them."""
    picture = Image.new(mode, (3, 2), "red")
    picture.putpixel((0, 0), 0 if mode == "L" else (0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = orientation
    return picture, exif


# the place of the pixel that is stored at the top left, by how the camera was held
UPRIGHT = {1: (0, 0), 2: (2, 0), 3: (2, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 2), 8: (0, 2)}


@pytest.mark.parametrize("suffix", ["png", "tiff", "webp"])
@pytest.mark.parametrize(("orientation", "place"), UPRIGHT.items())
def test_pictures_are_opened_and_measured_upright(tmp_path, suffix, orientation, place):
    picture, exif = held_sideways(orientation)
    file = tmp_path / f"a.{suffix}"
    picture.save(file, exif=exif, **({"lossless": True} if suffix == "webp" else {}))
    size = (2, 3) if orientation > 4 else (3, 2)
    with Image.open(file) as in_memory:
        for source in (file, in_memory):
            upright = opened(source)
            assert picture_size(source) == upright.size == size
            assert upright.getpixel(place) == (0, 0, 0)
    again = opened(upright)  # what is upright stays so
    assert (again.size, again.getpixel(place)) == (size, (0, 0, 0))


def test_an_orientation_behind_the_pixels_is_not_looked_at(tmp_path):
    picture, exif = held_sideways(6)
    file = tmp_path / "a.png"
    picture.save(file, exif=exif)
    data = file.read_bytes()
    start = data.index(b"eXIf") - 4
    chunk = data[start : start + 12 + int.from_bytes(data[start : start + 4])]
    end = data.index(b"IEND") - 4
    file.write_bytes(data[:start] + data[start + len(chunk) : end] + chunk + data[end:])
    upright = opened(file)
    assert picture_size(file) == upright.size == opened(upright).size == (3, 2)


def test_a_camera_that_wrote_nonsense_spoils_no_picture(tmp_path):
    Image.new("RGB", (3, 2), "red").save(tmp_path / "a.jpg", exif=b"Exif\0\0nonsense")
    assert opened(tmp_path / "a.jpg").size == picture_size(tmp_path / "a.jpg") == (3, 2)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_shows_through_is_white(tmp_path, mode):
    picture = Image.new("RGBA", (4, 3), (0, 0, 0, 0))
    picture.putpixel((1, 1), (0, 0, 0, 255))
    picture.convert(mode).save(tmp_path / "a.png")
    for source in (picture.convert(mode), tmp_path / "a.png"):
        assert opened(source).mode == "RGB"
        assert [opened(source).getpixel(place) for place in ((0, 0), (1, 1))] == [(255, 255, 255), (0, 0, 0)]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_what_is_said_of_a_picture_in_memory_stays(mode):
    picture = Image.new(mode, (4, 3))
    picture.info["fold"] = 3
    assert opened(picture).info["fold"] == 3
    assert picture.info == {"fold": 3}


def test_a_picture_in_rgb_is_copied_once(monkeypatch):
    copies = []
    copy = Image.Image.copy
    monkeypatch.setattr(Image.Image, "copy", lambda self: copies.append(self) or copy(self))
    monkeypatch.setattr(Image.Image, "transpose", lambda *_: pytest.fail("it is upright"))
    opened(Image.new("RGB", (4, 3)))
    assert len(copies) == 1


def test_a_damaged_file_is_an_os_error_that_names_it(tmp_path, monkeypatch):
    Image.effect_noise((300, 200), 90).save(tmp_path / "whole.png")
    data = (tmp_path / "whole.png").read_bytes()
    place = data.index(b"IDAT")
    damaged = {
        "cut.png": data[: len(data) // 2],
        "chunk.png": data[:place] + b"\x00\x01\x02\x03" + data[place + 4 :],
        "behind.png": data[:-12] + b"\x00\x00\x00\x02gAMA\x00\x00\x00\x00\x00\x00" + data[-12:],
    }
    for name, content in damaged.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(OSError, match=re.escape(str(tmp_path / name))):
            opened(tmp_path / name)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    for read in (opened, picture_size):
        with pytest.raises(OSError, match=rf"{re.escape(str(tmp_path / 'whole.png'))} cannot be read: .*decompression bomb"):
            read(tmp_path / "whole.png")
