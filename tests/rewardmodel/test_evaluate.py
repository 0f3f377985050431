"""Evaluation: what is judged, sentence by sentence."""

import pytest
from PIL import Image

from rewardmodel import evaluate as evaluation
from rewardmodel.align import GOOD
from rewardmodel.evaluate import evaluate, judge
from rewardmodel.records import Record, Span
from rewardmodel.scoring import Request, Scorer
from rewardmodel.taxonomy import Kind

PICTURE = Image.new("RGB", (32, 32), "red")


def test_judge_numbers_sentences_and_labels_tokens(tiny_checkpoint):
    record = Record(PICTURE, "", 'A red dog sits. A sign reads "STOP". Two cats.', (Span(2, 5, Kind.ATTRIBUTE),))
    [judged] = judge(Scorer.load(tiny_checkpoint, "cpu"), [record])
    assert judged.labels.count(0) == 1
    assert judged.labels[1] == 0
    assert sorted(set(judged.sentences)) == [0, 1, 2]
    assert judged.kinds == frozenset({Kind.ATTRIBUTE})


def test_judge_labels_words_and_gives_them_their_lowest_token(tiny_checkpoint):
    scorer = Scorer.load(tiny_checkpoint, "cpu")
    record = Record(PICTURE, "", 'A red dog reads "STOP".', (Span(2, 5, Kind.ATTRIBUTE), Span(16, 23, Kind.TEXT)))
    [judged] = judge(scorer, [record])
    assert judged.word_labels == [1, 0, 1, 1, 0]
    assert judged.word_values == scorer.score([Request(PICTURE, "", record.response)])[0]


def test_evaluate_uses_the_checkpoints_threshold(tiny_checkpoint):
    records = [Record(PICTURE, "", "A red dog."), Record(PICTURE, "", "Two cats.", (Span(4, 8, Kind.OBJECT),))]
    metrics = evaluate(Scorer.load(tiny_checkpoint, "cpu"), records)
    assert (metrics["n"], metrics["n_clean"], metrics["threshold"]) == (2, 1, 0.4)
    assert list(metrics["by_kind"]) == ["object"]


def test_records_are_judged_in_order_and_in_any_chunks(tiny_checkpoint, monkeypatch):
    scorer = Scorer.load(tiny_checkpoint, "cpu")
    pictures = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    records = [Record(pictures[number % 2], "", f"{number} red cats. A dog sits.") for number in range(5)]
    whole = list(judge(scorer, records))
    monkeypatch.setattr(evaluation, "CHUNK", 2)
    for one, other in zip(judge(scorer, iter(records)), whole, strict=True):
        assert one.values == pytest.approx(other.values, abs=0.02)  # bfloat16, where the CPU has it
        assert (one.labels, one.sentences, one.word_labels) == (other.labels, other.sentences, other.word_labels)


def test_judging_takes_records_only_as_they_are_needed(tiny_checkpoint, monkeypatch):
    monkeypatch.setattr(evaluation, "CHUNK", 2)
    taken = []

    def records():
        for number in range(10):
            taken.append(number)
            yield Record(PICTURE, "", "Two cats.")

    next(judge(Scorer.load(tiny_checkpoint, "cpu"), records()))
    assert taken == [0, 1]


def test_a_clean_record_is_good_in_every_token_and_of_no_kind(tiny_checkpoint):
    [judged] = judge(Scorer.load(tiny_checkpoint, "cpu"), [Record(PICTURE, "", "A red dog.")])
    assert set(judged.labels) == set(judged.word_labels) == {GOOD}
    assert judged.kinds == frozenset()
    assert len(judged.values) == len(judged.labels) == len(judged.sentences)


def test_a_span_without_a_kind_is_wrong_and_of_no_kind(tiny_checkpoint):
    record = Record(PICTURE, "", "A red dog.", (Span(2, 5), Span(6, 9, Kind.OBJECT)))
    [judged] = judge(Scorer.load(tiny_checkpoint, "cpu"), [record])
    assert judged.word_labels == [1, 0, 0]
    assert judged.kinds == frozenset({Kind.OBJECT})


def test_sentences_are_counted_by_their_stops_however_they_are_spaced(tiny_checkpoint):
    record = Record(PICTURE, "", "A dog...  A cat?! Two")
    [judged] = judge(Scorer.load(tiny_checkpoint, "cpu"), [record])
    assert judged.sentences == sorted(judged.sentences)
    assert set(judged.sentences) == {0, 1, 2}


def test_a_threshold_of_nought_is_a_threshold(tiny_checkpoint):
    records = [Record(PICTURE, "", "A red dog."), Record(PICTURE, "", "Two cats.", (Span(4, 8, Kind.OBJECT),))]
    metrics = evaluate(Scorer.load(tiny_checkpoint, "cpu"), records, threshold=0.0)
    assert metrics["threshold"] == 0.0
    assert metrics["by_kind"]["object"]["caught"] == 0.0


def test_evaluating_nothing_is_refused(tiny_checkpoint):
    with pytest.raises(ValueError, match="no response"):
        evaluate(Scorer.load(tiny_checkpoint, "cpu"), [])
