"""Layout: which things a scene holds and where, drawn from a seed. All lengths are pixels of a 128 px picture."""

from dataclasses import dataclass
from random import Random

from rewardmodel.scenes.things import BACKDROP, HABITAT, RIDERS, SETTINGS, SIGN_WORDS, SIZES, SKIES, SMALLS, THINGS
from rewardmodel.scenes.worlds import PICTURE_BOOK, World

SIDE = 128
GAP = 3
TRIES = 14
BASELINES: dict[str, dict[str, tuple[tuple[int, int], ...]]] = {
    "grass": {"ground": ((79, 83), (119, 124)), "sky": ((28, 48),)},
    "street": {"ground": ((79, 83), (119, 124)), "sky": ((28, 48),)},
    "snow": {"ground": ((79, 83), (119, 124)), "sky": ((28, 48),)},
    "beach": {"ground": ((119, 124),), "sea": ((76, 80),), "sky": ((28, 40),)},
    "room": {"ground": ((88, 91), (120, 124)), "wall": ((34, 48),)},
}
HORIZON = {"grass": 60, "street": 60, "snow": 60, "beach": 52, "room": 78}
DRY = {"grass": 90, "street": 90, "snow": 90, "beach": 98, "room": 108}  # small things on the ground end below this
ROOF = {"chair": 0.5, "house": 0.04, "table": 0.1, "car": 0.05, "bus": 0.03, "truck": 0.05, "train": 0.33}


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, half-open."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def middle(self) -> float:
        """Centre on the x axis."""
        return (self.left + self.right) / 2

    def meets(self, other: "Box", gap: int = GAP) -> bool:
        """Whether the two come closer than `gap`."""
        apart = self.right + gap <= other.left or other.right + gap <= self.left
        return not (apart or self.bottom + gap <= other.top or other.bottom + gap <= self.top)


@dataclass(frozen=True, slots=True)
class Group:
    """One to four equal things in a row.

    `rests` is "on" or "under" where `base` is what they lie on or under; `feature` is None where the noun has none.
    """

    noun: str
    colour: str
    size: str
    zone: str
    boxes: tuple[Box, ...]
    feature: bool | None = None
    text: str = ""
    is_flipped: bool = False
    rests: str = ""
    base: str = ""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.boxes)

    @property
    def hull(self) -> Box:
        """The rectangle around all of them."""
        first, last = self.boxes[0], self.boxes[-1]
        return Box(first.left, first.top, last.right, last.bottom)


@dataclass(frozen=True, slots=True)
class Small:
    """A small background object; `where` is sky, distance, ground or wall."""

    noun: str
    where: str
    box: Box


@dataclass(frozen=True, slots=True)
class Scene:
    """All there is to see. No noun occurs twice, so a noun names its group."""

    seed: int
    world: World
    setting: str
    is_night: bool
    groups: tuple[Group, ...]
    smalls: tuple[Small, ...]

    @property
    def is_outdoors(self) -> bool:
        """Whether there is a sky, and so day or night."""
        return self.setting != "room"

    def group(self, noun: str) -> Group | None:
        """The group of a noun."""
        return next((group for group in self.groups if group.noun == noun), None)

    def shows(self, noun: str) -> bool:
        """Whether the noun can be seen anywhere: as a group, in the background, or worn and carried."""
        names = {group.noun for group in self.groups} | {small.noun for small in self.smalls}
        return noun in names | {THINGS[group.noun].feature for group in self.groups if group.feature}


def make_scene(seed: int, world: World = PICTURE_BOOK) -> Scene:
    """The scene of a seed. The world changes how it looks, never what it holds."""
    rng = Random(seed)
    setting = rng.choice(SETTINGS)
    is_night = setting != "room" and rng.random() < 0.5
    groups = _groups(rng, setting)
    smalls = _smalls(rng, setting, groups, is_night=is_night)
    return Scene(seed, world, setting, is_night, tuple(groups), tuple(smalls))


def fits(noun: str, size: str, count: int) -> bool:
    """Whether so many of them find room side by side."""
    return THINGS[noun].extent(size)[0] * count + GAP * (count - 1) <= SIDE - 6


def _groups(rng: Random, setting: str) -> list[Group]:
    wanted = rng.choice((2, 3, 3, 4, 4))
    groups: list[Group] = []
    if rng.random() < 0.55:
        _add(rng, setting, groups, ("sign", "ground"))
    if rng.random() < 0.4:
        _add_pair(rng, setting, groups)
    for _ in range(30):
        if len(groups) >= wanted:
            break
        zone = rng.choice([*HABITAT[setting], "ground", "ground"])
        noun = rng.choice(rng.choice(HABITAT[setting][zone]))
        if all(noun != group.noun for group in groups):
            _add(rng, setting, groups, (noun, zone))
    return groups


def _add(rng: Random, setting: str, groups: list[Group], what: tuple[str, str], size: str = "", count: int = 0) -> Group | None:
    noun, zone = what
    thing = THINGS[noun]
    size = size or (rng.choice(SIZES) if thing.is_sized else "")
    count = count or (1 if noun == "sign" else rng.choices((1, 2, 3, 4), (50, 22, 17, 11))[0])
    while not fits(noun, size, count):
        count -= 1
    for _ in range(TRIES):
        boxes = _row(rng, setting, what, size, count)
        if boxes and not any(box.meets(other) for box in boxes for group in groups for other in group.boxes):
            group = _dressed(rng, noun, size, zone, boxes)
            groups.append(group)
            return group
    return None


def _row(rng: Random, setting: str, what: tuple[str, str], size: str, count: int) -> tuple[Box, ...]:
    noun, zone = what
    width, height = THINGS[noun].extent(size)
    step = width + rng.randint(GAP, 8)
    total = step * (count - 1) + width
    if total > SIDE - 4:
        return ()
    left = rng.randint(2, SIDE - 2 - total)
    bottom = max(rng.randint(*rng.choice(BASELINES[setting][zone])), height + 2)
    return tuple(Box(left + step * n, bottom - height, left + step * n + width, bottom) for n in range(count))


def _dressed(rng: Random, noun: str, size: str, zone: str, boxes: tuple[Box, ...]) -> Group:
    thing = THINGS[noun]
    feature = rng.random() < 0.5 if thing.feature else None
    text = rng.choice(SIGN_WORDS) if noun == "sign" else ""
    return Group(noun, rng.choice(thing.colours), size, zone, boxes, feature, text, rng.random() < 0.5)


def _add_pair(rng: Random, setting: str, groups: list[Group]) -> None:
    """A base with a rider on it or under it."""
    bases = [noun for nouns in HABITAT[setting]["ground"] for noun in nouns if noun in RIDERS]
    base_noun = rng.choice(bases)
    base = _add(rng, setting, groups, (base_noun, "ground"), size="big", count=1)
    if base is None:
        return
    rests = rng.choice(("on", "under")) if base_noun == "table" else "on"
    noun = rng.choice(RIDERS[base_noun])
    box = base.boxes[0]
    size = rng.choice([s for s in SIZES if _holds(base, noun, s, rests)] or ["small"])
    width, height = THINGS[noun].extent(size)
    centre = round(box.middle) + rng.randint(-6, 6) * (base_noun in {"table", "bus", "truck"})
    if base_noun == "chair":
        centre = round(box.left + (box.right - box.left) * (0.42 if base.is_flipped else 0.58))
    bottom = box.bottom if rests == "under" else box.top + round((box.bottom - box.top) * ROOF[base_noun])
    rider_box = Box(centre - width // 2, bottom - height, centre - width // 2 + width, bottom)
    clear = not any(rider_box.meets(other) for group in groups if group is not base for other in group.boxes)
    if clear and rider_box.left >= 1 and rider_box.right < SIDE and rider_box.top >= 2 and noun != base_noun:
        rider = _dressed(rng, noun, size, "ground", (rider_box,))
        groups.append(
            Group(noun, rider.colour, size, "ground", (rider_box,), rider.feature, "", rider.is_flipped, rests, base_noun)
        )


def _holds(base: Group, noun: str, size: str, rests: str) -> bool:
    box = base.boxes[0]
    width, height = THINGS[noun].extent(size)
    if rests == "under":
        return height <= (box.bottom - box.top) * 0.72 and width <= (box.right - box.left) * 0.66
    return width <= (box.right - box.left) * 0.8


def _smalls(rng: Random, setting: str, groups: list[Group], *, is_night: bool) -> list[Small]:
    places = dict(BACKDROP[setting])
    if setting != "room":
        places["sky"] = SKIES[is_night]
    taken = {group.noun for group in groups}
    smalls: list[Small] = []
    for where in rng.sample(sorted(places), k=rng.choice((1, 2, 2))):
        noun = rng.choice(places[where])
        if noun in taken:
            continue
        for _ in range(TRIES):
            box = _small_box(rng, setting, noun, where)
            others = [*(other for group in groups for other in group.boxes), *(small.box for small in smalls)]
            if not any(box.meets(other, 2) for other in others):
                smalls.append(Small(noun, where, box))
                break
    return smalls


def _small_box(rng: Random, setting: str, noun: str, where: str) -> Box:
    width, height = SMALLS[noun]
    left = rng.randint(2, SIDE - 2 - width)
    if where == "sky":
        top = rng.randint(3, 30)
    elif where == "wall":
        top = rng.randint(5, 44)
    elif where == "distance":
        top = HORIZON[setting] + 2 - height
    else:
        top = rng.randint(DRY[setting], SIDE - 3) - height
    return Box(left, top, left + width, top + height)
