"""Claims: what a caption can say about a scene, each able to tell whether it is true there."""

from dataclasses import dataclass

from rewardmodel.scenes.layout import Box, Group, Scene

OPPOSITES = {
    "left": "right",
    "right": "left",
    "above": "below",
    "below": "above",
    "in front": "behind",
    "behind": "in front",
    "on": "under",
    "under": "on",
}
RELATIONS = (*OPPOSITES, "beside")
PLACES = ("left", "right", "middle")
MARGIN = 2
DEPTH = 20
NEAR = 30


@dataclass(frozen=True, slots=True)
class Mention:
    """There are exactly `count` of this noun, and they look like that.

    Empty and None mean: not said. `says_one` is only wording.
    """

    noun: str
    count: int
    colour: str = ""
    size: str = ""
    feature: bool | None = None
    says_one: bool = False

    def is_true(self, scene: Scene) -> bool:
        """Whether the scene has such a group."""
        group = scene.group(self.noun)
        return (
            group is not None
            and group.count == self.count
            and self.colour in {"", group.colour}
            and self.size in {"", group.size}
            and self.feature in {None, group.feature}
        )


@dataclass(frozen=True, slots=True)
class Featured:
    """All of this noun have, or lack, what its kind may have (a hat, smoke)."""

    noun: str
    count: int
    has: bool

    def is_true(self, scene: Scene) -> bool:
        """Whether the scene has such a group."""
        group = scene.group(self.noun)
        return group is not None and group.count == self.count and group.feature is self.has


@dataclass(frozen=True, slots=True)
class Placed:
    """Where in the picture a group is: left, right or middle, with a clear margin."""

    noun: str
    place: str

    def is_true(self, scene: Scene) -> bool:
        """Whether the whole group is on that side."""
        group = scene.group(self.noun)
        return group is not None and is_placed(group.hull, self.place)


@dataclass(frozen=True, slots=True)
class Related:
    """How one group lies to another."""

    noun: str
    relation: str
    other: str

    def is_true(self, scene: Scene) -> bool:
        """Whether both are there and lie so, with a clear margin."""
        group, other = scene.group(self.noun), scene.group(self.other)
        return group is not None and other is not None and is_related(group, self.relation, other)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A noun is, or is not, to be seen anywhere."""

    noun: str
    is_there: bool

    def is_true(self, scene: Scene) -> bool:
        """Whether that is so."""
        return scene.shows(self.noun) is self.is_there


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A small background object is somewhere."""

    noun: str
    where: str

    def is_true(self, scene: Scene) -> bool:
        """Whether it is there."""
        return any(small.noun == self.noun and small.where == self.where for small in scene.smalls)


@dataclass(frozen=True, slots=True)
class Reads:
    """The words on the sign."""

    text: str

    def is_true(self, scene: Scene) -> bool:
        """Whether the sign says so."""
        sign = scene.group("sign")
        return sign is not None and sign.text == self.text


@dataclass(frozen=True, slots=True)
class Light:
    """Night or day."""

    is_night: bool

    def is_true(self, scene: Scene) -> bool:
        """Whether it is so outside."""
        return scene.is_outdoors and scene.is_night is self.is_night


@dataclass(frozen=True, slots=True)
class Setting:
    """What kind of place the picture shows."""

    setting: str

    def is_true(self, scene: Scene) -> bool:
        """Whether it is that place."""
        return scene.setting == self.setting


Claim = Mention | Featured | Placed | Related | Sighting | Backdrop | Reads | Light | Setting


def is_placed(hull: Box, place: str) -> bool:
    """Whether a rectangle is clearly on the left, on the right or in the middle of the picture."""
    if place == "left":
        return hull.right <= 60
    if place == "right":
        return hull.left >= 68
    return abs(hull.middle - 64) <= 8 and hull.left >= 26 and hull.right <= 102


def is_related(group: Group, relation: str, other: Group) -> bool:
    """Whether `group` clearly lies so to `other`."""
    if relation in {"right", "below", "behind"}:
        return is_related(other, OPPOSITES[relation], group)
    if relation in {"on", "under"}:
        return group.rests == relation and group.base == other.noun
    if "on" in {group.rests, other.rests} or "under" in {group.rests, other.rests}:
        return relation == "left" and group.hull.right + MARGIN <= other.hull.left
    return _is_apart(group, relation, other)


def _is_apart(group: Group, relation: str, other: Group) -> bool:
    one, two = group.hull, other.hull
    stand = not {group.zone, other.zone} & {"sky", "wall"}
    if relation == "left":
        return one.right + MARGIN <= two.left
    if relation == "above":
        return not stand and one.bottom + MARGIN <= two.top and is_in_line(one, two)
    if relation == "in front":
        return stand and one.bottom - two.bottom >= DEPTH and is_in_line(one, two)
    gap = max(one.left - two.right, two.left - one.right)
    return stand and group.zone == other.zone and abs(one.bottom - two.bottom) <= 6 and 0 < gap <= NEAR


def is_in_line(one: Box, two: Box) -> bool:
    """Whether the centre of the narrower rectangle lies within the wider one, on the x axis."""
    narrow, wide = sorted((one, two), key=lambda box: box.right - box.left)
    return wide.left <= narrow.middle <= wide.right
