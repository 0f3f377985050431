"""The reader that has only the text: it finds a trace where there is one, none where there is none, and never learns by heart."""

import json
import random

import pytest

from benchmarks import text_alone


def rows(count: int, wrong_text) -> list[text_alone.Row]:
    """A clean and a wrong caption of each image, of random words."""
    rng = random.Random(0)
    made: list[text_alone.Row] = []
    for number in range(count):
        caption = " ".join(rng.choices(["red", "dog", "cat", "tree", "house", "two", "sits", "runs"], k=6))
        made += [(str(number), caption, ""), (str(number), wrong_text(caption, rng), "text")]
    return made


def test_a_word_that_only_wrong_captions_have_gives_them_away():
    assert text_alone.measure(rows(60, lambda caption, rng: f"{caption} without"))["text"]["auc"] == 1.0


def test_words_in_another_order_at_random_give_nothing_away():
    found = text_alone.measure(rows(400, lambda caption, rng: " ".join(rng.sample(caption.split(), 6))))
    assert found["all"] == found["text"]
    assert found["all"]["n"] == 400
    assert found["all"]["auc"] == pytest.approx(0.5, abs=0.05)


def test_captions_of_one_image_are_in_one_fold():
    """The same captions of each image, wrong ones known by the image alone: who learned by heart would know them."""
    made = [
        (str(number), f"picture {number}", kind) for number in range(50) for kind in ([""] * 3 if number % 2 else ["text"] * 3)
    ]
    assert text_alone.measure(made)["all"]["auc"] == pytest.approx(0.5, abs=0.05)


def test_stops_and_quotes_are_words():
    assert text_alone.measure(rows(60, lambda caption, rng: f"{caption} ."))["all"]["auc"] == 1.0


def test_drawings_come_in_pairs_of_clean_and_wrong():
    made = text_alone.drawings(32)
    assert [bool(kind) for _, _, kind in made] == [False, True] * 16
    assert len({kind for _, _, kind in made}) == 9


def test_captions_of_a_file_are_made_wrong(tmp_path):
    file = tmp_path / "captions.jsonl"
    texts = ["Two dogs run on the grass.", "A red car stands beside a house."]
    lines = [json.dumps({"image": f"{number}.png", "response": text}) for number, text in enumerate(texts)]
    lines.append(json.dumps({"image": "x.png", "response": "A cat", "spans": [{"start": 2, "end": 5}]}))
    file.write_text("\n".join(lines), encoding="utf-8")
    made = text_alone.captions(file, None)
    assert [(text, kind) for _, text, kind in made if not kind] == [(text, "") for text in texts]
    assert len(made) == 4
    assert len(text_alone.captions(file, 1)) == 2


def test_exchanged_captions_of_a_file_come_in_pairs(tmp_path):
    file = tmp_path / "captions.jsonl"
    texts = [f"A {colour} dog runs." for colour in ("black", "brown", "white") * 10]
    file.write_text(
        "\n".join(json.dumps({"image": f"{n}.png", "response": text}) for n, text in enumerate(texts)), encoding="utf-8"
    )
    made = text_alone.captions(file, None, exchange=True)
    assert [bool(kind) for _, _, kind in made] == [False, True] * (len(made) // 2)
    assert len(made) > 10
