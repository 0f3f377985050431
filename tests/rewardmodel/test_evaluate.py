"""Evaluation: what is judged, sentence by sentence."""

from PIL import Image

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
