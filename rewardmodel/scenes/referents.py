"""Referents: what the picture truly shows of the thing that a word of a caption speaks of, to teach a decoder to look there."""

from collections.abc import Iterator
from dataclasses import dataclass

from rewardmodel.scenes.captions import Caption, Word
from rewardmodel.scenes.claims import Backdrop, Featured, Mention, Placed, Related, Sighting
from rewardmodel.scenes.layout import SIDE, Box, Scene
from rewardmodel.scenes.patches import NOTHING, PATCH_TARGETS
from rewardmodel.scenes.things import SIZES

# Question -> its classes. A thing that the picture does not show is "nothing" in all of them.
REFERENT_QUESTIONS: dict[str, tuple[str, ...]] = {
    "count": PATCH_TARGETS["count"],
    "colour": PATCH_TARGETS["colour"],
    "size": (NOTHING, *SIZES),
    "feature": (NOTHING, "has", "lacks"),
    "rests": (NOTHING, "on", "under"),
}
Place = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Referent:
    """What is to be seen of the thing that the passage `[start, end)` speaks of.

    `place` is its left, top, right and bottom as shares of the picture, None where nothing is seen; `classes` are numbers in the
    order of REFERENT_QUESTIONS. `is_other`: not the thing itself but the one that it is related to ("left of *the house*").
    """

    start: int
    end: int
    is_other: bool
    place: Place | None
    classes: tuple[int, ...]


def referents(scene: Scene, caption: Caption) -> Iterator[Referent]:
    """A referent for every word of a claim about a thing, two for a relation. Whether the claim is true makes no difference."""
    for word in caption.words:
        claim = caption.claims[word.claim]
        match claim:
            case Mention() | Featured() | Placed():
                yield _of_group(scene, claim.noun, word)
            case Related():
                yield _of_group(scene, claim.noun, word)
                yield _of_group(scene, claim.other, word, is_other=True)
            case Backdrop():
                yield _of_small(scene, claim.noun, word)
            case Sighting() if scene.group(claim.noun):
                yield _of_group(scene, claim.noun, word)
            case Sighting() if any(small.noun == claim.noun for small in scene.smalls) or not scene.shows(claim.noun):
                yield _of_small(scene, claim.noun, word)


def _of_group(scene: Scene, noun: str, word: Word, *, is_other: bool = False) -> Referent:
    group = scene.group(noun)
    if group is None:
        return _referent(word, None, {}, is_other=is_other)
    answers = {
        "count": PATCH_TARGETS["count"][group.count],
        "colour": group.colour,
        "size": group.size or NOTHING,
        "feature": NOTHING if group.feature is None else "has" if group.feature else "lacks",
        "rests": group.rests or NOTHING,
    }
    return _referent(word, group.hull, answers, is_other=is_other)


def _of_small(scene: Scene, noun: str, word: Word) -> Referent:
    small = next((small for small in scene.smalls if small.noun == noun), None)
    return _referent(word, small.box if small else None, {"count": "one"} if small else {}, is_other=False)


def _referent(word: Word, box: Box | None, answers: dict[str, str], *, is_other: bool) -> Referent:
    place = (box.left / SIDE, box.top / SIDE, box.right / SIDE, box.bottom / SIDE) if box else None
    classes = tuple(names.index(answers.get(question, NOTHING)) for question, names in REFERENT_QUESTIONS.items())
    return Referent(word.start, word.end, is_other, place, classes)
