"""Scenes: what they hold and how clearly it lies."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardmodel.scenes import DUSK, PICTURE_BOOK, Caption, Scene, make_scene
from rewardmodel.scenes.drawing import SHORE
from rewardmodel.scenes.layout import SIDE, Box, Group, Small, fits
from rewardmodel.scenes.things import RIDERS, SIZES, SKIES, SMALLS, THINGS

Examples = list[tuple[Scene, Caption]]


@given(st.integers(min_value=0, max_value=10**13))
@settings(max_examples=100, deadline=None)
def test_scene_is_the_same_for_the_same_seed(seed: int) -> None:
    assert make_scene(seed) == make_scene(seed)


def test_scene_holds_the_same_in_both_worlds() -> None:
    for seed in range(200):
        book, dusk = make_scene(seed, PICTURE_BOOK), make_scene(seed, DUSK)
        assert (book.groups, book.smalls, book.setting, book.is_night) == (dusk.groups, dusk.smalls, dusk.setting, dusk.is_night)


def test_scene_has_two_to_four_groups_of_one_to_four_things(examples: Examples) -> None:
    assert {len(scene.groups) for scene, _ in examples} == {2, 3, 4}
    assert {group.count for scene, _ in examples for group in scene.groups} == {1, 2, 3, 4}


def test_scene_never_shows_a_noun_twice(examples: Examples) -> None:
    for scene, _ in examples:
        nouns = [group.noun for group in scene.groups] + [small.noun for small in scene.smalls]
        assert max(Counter(nouns).values()) == 1


def test_scene_stays_inside_the_picture(examples: Examples) -> None:
    for scene, _ in examples:
        for box in [box for group in scene.groups for box in group.boxes] + [small.box for small in scene.smalls]:
            assert box.left >= 0
            assert box.top >= 0
            assert box.right <= SIDE
            assert box.bottom <= SIDE


def test_groups_never_touch_unless_one_rests_on_the_other(examples: Examples) -> None:
    for scene, _ in examples:
        for one, two in combinations(scene.groups, 2):
            if not {one.base, two.base} & {one.noun, two.noun}:
                assert not any(a.meets(b) for a in one.boxes for b in two.boxes)


def test_small_objects_are_hidden_by_nothing(examples: Examples) -> None:
    for scene, _ in examples:
        assert not any(s.box.meets(box, gap=0) for s in scene.smalls for group in scene.groups for box in group.boxes)


def test_shells_and_crabs_lie_on_the_sand(examples: Examples) -> None:
    boxes = [small.box for scene, _ in examples if scene.setting == "beach" for small in scene.smalls if small.where == "ground"]
    assert min(box.top for box in boxes) >= SHORE


def test_every_noun_colour_and_small_object_occurs(examples: Examples) -> None:
    groups = [group for scene, _ in examples for group in scene.groups]
    assert {group.noun for group in groups} == set(THINGS)
    assert {group.colour for group in groups} == {colour for colour, _ in PICTURE_BOOK.colours}
    assert {small.noun for scene, _ in examples for small in scene.smalls} == set(SMALLS)


def test_colours_are_sensible_for_their_noun(examples: Examples) -> None:
    assert all(group.colour in THINGS[group.noun].colours for scene, _ in examples for group in scene.groups)


def test_half_of_the_scenes_have_a_sign(examples: Examples) -> None:
    assert 0.4 < sum(scene.group("sign") is not None for scene, _ in examples) / len(examples) < 0.7


def test_big_things_are_clearly_bigger_than_small_ones() -> None:
    for thing in THINGS.values():
        assert thing.extent("small")[0] <= thing.extent("big")[0] * 0.65


def test_boxes_meet_when_closer_than_the_gap() -> None:
    assert Box(0, 0, 10, 10).meets(Box(12, 0, 20, 10), gap=3)
    assert not Box(0, 0, 10, 10).meets(Box(13, 0, 20, 10), gap=3)
    assert not Box(0, 0, 10, 10).meets(Box(0, 13, 10, 20), gap=3)


def test_four_big_buses_do_not_fit_and_two_do() -> None:
    assert not fits("bus", "big", 4)
    assert fits("bus", "big", 2)


BOXES = st.builds(
    lambda left, top, width, height: Box(left, top, left + width, top + height),
    st.integers(0, 100), st.integers(0, 100), st.integers(1, 40), st.integers(1, 40),
)  # fmt: skip


@given(BOXES, BOXES, st.integers(0, 20))
def test_boxes_meet_both_ways_and_the_more_the_wider_the_gap(one, two, gap):
    assert one.meets(two, gap) is two.meets(one, gap)
    assert one.meets(two, gap) <= one.meets(two, gap + 1)
    assert one.meets(one, gap)


def test_hull_goes_from_the_first_to_the_last_of_a_row():
    row = Group("duck", "white", "", "sea", (Box(2, 60, 10, 80), Box(14, 60, 22, 80), Box(26, 60, 34, 80)))
    assert (row.count, row.hull, row.hull.middle) == (3, Box(2, 60, 34, 80), 18.0)


def test_what_is_worn_can_be_seen_and_what_is_lacked_cannot():
    dog = Group("dog", "brown", "big", "ground", (Box(0, 80, 20, 100),), feature=True)
    house = Group("house", "red", "big", "ground", (Box(40, 40, 80, 80),), feature=False)
    scene = Scene(0, PICTURE_BOOK, "grass", False, (dog, house), (Small("sun", "sky", Box(0, 0, 17, 17)),))
    assert [noun for noun in ("dog", "house", "sun", "hat", "smoke", "cat", "moon") if scene.shows(noun)] == [
        "dog",
        "house",
        "sun",
        "hat",
    ]
    assert scene.group("dog") is dog
    assert scene.group("sun") is None


@pytest.mark.parametrize("noun", sorted(THINGS))
def test_one_of_everything_fits_and_more_never_fits_better(noun):
    for size in SIZES if THINGS[noun].is_sized else ("",):
        found = [fits(noun, size, count) for count in range(1, 6)]
        assert found[0]
        assert found == sorted(found, reverse=True)


def test_riders_are_held_and_rest_on_one_that_is_there(examples: Examples) -> None:
    for scene, _ in examples:
        for group in scene.groups:
            base = scene.group(group.base)
            assert bool(group.rests) is (base is not None)
            if base is not None:
                assert group.noun in RIDERS[base.noun]
                assert (group.count, base.count, base.size) == (1, 1, "big")
                assert base.hull.left <= group.hull.middle <= base.hull.right


def test_the_sky_shows_what_its_light_allows(examples: Examples) -> None:
    for scene, _ in examples:
        seen = {small.noun for small in scene.smalls if small.where == "sky"}
        assert seen <= set(SKIES[scene.is_night])
        assert scene.is_outdoors or not (seen or scene.is_night)
