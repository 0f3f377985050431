"""Records of the picture-book world: which scene is in which split, and responses that are clean or wrong in a wanted kind."""

from collections.abc import Iterator, Sequence

from rewardmodel.records import Record
from rewardmodel.scenes import Perturbed, Scene, World, describe, draw, make_scene, perturb
from rewardmodel.taxonomy import KINDS, Kind

SPLITS = ("train", "validation", "test")
SCENES_A_SPLIT = 10**12  # seeds of the splits never meet
PROMPT = "Describe the picture."


def scene_of(split: str, index: int, world: World) -> Scene:
    """Scene number `index` of a split; no seed is in two splits."""
    if not 0 <= index < SCENES_A_SPLIT:
        raise ValueError(f"index must be in [0, {SCENES_A_SPLIT}), got {index}")
    return make_scene(SPLITS.index(split) * SCENES_A_SPLIT + index, world)


def perturbed(scene: Scene, kinds: Sequence[Kind], seed: int) -> Perturbed | None:
    """A caption that is wrong in the first of the kinds that the scene allows, after a few tries at describing it."""
    for kind in kinds:
        for attempt in range(seed, seed + 3):
            wrong = perturb(scene, describe(scene, attempt), kind, attempt)
            if wrong is not None:
                return wrong
    return None


def judged_scenes(world: World, split: str, count: int) -> Iterator[tuple[Scene, Perturbed]]:
    """`count` scenes of a split with one response each: the even ones clean, the odd ones wrong, the eight kinds in turn.

    A scene that does not allow the kind whose turn it is, is passed over.
    """
    found = number = 0
    while found < count:
        scene = scene_of(split, number, world)
        kind = KINDS[(found // 2) % len(KINDS)]
        judged = perturbed(scene, [kind], number) if found % 2 else Perturbed(describe(scene, number), ())
        number += 1
        if judged is not None:
            yield scene, judged
            found += 1


def picturebook_records(world: World, split: str, count: int, size: int = 128) -> Iterator[Record]:
    """The scenes of `judged_scenes`, drawn."""
    for scene, judged in judged_scenes(world, split, count):
        yield record_of(scene, judged, size)


def record_of(scene: Scene, judged: Perturbed, size: int = 128) -> Record:
    """One scene, drawn, and a response to it."""
    return Record(draw(scene, size), PROMPT, judged.text, judged.spans)
