"""Data sets: splits that never meet, records in turn, and batches that say what the records say."""

import copy
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import Dataset

from rewardmodel.align import BAD, IGNORED
from rewardmodel.backbones import small_processor
from rewardmodel.backbones.paligemma import PaliGemma
from rewardmodel.config import SmallBackbone
from rewardmodel.data import (
    Collator,
    Lesson,
    Mixed,
    PictureBook,
    RecordLessons,
    Replayed,
    class_words,
    grid_of,
    held_out,
    records_of,
)
from rewardmodel.packing import encode_response
from rewardmodel.records import Record, Span
from rewardmodel.scenes import PATCH_TARGETS, PICTURE_BOOK, Referent
from rewardmodel.scenes.samples import picturebook_records, scene_of
from rewardmodel.taxonomy import KINDS


@pytest.fixture
def red(tmp_path):
    path = tmp_path / "red.png"
    Image.new("RGB", (32, 32), "red").save(path)
    return path


def test_picturebook_records_are_half_clean_and_take_the_kinds_in_turn():
    records = list(picturebook_records(PICTURE_BOOK, "test", 32))
    assert [bool(record.spans) for record in records] == [False, True] * 16
    assert [record.spans[0].kind for record in records[1::2]] == [*KINDS, *KINDS]


def test_splits_draw_other_scenes():
    assert scene_of("train", 0, PICTURE_BOOK) != scene_of("test", 0, PICTURE_BOOK)


def test_records_of_a_world_are_the_same_every_time():
    first, second = (list(records_of("picturebook:validation", 6)) for _ in range(2))
    assert [(r.response, r.spans, r.image.tobytes()) for r in first] == [(r.response, r.spans, r.image.tobytes()) for r in second]


def test_records_of_refuses_an_unknown_split():
    with pytest.raises(ValueError, match="the splits are train, validation, test"):
        list(records_of("picturebook:everything"))


def test_records_of_a_file_stops_at_the_count(tmp_path):
    file = tmp_path / "records.jsonl"
    file.write_text("".join(json.dumps({"image": "a.png", "response": f"dog {n}"}) + "\n" for n in range(5)))
    assert [record.response for record in records_of(str(file), 2)] == ["dog 0", "dog 1"]


def test_records_of_parquet_are_those_of_json_lines(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {"image": "a.png", "prompt": "", "response": "A red dog", "spans": [{"start": 2, "end": 5, "kind": "attribute"}]},
        {"image": "b.png", "prompt": "?", "response": "A cat", "spans": []},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    assert list(records_of(str(tmp_path / "rows.parquet"))) == list(records_of(str(tmp_path / "rows.jsonl")))


def test_held_out_images_are_never_learned_from(tmp_path):
    records = [Record(tmp_path / f"{number // 3}.png", "", f"dog {number}") for number in range(600)]
    learned, held = held_out(records, tmp_path)
    assert len(learned) + len(held) == 600
    assert not {record.image for record in learned} & {record.image for record in held}
    assert 0.08 < len(held) / 600 < 0.25


def test_the_same_images_are_held_out_however_the_file_is_spelt_and_wherever_it_lies(tmp_path, monkeypatch):
    def held(file: str) -> list[str]:
        rows = list(records_of(file))
        return [record.response for record in held_out(rows, Path(file).parent)[1]]

    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        rows = [{"image": f"images/{n}.png", "response": f"dog {n}"} for n in range(100)]
        (tmp_path / folder / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    spelt = ["one/data.jsonl", "./one/../one/data.jsonl", str(tmp_path / "one" / "data.jsonl"), "other/data.jsonl"]
    first, *others = map(held, spelt)
    assert 5 < len(first) < 30
    assert others == [first] * 3


def test_pictures_in_memory_are_held_out_by_their_pixels(tmp_path):
    def held() -> list[str]:
        colours = [Image.new("RGB", (8, 8), (number, 0, 0)) for number in range(100)]
        records = [Record(colour, "", f"dog {number}") for number, colour in enumerate(colours)]
        return [record.response for record in held_out(records, tmp_path)[1]]

    assert 5 < len(held()) < 30
    assert held() == held()


def test_drawings_are_asked_about_as_many_patches_as_the_model_sees():
    lesson = PictureBook(PICTURE_BOOK, 1, 1, 64, seed=3, grid=16)[0]
    assert lesson.patches.shape == (len(PATCH_TARGETS), 16 * 16)
    assert PictureBook(PICTURE_BOOK, 1, 1, 64, seed=3, grid=0)[0].patches is None


@pytest.mark.parametrize(("image_size", "patch_size", "grid"), [(64, 16, 4), (128, 16, 8), (256, 16, 16), (96, 16, 0)])
def test_the_grid_is_that_of_the_image_tokens(image_size, patch_size, grid):
    size = SmallBackbone(image_size=image_size, patch_size=patch_size)  # 6 patches a side don't divide a drawing evenly
    processor = small_processor(["a dog"] * 4, size)
    assert grid_of(processor, PaliGemma()) == grid


def test_picture_book_lessons_repeat_and_differ():
    lessons = PictureBook(PICTURE_BOOK, 10, 6, 64, seed=3)
    again = PictureBook(PICTURE_BOOK, 10, 6, 64, seed=3)
    assert lessons[4].responses == again[4].responses
    assert lessons[4].responses != lessons[5].responses
    assert len(lessons[4].responses) == 6
    assert not lessons[4].responses[0][1]
    assert lessons[4].image.size == (64, 64)


@pytest.mark.parametrize(
    ("clean", "first"), [(1 / 3, [True, False, False, True, False]), (0.5, [True, False] * 2 + [True]), (0.0, [False] * 5)]
)
def test_picture_book_keeps_the_share_of_clean_responses(clean, first):
    lessons = PictureBook(PICTURE_BOOK, 6, 5, 64, seed=3, clean=clean)
    kept = [not spans for number in range(6) for _, spans in lessons[number].responses]
    assert kept[:5] == first
    assert sum(kept) == round(30 * clean)


def test_record_lessons_mix_in_the_replay(red):
    replay = PictureBook(PICTURE_BOOK, 200, 2, 32, seed=0)
    lessons = Replayed(RecordLessons([Record(red, "", "A red dog")], length=200, seed=0), replay, share=0.5, seed=0)
    own = sum(lessons[number].patches is None for number in range(200))
    assert 70 < own < 130


def test_record_lessons_visit_every_image_once_an_epoch(tmp_path):
    records = [Record(tmp_path / f"{number}.png", "", "A dog") for number in range(10)]
    lessons = RecordLessons(records, length=20, seed=0)
    assert {lessons[number].image for number in range(10)} == {record.image for record in records}
    assert {lessons[number].image for number in range(10, 20)} == {record.image for record in records}


def test_record_lessons_put_responses_on_one_image_together(red):
    records = [Record(red, "", "A red dog", (Span(2, 5),)), Record(red, "", "A cat"), Record(red, "?", "A cow")]
    lessons = RecordLessons(records, length=2, seed=0)
    assert sorted(len(lesson.responses) for lesson in lessons.lessons) == [1, 2]


def test_clean_responses_of_records_are_clozes_whose_masks_change_with_every_pass(tiny_processor, red):
    records = [Record(red, "", "A red dog sits on the grass.", (Span(2, 5),)), Record(red, "", "A cat sits on the green grass.")]
    lessons = RecordLessons(records, length=8, seed=0)
    assert {lessons[number].clozes for number in range(8)} == {("A cat sits on the green grass.",)}
    masks = [Collator(tiny_processor)([lessons[number]])["cloze_BL"] != IGNORED for number in range(8)]
    assert len({tuple(mask.flatten().tolist()) for mask in masks}) > 1


def test_collator_makes_no_clozes_where_the_tokenizer_has_no_mask(tiny_processor, red):
    processor = copy.deepcopy(tiny_processor)
    processor.tokenizer.mask_token = None
    lesson = Lesson(red, "", [("A red dog", ())], clozes=("A red dog",))
    batch = Collator(processor)([lesson])
    assert (batch["cloze_BL"] == IGNORED).all()
    assert (batch["labels_BL"] != IGNORED).sum() == 3


def test_collator_makes_no_clozes_where_they_count_nothing(tiny_processor, red):
    batch = Collator(tiny_processor, clozes=False)([Lesson(red, "", [("A red dog", ())], clozes=("A red dog",))])
    assert (batch["cloze_BL"] == IGNORED).all()
    assert (batch["labels_BL"] != IGNORED).sum() == 3


def test_record_lessons_refuse_nothing():
    with pytest.raises(ValueError, match="no record to learn from"):
        RecordLessons([], length=1, seed=0)


def test_collator_labels_the_words_of_the_spans(tiny_processor, red):
    text = "A red dog sits on the grass."
    batch = Collator(tiny_processor)([Lesson(red, "", [(text, (Span(2, 5),)), (text, ())])])
    tokenizer = tiny_processor.tokenizer
    bad = batch["ids_BL"][batch["labels_BL"] == BAD]
    assert tokenizer.decode(bad).strip() == "red"
    assert (batch["labels_BL"] != IGNORED).sum() == 2 * len(tokenizer(text, add_special_tokens=False)["input_ids"])
    assert batch["pixels_BCHW"].shape == (1, 3, 32, 32)
    assert "patches_BQP" not in batch


def test_collator_stacks_patches_of_drawings(tiny_processor):
    lessons = PictureBook(PICTURE_BOOK, 2, 2, 32, seed=0)
    batch = Collator(tiny_processor)([lessons[0], lessons[1]])
    assert batch["patches_BQP"].shape == (2, len(PATCH_TARGETS), 64)


def test_collator_masks_clozes_and_asks_for_what_was_there(tiny_processor):
    lesson = PictureBook(PICTURE_BOOK, 1, 2, 64, seed=0)[0]
    batch = Collator(tiny_processor)([lesson])
    masked_BL = batch["ids_BL"] == tiny_processor.tokenizer.mask_token_id
    assert torch.equal(masked_BL, batch["cloze_BL"] != IGNORED)
    assert (batch["labels_BL"][masked_BL] == IGNORED).all()
    asked = sum(len(encode_response(tiny_processor.tokenizer, text).ids) for text in lesson.clozes)
    assert 0.15 < masked_BL.sum() / asked < 0.6


def test_collator_asks_for_a_referent_at_the_last_token_of_its_passage(tiny_processor, red):
    said = Referent(2, 9, is_other=True, place=(0.0, 0.25, 0.5, 1.0), classes=(1, 2, 0, 0, 0))
    lesson = Lesson(red, "", [("A red dog", ()), ("A red dog.", ())], np.zeros((1, 1)), ((), (said,)))
    batch = Collator(tiny_processor)([lesson, replace(lesson, referents=((), ()))])
    asked = batch["ids_BL"][0, batch["referents_BR"][0, 0]]
    assert tiny_processor.tokenizer.decode([asked]).strip() == "dog"
    assert batch["referents_BR"][1].tolist() == [IGNORED]
    assert batch["is_other_BR"][0].tolist() == [True]
    assert batch["places_BRE"][0].tolist() == [[0.0, 0.25, 0.5, 1.0]]
    assert batch["classes_BRQ"][0].tolist() == [[1, 2, 0, 0, 0]]


def test_picture_book_lessons_have_referents_for_every_response():
    lesson = PictureBook(PICTURE_BOOK, 1, 4, 32, seed=0)[0]
    assert len(lesson.referents) == 4
    assert all(one.end <= len(text) for (text, _), found in zip(lesson.responses, lesson.referents, strict=True) for one in found)


def test_class_words_are_the_tokens_of_the_names(tiny_processor):
    words_of = dict(zip(PATCH_TARGETS, class_words(tiny_processor.tokenizer), strict=True))
    tokenizer = tiny_processor.tokenizer
    assert words_of["noun"][0] == []
    assert tokenizer.decode(words_of["noun"][PATCH_TARGETS["noun"].index("dog")]).strip() == "dog"
    assert tokenizer.convert_ids_to_tokens(words_of["letters"][PATCH_TARGETS["letters"].index("STOP")]) == ["STOP"]


class Counted(Dataset):
    """Gives its name and the place that it is asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __getitem__(self, index: int) -> tuple[str, int]:
        return self.name, index


def test_mixed_lessons_come_by_their_shares_and_each_data_set_in_its_own_order():
    mixed = Mixed([Counted("clean"), Counted("people")], [3, 1], 4_000, seed=1)
    given = [mixed[index] for index in range(len(mixed))]
    for name, share in (("clean", 0.75), ("people", 0.25)):
        own = [place for one, place in given if one == name]
        assert own == list(range(len(own)))
        assert len(own) / 4_000 == pytest.approx(share, abs=0.03)
    assert given == [Mixed([Counted("clean"), Counted("people")], [0.75, 0.25], 4_000, seed=1)[index] for index in range(4_000)]
    assert len({name for name, _ in given[:40]}) == 2


def test_no_drawing_is_replayed_twice_however_many_files_are_mixed(tmp_path):
    files = [
        RecordLessons([Record(tmp_path / f"{name}-{number}.png", "", name) for number in range(3)], 400, seed=1)
        for name in ("clean", "people")
    ]
    replay = PictureBook(PICTURE_BOOK, 400, 1, 64, seed=1)
    lessons = Replayed(Mixed(files, [1, 1], 400, seed=1), replay, share=0.5, seed=1)
    given = [lessons[index] for index in range(len(lessons))]
    drawings = [lesson.image.tobytes() for lesson in given if lesson.patches is not None]
    assert len(drawings) == pytest.approx(200, abs=30)
    assert len(set(drawings)) == len(drawings)
    texts = [lesson.responses[0][0] for lesson in given if lesson.patches is None]
    assert texts.count("clean") == pytest.approx(100, abs=30)


@pytest.mark.parametrize("shares", [[1.0], [1.0, 0.0], [1.0, -1.0], []])
def test_mixed_lessons_need_a_share_for_each_data_set(shares):
    with pytest.raises(ValueError, match="a share above 0 for each of the 2 data sets"):
        Mixed([Counted("a"), Counted("b")], shares, 10, seed=0)
