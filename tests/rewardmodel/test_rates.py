"""Hallucination rates on cases worked out by hand."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from rewardmodel.evaluate import judge
from rewardmodel.metrics import Judged
from rewardmodel.rates import (
    Captions,
    difference,
    flagged,
    identity,
    lines,
    minus_log,
    model_rates,
    panels,
    rates,
    summary,
    zero_notes,
)
from rewardmodel.records import Record, Span
from rewardmodel.scoring import Scorer

# two of four tokens flagged, both in the first of two sentences; one of two, in the only one; none of three
JUDGED = [
    Judged([0.1, 0.2, 0.9, 0.8], [1] * 4, [0, 0, 1, 1]),
    Judged([0.9, 0.3], [1, 1], [0, 0]),
    Judged([0.9, 0.6, 0.7], [0, 0, 0], [0, 1, 2]),
]
FLAGGED = np.array([[1 / 2, 1 / 2, 1], [1 / 2, 1, 1], [0, 0, 0]])


def captions(flagged_NK, images: str) -> Captions:
    """One letter an image."""
    return Captions(list(images), [10] * len(images), np.array(flagged_NK, dtype=float))


def test_flagged_gives_the_share_of_bad_tokens_and_not_of_good_ones():
    assert flagged(JUDGED, 0.5) == pytest.approx(FLAGGED)


def test_flagged_moves_with_the_threshold():
    assert flagged(JUDGED, 0.15).tolist() == [[1 / 4, 1 / 2, 1], [0, 0, 0], [0, 0, 0]]
    assert flagged(JUDGED, 0.95).tolist() == [[1, 1, 1]] * 3


def test_model_rates_are_means_over_responses():
    row = model_rates(captions(FLAGGED, "abb"))
    assert [row[level]["rate"] for level in ("token", "sentence", "response")] == pytest.approx([1 / 3, 1 / 2, 2 / 3])
    assert row["minus_log_token"]["value"] == pytest.approx(math.log(3))
    assert (row["n"], row["n_images"], row["tokens_per_response"]) == (3, 2, 10)


def test_model_rates_have_intervals_over_responses():
    # 100 of 400 responses are flagged: 0.25 ± 1.96 · sqrt(0.25 · 0.75 / 400)
    row = model_rates(captions([[0.25, 1, 1], *[[0, 0, 0]] * 3] * 100, "a" * 400))
    assert row["response"]["interval"] == pytest.approx((0.25 - 0.0424, 0.25 + 0.0424), abs=0.006)
    low, high = row["token"]["interval"]
    assert row["minus_log_token"]["interval"] == pytest.approx((-math.log(high), -math.log(low)))


def test_minus_log_is_natural_and_takes_a_share():
    # the paper's GPT-4o: 0.016 % of the tokens
    assert minus_log(0.00016) == pytest.approx(8.740, abs=1e-3)
    assert minus_log(1.0) == 0.0


def test_a_rate_of_zero_has_no_logarithm_and_says_what_it_could_hide():
    row = model_rates(captions([[0, 0, 0]] * 300, "a" * 300))
    assert row["token"] == {"rate": 0.0, "interval": (0.0, 0.0)}
    assert row["minus_log_token"] == {"value": None, "interval": (None, None)}
    [note] = zero_notes({"quiet": row})
    assert note.startswith("quiet: no token is flagged in 300 responses")
    assert "up to 1.00%" in note


def test_difference_is_paired_over_the_images_of_both():
    # on every image the first flags 0.1 more, however much the images differ: the difference is certain
    hard = np.linspace(0, 0.8, 40)[:, None] * np.ones(3)
    images = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"
    row = difference(("first", captions(hard + 0.1, images)), ("second", captions(hard, images)))
    assert (row["models"], row["n_images"]) == (["first", "second"], 40)
    assert row["token"]["difference"] == pytest.approx(0.1)
    assert row["token"]["interval"] == pytest.approx((0.1, 0.1))


def test_difference_counts_common_images_once():
    # common: b (1 against the mean 1/2 of two captions) and c (0 against 0)
    ours = captions([[0.5] * 3, [1] * 3, [0] * 3], "abc")
    theirs = captions([[1] * 3, [0] * 3, [0] * 3, [0.7] * 3], "bbcd")
    row = difference(("ours", ours), ("theirs", theirs))
    assert (row["n_images"], row["response"]["difference"]) == (2, pytest.approx(1 / 4))


def test_identity_is_the_same_for_copies_and_for_nothing_else(tmp_path):
    for name, colour in (("x.png", "red"), ("copy.png", "red"), ("y.png", "blue")):
        Image.new("RGB", (8, 8), colour).save(tmp_path / name)
    assert identity(tmp_path / "x.png") == identity(tmp_path / "copy.png") != identity(tmp_path / "y.png")
    assert identity(Image.new("RGB", (8, 8), "red")) == identity(Image.new("RGB", (8, 8), "red"))


def test_summary_leaves_out_differences_without_a_common_image():
    measured = summary({"a": captions([[1] * 3], "x"), "b": captions([[0] * 3], "x"), "c": captions([[0] * 3], "y")})
    assert list(measured["models"]) == ["a", "b", "c"]
    assert [row["models"] for row in measured["differences"]] == [["a", "b"]]


def test_lines_give_a_row_a_model_in_percent():
    measured = summary({"a": captions([[0.5] * 3], "x"), "b": captions([[0] * 3], "x")}) | {"notes": ["Mind this."]}
    said = [" ".join(line.split()) for line in lines(measured)]
    assert said[1] == "a 1 10.0 50.000 [50.000, 50.000] 50.000 [50.000, 50.000] 50.000 [50.000, 50.000] 0.69 [0.69, 0.69]"
    assert said[2].endswith("none [none, none]")
    assert said[4] == "a - b 1 50.000 [50.000, 50.000] 50.000 [50.000, 50.000] 50.000 [50.000, 50.000]"
    assert said[5] == "Mind this."


def test_panels_hold_a_measure_each():
    models = summary({"a": captions([[0.5, 1, 1]], "x"), "b": captions([[0] * 3], "x")})["models"]
    assert panels(models)[0] == ("tokens flagged", [(0.5, (0.5, 0.5)), (0.0, (0.0, 0.0))])


def test_rates_judge_captions_and_ignore_their_spans(tiny_checkpoint):
    picture, scorer = Image.new("RGB", (32, 32), "red"), Scorer.load(tiny_checkpoint, "cpu")
    plain = [Record(picture, "", "A red dog sits. Two cats.")]
    marked = [replace(plain[0], spans=(Span(0, 1),))]
    scorer.card = replace(scorer.card, threshold=1.1)
    measured = rates(scorer, {"plain": plain, "marked": marked})
    assert measured["models"]["plain"] == measured["models"]["marked"]
    assert [measured["models"]["plain"][level]["rate"] for level in ("token", "sentence", "response")] == [1.0, 1.0, 1.0]
    assert measured["differences"][0]["n_images"] == 1
    assert "knows nothing" in measured["notes"][1]
    assert json.loads(json.dumps(measured, allow_nan=False))["threshold"] == 1.1


def test_rates_split_sentences_as_the_evaluation_does(tiny_checkpoint):
    picture, scorer = Image.new("RGB", (32, 32), "red"), Scorer.load(tiny_checkpoint, "cpu")
    caption = Record(picture, "", "A red dog sits. Two cats. A house.")
    [judged] = judge(scorer, [caption])
    lowest, second = sorted(judged.values)[:2]
    scorer.card = replace(scorer.card, threshold=(lowest + second) / 2)
    row = rates(scorer, {"model": [caption]})["models"]["model"]
    # one token is flagged, so one of three sentences is
    expected = [1 / len(judged.values), 1 / 3, 1.0]
    assert [row[level]["rate"] for level in ("token", "sentence", "response")] == pytest.approx(expected)


def test_rates_refuse_a_model_without_captions(tiny_checkpoint):
    with pytest.raises(ValueError, match="silent: there is no caption"):
        rates(Scorer.load(tiny_checkpoint, "cpu"), {"silent": []})
