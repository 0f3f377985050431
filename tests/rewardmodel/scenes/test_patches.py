"""Patch targets against scenes made by hand and against the drawing."""

import numpy as np
import pytest

from rewardmodel.scenes import DUSK, PATCH_TARGETS, PICTURE_BOOK, Caption, Scene, draw, make_scene, patch_targets
from rewardmodel.scenes.drawing import layers
from rewardmodel.scenes.layout import Box, Group, Small
from rewardmodel.scenes.patches import visible_layers

Examples = list[tuple[Scene, Caption]]
HEADS = list(PATCH_TARGETS)


def _shown(scene: Scene, head: str, row: int, column: int, grid: int = 8) -> str:
    return PATCH_TARGETS[head][int(patch_targets(scene, grid)[HEADS.index(head), row, column])]


def _scene(*groups: Group, smalls: tuple[Small, ...] = ()) -> Scene:
    return Scene(0, PICTURE_BOOK, "grass", True, groups, smalls)


def test_every_head_starts_with_nothing() -> None:
    assert all(classes[0] == "nothing" and len(set(classes)) == len(classes) for classes in PATCH_TARGETS.values())


@pytest.mark.parametrize("grid", [4, 8, 16])
def test_targets_have_a_number_for_each_head_and_patch(examples: Examples, grid: int) -> None:
    for scene, _ in examples[:20]:
        targets = patch_targets(scene, grid)
        assert targets.shape == (len(HEADS), grid, grid)
        assert targets.dtype == np.uint8
        assert all(targets[n].max() < len(PATCH_TARGETS[head]) for n, head in enumerate(HEADS))


def test_targets_refuse_a_grid_that_cuts_pixels() -> None:
    with pytest.raises(ValueError, match="got 7"):
        patch_targets(make_scene(0), grid=7)


def test_patch_tells_all_of_the_thing_in_it() -> None:
    scene = _scene(Group("dog", "brown", "big", "ground", (Box(32, 80, 77, 116),), feature=True))
    assert [_shown(scene, head, 6, 3) for head in HEADS] == ["dog", "brown", "big", "nothing", "hat", "one", "grass night"]
    assert [_shown(scene, head, 0, 0) for head in HEADS] == ["nothing"] * 6 + ["grass night"]


def test_later_things_hide_earlier_ones() -> None:
    table = Group("table", "blue", "big", "ground", (Box(32, 64, 96, 112),))
    cat = Group("cat", "white", "small", "ground", (Box(48, 64, 80, 112),), feature=False, rests="under", base="table")
    scene = _scene(cat, table)
    assert _shown(scene, "noun", 5, 3) == "cat"
    assert _shown(scene, "noun", 4, 2) == "table"


def test_small_objects_go_first() -> None:
    house = Group("house", "white", "big", "ground", (Box(66, 64, 110, 112),), feature=False)
    scene = _scene(house, smalls=(Small("mushroom", "ground", Box(50, 98, 64, 112)),))
    assert _shown(scene, "noun", 6, 3) == "small mushroom"
    assert _shown(scene, "colour", 6, 3) == "nothing"


def test_letters_are_on_the_board_only() -> None:
    scene = _scene(Group("sign", "red", "", "ground", (Box(32, 64, 80, 112),), text="ZOO"))
    assert _shown(scene, "letters", 4, 3) == "ZOO"
    assert _shown(scene, "letters", 6, 3) == "nothing"
    assert not any(_shown(_scene(), "letters", row, 3) != "nothing" for row in range(8))


def test_visible_layers_agree_with_the_pixels(examples: Examples) -> None:
    """Taking the sprite that a pixel is said to belong to out of the picture changes that pixel, and none outside."""
    for scene, _ in examples[:25]:
        shown = list(layers(scene))
        owners = visible_layers(shown)
        picture = np.asarray(draw(scene))
        bare = np.asarray(draw(Scene(scene.seed, scene.world, scene.setting, scene.is_night, (), ())))
        differs = (picture != bare).any(-1)
        assert differs[owners > 0].mean() > 0.97
        assert not differs[owners == 0].any() or differs[owners == 0].mean() < 0.06


def test_every_group_and_small_object_is_seen_in_some_patch(examples: Examples) -> None:
    missing = total = 0
    for scene, _ in examples[:500]:
        nouns = {PATCH_TARGETS["noun"][n] for n in np.unique(patch_targets(scene)[0])}
        wanted = {group.noun for group in scene.groups} | {f"small {small.noun}" for small in scene.smalls}
        missing += len(wanted - nouns)
        total += len(wanted)
    assert missing / total < 0.005


def test_every_sign_can_be_read_in_some_patch(examples: Examples) -> None:
    for scene, _ in examples[:500]:
        sign = scene.group("sign")
        seen = {PATCH_TARGETS["letters"][n] for n in np.unique(patch_targets(scene)[HEADS.index("letters")])} - {"nothing"}
        assert seen == ({sign.text} if sign else set())


def test_targets_are_the_same_in_both_worlds() -> None:
    for seed in range(60):
        assert (patch_targets(make_scene(seed)) == patch_targets(make_scene(seed, DUSK))).all()
