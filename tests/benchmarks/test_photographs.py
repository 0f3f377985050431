"""The benchmark on photographs learns from one split, measures on another, and tells seeing from guessing."""

import argparse
import copy
import itertools
import json

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import photograph_folds, photographs
from benchmarks.photograph_folds import ENCODERS, TOWER, folds_of, pixels_of
from benchmarks.photograph_lessons import Photographs, borrowed, stem, views
from rewardmodel import checkpoints
from rewardmodel.align import BAD, GOOD
from rewardmodel.metrics import Judged
from rewardmodel.records import Record, Span, opened
from rewardmodel.taxonomy import Kind

CAPTIONS = [
    "A black dog runs on the grass .",
    "A brown dog runs on the grass .",
    "Two men sit on a red bench .",
    "Three men sit on a red bench .",
    "A girl in a blue dress is smiling .",
]


@pytest.fixture
def flickr(tmp_path):
    rows = []
    for number in range(15):
        name = f"{number}.jpg"
        Image.new("RGB", (40, 30), (16 * number, 90, 60)).save(tmp_path / name)
        split = ("train", "validation", "test")[number % 3]
        rows.append({"image": name, "split": split, "captions": [CAPTIONS[number // 3]] * 5})
    (tmp_path / "captions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


@pytest.fixture
def options(flickr, tmp_path):
    return argparse.Namespace(
        data=flickr, work=tmp_path / "work", only=None, least=1, encoder_steps=2, encoder_images=3, encoder_lr=3e-4,
        shared_steps=2, shared_lr=1e-3, reader_steps=2, steps=2, images=2, lr=1e-3, cloze_weight=1.0, adding_cloze_weight=0.3,
        save_steps=2, seed=0, judged=None,
    )  # fmt: skip


@pytest.fixture
def splits(flickr):
    return photographs.splits_of(flickr)


def test_all_is_trained_once_and_measured_on_test_photographs(splits, options, capsys):
    photographs.train_all(splits, options)
    report = photographs.report_of(splits, options)
    assert (report["photographs"], report["steps"]) == (5, 2)
    assert set(report["kinds"]["all"]) == {"n", "seeing", "grey", "blind", "reader", "gap"}
    assert report["kinds"]["all"]["n"] == report["n"] > 25  # five photographs, five captions each, and wrong ones
    assert 0 < report["kinds"]["borrowed"]["n"] <= 25
    assert set(report["encoders"]["words"]) == set(photographs.vocabulary(splits["train"], 1))
    assert len(report["encoders"]["alone"]) == len(ENCODERS)
    assert report["people"] is None
    text = photographs.table(report)
    assert "| attribute |" in text
    assert "people have judged" not in text
    options.judged = options.data / "judged.jsonl"
    row = {"image": "2.jpg", "response": "A black cat", "spans": [{"start": 8, "end": 11}]}
    options.judged.write_text(json.dumps(row) + "\n" + json.dumps(row | {"response": "A dog", "spans": []}) + "\n")
    assert photographs.people(photographs.Judges.load(options.work), options, report["counted"])["n"] == 2
    assert "On 2 captions that people have judged: seeing " in photographs.table(
        report | {"people": photographs.people(photographs.Judges.load(options.work), options, report["counted"])}
    )
    assert "| borrowed |" in text
    assert "| exchanged |" in text
    assert report["kinds"]["exchanged"]["n"] % 2 == 0
    before = {name: (options.work / f"{name}.done").stat().st_mtime_ns for name in photographs.STAGES}
    photographs.train_all(splits, options)
    assert {name: (options.work / f"{name}.done").stat().st_mtime_ns for name in before} == before
    encoders, judges = (
        [checkpoints.load(options.work / name).model.state_dict() for name in names] for names in (ENCODERS, photographs.JUDGES)
    )
    vision = [name for name in encoders[0] if TOWER in name]
    assert vision
    assert all(torch.equal(encoders[0][name], judge[name]) for name in vision for judge in judges)
    for one, other in itertools.combinations(encoders, 2):  # they differ in what they see, and in nothing else
        assert {name for name in one if not torch.equal(one[name], other[name])} <= set(vision)
        assert not all(torch.equal(one[name], other[name]) for name in vision)
    heads = [weights["head.weight"] for weights in (encoders[0], *judges)]
    assert not any(torch.equal(one, other) for one, other in itertools.combinations(heads, 2))


def test_no_encoder_learns_from_the_photographs_that_it_is_shown_to_the_judge_for(splits, options, monkeypatch):
    taught = {}

    def noted(rows, folder, size):
        taught[len(taught)] = {row["image"] for row in rows}
        return pixels_of(rows, folder, size)

    monkeypatch.setattr(photograph_folds, "pixels_of", noted)
    options.work.mkdir()
    for name in ENCODERS:
        photograph_folds.teach_encoder(name, splits, options)
    folds = folds_of(splits["train"])
    for fold, images in taught.items():
        assert images == {image for image, own in folds.items() if own != fold}
    lessons = photographs.lessons_for("seeing", splits["train"], options, 10)
    assert sorted(lessons[index].image.info["fold"] for index in range(5)) == sorted(folds.values())
    assert all(photographs.lessons_for(name, splits["train"], options, 10).folds is None for name in ("reader", "blind"))


def test_each_photograph_goes_through_the_encoder_that_left_it_out(splits, flickr):
    start = photograph_folds.drawings_model(splits["train"])
    pictures = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue", "white")]
    for picture, fold in zip(pictures, (2, 0, 2, 1), strict=True):
        picture.info["fold"] = fold
    parts = photograph_folds.CrossFittedParts(start.processor.config, start.processor.image_processor, start.processor.tokenizer)
    images = parts.images([opened(picture) for picture in pictures])
    tower = start.model.backbone.get_submodule(TOWER)
    others = [copy.deepcopy(tower) for _ in ENCODERS]
    with torch.no_grad():
        for number, other in enumerate(others):
            next(other.parameters()).add_(number)
    seen = photograph_folds.CrossFitted(others).image_features(start.model.backbone, **images)
    for number, fold in enumerate((2, 0, 2, 1)):
        start.model.backbone.set_submodule(TOWER, others[fold])
        [alone] = start.model.image_features(images["pixels_BCHW"][number : number + 1])
        assert torch.allclose(seen[number], alone, atol=1e-4)
    assert not torch.allclose(seen[1], seen[3], atol=0.1)


def test_at_first_nothing_is_added_to_what_the_reader_says_and_then_what_helps():
    labels = [GOOD, BAD, GOOD]
    read = [Judged([0.9, 0.6, 0.5], labels, [0, 0, 0])]
    nothing, helps, misleads = ([Judged(values, labels, [0, 0, 0])] for values in ([0.5] * 3, [0.5, 0.1, 0.5], [0.5, 0.9, 0.5]))
    assert photographs.sums(read, nothing, 1.0)[0].values == pytest.approx(read[0].values)
    assert photographs.sums(read, helps, 1.0)[0].values == pytest.approx([0.9, 1 / 7, 0.5])  # odds of 3/2 and 1/9
    assert photographs.best_share([(read, misleads)]) == min(photographs.COUNTED)
    assert photographs.map_neg(photographs.sums(read, helps, photographs.best_share([(read, helps)]))) == 1.0


def test_the_mean_of_several_views_is_that_of_their_logits():
    labels = [GOOD, BAD]
    judged = [[Judged(values, labels, [0, 0], frozenset({Kind.OBJECT}))] for values in ([0.9, 0.5], [0.1, 0.8])]
    [mean] = photographs.averaged(judged)
    assert mean.values == pytest.approx([0.5, 2 / 3])  # odds of 2
    assert (mean.labels, mean.kinds) == (labels, {Kind.OBJECT})


def test_views_show_a_photograph_mirrored_but_never_turn_sides(tmp_path):
    picture = Image.new("RGB", (100, 50), "white")
    picture.paste((255, 0, 0), (0, 0, 20, 50))  # red on the left
    picture.save(tmp_path / "a.png")
    records = [Record(tmp_path / "a.png", "", text) for text in ("A dog .", "A dog on the left .", "A cat .")]
    whole, mirrored = views(records)
    assert all([one.response for one in view] == [one.response for one in records] for view in (whole, mirrored))

    def reds(record: Record) -> list[int]:
        """The columns that are red."""
        return [x for x in range(100) if record.image.getpixel((x, 25)) == (255, 0, 0)]

    assert reds(whole[0]) == list(range(20))
    assert reds(mirrored[0]) == list(range(80, 100))
    assert reds(mirrored[1]) == list(range(20))
    assert all(view[0].image is view[2].image for view in (whole, mirrored))  # so that it is read once


def test_the_start_knows_from_drawings_what_its_pieces_allow(splits):
    shipped, start = checkpoints.load(checkpoints.SHIPPED), photograph_folds.drawings_model(splits["train"])
    theirs, ours = (one.model.backbone.get_input_embeddings().weight for one in (shipped, start))
    places = [one.processor.tokenizer(" red", add_special_tokens=False)["input_ids"] for one in (shipped, start)]
    assert torch.equal(theirs[places[0]], ours[places[1]])
    for name in ("backbone.language_model.layers.0.self_attn.q_proj.weight", "head.weight"):
        assert torch.equal(shipped.model.state_dict()[name], start.model.state_dict()[name])
    strange = start.processor.tokenizer(" bench", add_special_tokens=False)["input_ids"]
    assert start.processor.tokenizer.decode(strange).strip() == "bench"


def test_lessons_of_a_photograph_are_the_same_every_time_and_grey_for_the_blind(splits, flickr):
    rows = [row for split in splits.values() for row in split]
    known = frozenset(photographs.vocabulary(rows, 1))
    seen, again = (Photographs(rows, flickr, known, 20, 0, folds=folds_of(rows))[4] for _ in range(2))
    blind = Photographs(rows, flickr, known, 20, 0)[4]
    assert seen.responses == again.responses == blind.responses
    assert np.array_equal(np.asarray(seen.image), np.asarray(again.image))
    assert np.asarray(blind.image).std() == 0
    assert [bool(spans) for _, spans in seen.responses][:2] == [False, True]
    pairs = [one for one, _ in seen.responses[2:-2]]
    assert len(pairs) % 2 == 0
    assert {bool(spans) for _, spans in seen.responses[2:-2:2]} <= {False}
    assert {bool(spans) for _, spans in seen.responses[3:-2:2]} <= {True}


SAID = ["A puppy runs on the grass .", "A black dog is running outside ."]


@pytest.mark.parametrize(
    ("caption", "wrong"),
    [
        ("Two dogs run in the snow .", ["Two", "snow"]),
        ("A dog sleeps on a red blanket .", ["sleeps", "red", "blanket"]),
        ("The dog runs .", []),
        ("A gnu is on the grass .", []),  # a word that the teacher never met is called neither right nor wrong
    ],
)
def test_a_borrowed_caption_is_wrong_where_nobody_said_the_like(caption, wrong):
    known = frozenset({"two", "dog", "dogs", "run", "runs", "running", "snow", "sleeps", "red", "blanket", "grass"})
    text, spans = borrowed(caption, SAID, known)
    assert text == caption
    assert [text[span.start : span.end] for span in spans] == wrong


@pytest.mark.parametrize(
    "words", ["run runs running", "dog dogs", "jump jumped jumping jumps", "beach beaches", "smile smiling smiles"]
)
def test_one_stem_for_the_forms_of_a_word(words):
    assert len({stem(word) for word in words.split()}) == 1


def test_measure_gives_the_gap_with_an_interval_over_photographs(tmp_path):
    wrong = (Span(2, 5, Kind.OBJECT),)
    records = [Record(tmp_path / f"{number // 2}.jpg", "", "a cat", wrong if number % 2 else ()) for number in range(40)]
    labels = [[GOOD, BAD if record.spans else GOOD] for record in records]
    knows = [Judged([0.9, 0.9 if label[1] == GOOD else 0.1], label, [0, 0]) for label in labels]
    guesses = [Judged([0.5, 0.5], label, [0, 0]) for label in labels]
    measured = photographs.measure({"seeing": knows, "grey": guesses, "blind": guesses}, records)
    assert set(measured) == {"all", "object"}
    assert (measured["all"]["seeing"]["map_neg"], measured["all"]["blind"]["map_neg"]) == pytest.approx((1.0, 0.25))
    gap = measured["all"]["gap"]
    assert gap["map_neg"] == pytest.approx(0.75)
    assert gap["interval"][0] <= gap["map_neg"] <= gap["interval"][1] + 1e-9
