"""Samples: splits that never meet, and responses clean and wrong in turn."""

from itertools import islice

import pytest

from rewardmodel.scenes import DUSK, PICTURE_BOOK, draw, make_scene
from rewardmodel.scenes.samples import PROMPT, SCENES_A_SPLIT, SPLITS, judged_scenes, perturbed, picturebook_records, scene_of
from rewardmodel.taxonomy import KINDS, Kind


def test_splits_begin_where_the_one_before_ends():
    seeds = [scene_of(split, index, PICTURE_BOOK).seed for split in SPLITS for index in (0, SCENES_A_SPLIT - 1)]
    assert seeds == sorted(seeds)
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize("index", [-1, SCENES_A_SPLIT])
def test_an_index_outside_the_split_is_refused(index):
    with pytest.raises(ValueError, match=f"got {index}"):
        scene_of("train", index, PICTURE_BOOK)


def test_responses_are_clean_and_wrong_in_turn_and_the_kinds_too():
    judged = [one for _, one in judged_scenes(PICTURE_BOOK, "test", 2 * len(KINDS))]
    assert [bool(one.spans) for one in judged] == [False, True] * len(KINDS)
    assert [one.spans[0].kind for one in judged[1::2]] == list(KINDS)


def test_more_samples_begin_with_the_same_ones():
    few, many = (list(judged_scenes(DUSK, "validation", count)) for count in (5, 20))
    assert many[:5] == few
    assert len({scene.seed for scene, _ in many}) == 20


def test_no_scene_and_no_kind_are_no_sample():
    assert list(judged_scenes(PICTURE_BOOK, "test", 0)) == []
    assert perturbed(make_scene(0), [], 0) is None


def test_the_first_kind_that_a_scene_allows_is_taken():
    scenes = [make_scene(seed) for seed in range(30)]
    without_sign = next(scene for scene in scenes if scene.group("sign") is None)
    made = perturbed(without_sign, [Kind.TEXT, Kind.COUNTERFACTUAL, Kind.OBJECT], 0)
    assert made is not None
    assert {span.kind for span in made.spans} <= {Kind.COUNTERFACTUAL, Kind.OBJECT}


def test_records_are_drawn_and_asked_for_in_one_way():
    records = list(picturebook_records(PICTURE_BOOK, "test", 4, size=64))
    pairs = list(islice(judged_scenes(PICTURE_BOOK, "test", 4), 4))
    for record, (scene, judged) in zip(records, pairs, strict=True):
        assert record.image.tobytes() == draw(scene, 64).tobytes()
        assert (record.prompt, record.response, record.spans) == (PROMPT, judged.text, judged.spans)
