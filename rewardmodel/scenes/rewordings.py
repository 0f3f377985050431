"""Rewordings: for each kind of error, the ways in which a caption's claims can be changed to say something else.

Substitutes are drawn as the truth draws them (same colours for a noun, same counts, nouns of the same family in the
same setting), so that a wrong caption reads like a right one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from random import Random

from rewardmodel.scenes.claims import (
    DEPTH,
    NEAR,
    OPPOSITES,
    Backdrop,
    Claim,
    Featured,
    Light,
    Mention,
    Placed,
    Reads,
    Related,
    Sighting,
)
from rewardmodel.scenes.layout import Group, Scene, fits
from rewardmodel.scenes.things import BACKDROP, HABITAT, RIDERS, SIGN_WORDS, SIZES, SKIES, THINGS, family
from rewardmodel.taxonomy import Kind

Claims = tuple[Claim, ...]
# pixels at 128 px: two things closer than this on the x axis may pass for one above, or in front of, the other
ASTRIDE = 12
# pixels at 128 px: two rows wider than this together seldom find room side by side
ABREAST = 92
COUNT_WEIGHTS = {1: 16, 2: 22, 3: 14, 4: 6}


@dataclass(frozen=True, slots=True)
class Source:
    """What a rewording starts from."""

    scene: Scene
    claims: Claims
    rng: Random

    def swapped(self, index: int, claim: Claim) -> Claims:
        """The claims with one of them replaced."""
        return (*self.claims[:index], claim, *self.claims[index + 1 :])

    def mentions(self) -> list[tuple[int, Mention]]:
        """All mentions with their index."""
        return [(n, claim) for n, claim in enumerate(self.claims) if isinstance(claim, Mention)]

    def group(self, noun: str) -> Group:
        """The group of a noun that the caption names."""
        group = self.scene.group(noun)
        if group is None:
            raise ValueError(f"The caption names a {noun}, the scene has none")
        return group

    def is_stacked(self, noun: str) -> bool:
        """Whether something rests on or under it, or it on something: such things come one at a time."""
        return any(noun in {group.base, group.noun} for group in self.scene.groups if group.rests)


def spatial(source: Source) -> Iterator[Claims]:
    """Another place in the picture, or another relation."""
    for index, claim in enumerate(source.claims):
        if isinstance(claim, Placed):
            middle = source.group(claim.noun).hull.middle
            places = [place for place in ("left", "right") * 3 if place != claim.place] + ["middle"] * (abs(middle - 64) >= 24)
            yield source.swapped(index, replace(claim, place=source.rng.choice(places)))
        if isinstance(claim, Related) and not (_is_one_way(claim) and source.rng.random() < 0.6):
            group, other = source.group(claim.noun), source.group(claim.other)
            relations = other_relations(group, claim.relation, other)
            if relations and not _is_guest(source.scene, group, other):
                yield source.swapped(index, replace(claim, relation=source.rng.choice(relations)))


def _is_one_way(claim: Related) -> bool:
    """Whether few wrong captions come to say this: were it always made wrong, "left" and "right" would give themselves away."""
    return claim.relation in {"above", "below"} or (claim.relation == "on" and claim.other != "table")


def _is_guest(scene: Scene, group: Group, other: Group) -> bool:
    """Whether it is there only to sit on the other: no true caption ever puts a bird beside a car."""
    is_at_home = group.noun in (noun for nouns in HABITAT[scene.setting]["ground"] for noun in nouns)
    return group.base == other.noun != "table" and not is_at_home


def other_relations(group: Group, relation: str, other: Group) -> list[str]:
    """Relations that are clearly wrong where `relation` holds and that captions of such a pair do use; likelier ones twice."""
    if relation in {"on", "under"}:
        return ["under" if relation == "on" else "on"] if other.noun == "table" else ["left", "right", "beside"]
    one, two = group.hull, other.hull
    offset = one.middle - two.middle
    sides = ["left"] if offset > 4 else ["right"] if offset < -4 else ["left", "right"]
    if one.right - one.left + two.right - two.left > ABREAST:
        sides = []
    is_astride = max(one.left - two.right, two.left - one.right) < ASTRIDE
    in_air = [one.zone in {"sky", "wall"} for one in (group, other)]
    if not any(in_air):
        return _others_on_ground(group, relation, other, sides)
    if relation not in {"left", "right"}:
        return [OPPOSITES[relation], *sides] if all(in_air) else sides
    vertical = ["above", "below"] if all(in_air) else ["above" if in_air[0] else "below"]
    return [*sides, *([] if is_astride else vertical * 2)]


def _others_on_ground(group: Group, relation: str, other: Group, sides: list[str]) -> list[str]:
    """The same for two groups that both stand or float."""
    one, two = group.hull, other.hull
    mounts = ["on", "under"] if other.noun == "table" else ["on"]
    riding = mounts if group.noun in RIDERS.get(other.noun, ()) and group.count == 1 else []
    gap, depth = max(one.left - two.right, two.left - one.right), one.bottom - two.bottom
    ahead = ["in front"] if gap >= ASTRIDE or depth <= 6 else []
    back = ["behind"] if gap >= ASTRIDE or depth >= -6 else []
    if relation == "beside":
        return [*sides * 3, *riding, *ahead, *back]
    beside = ["beside"] if sides and (gap >= 2 * NEAR or abs(depth) >= DEPTH) else []
    if relation in {"left", "right"}:
        return [*sides * 3, *riding, *beside * 2, *ahead, *back]
    return [OPPOSITES[relation], *sides, *beside * 2]


def attribute(source: Source) -> Iterator[Claims]:
    """Another colour or size; night for day where nothing else in the caption tells which it is."""
    for index, claim in source.mentions():
        if claim.colour:
            others = [colour for colour in THINGS[claim.noun].colours if colour != claim.colour]
            yield source.swapped(index, replace(claim, colour=source.rng.choice(others)))
        size = next((size for size in SIZES if size != claim.size), "")
        if claim.size and fits(claim.noun, size, claim.count) and not source.is_stacked(claim.noun):
            yield source.swapped(index, replace(claim, size=size))
    heavens = {"sun", "rainbow", "moon", "star"}
    if not any(isinstance(claim, Backdrop | Sighting) and claim.noun in heavens for claim in source.claims):
        for index, light in enumerate(source.claims):
            if isinstance(light, Light):
                yield source.swapped(index, replace(light, is_night=not light.is_night))


def binding(source: Source) -> Iterator[Claims]:
    """The colours, or the sizes, of two mentioned groups exchanged."""
    for (first, one), (second, two) in combinations(source.mentions(), 2):
        if one.colour and two.colour and one.colour != two.colour and _can_trade_colours(one, two):
            claims = list(source.swapped(first, replace(one, colour=two.colour)))
            claims[second] = replace(two, colour=one.colour)
            yield tuple(claims)
        if one.size and two.size and one.size != two.size and _can_trade_sizes(source, one, two):
            claims = list(source.swapped(first, replace(one, size=two.size)))
            claims[second] = replace(two, size=one.size)
            yield tuple(claims)


def _can_trade_colours(one: Mention, two: Mention) -> bool:
    return two.colour in THINGS[one.noun].colours and one.colour in THINGS[two.noun].colours


def _can_trade_sizes(source: Source, one: Mention, two: Mention) -> bool:
    are_free = not source.is_stacked(one.noun) and not source.is_stacked(two.noun)
    return are_free and fits(one.noun, two.size, one.count) and fits(two.noun, one.size, two.count)


def thing(source: Source) -> Iterator[Claims]:
    """A noun replaced, wherever it stands, by one of its family that the scene does not have."""
    for _, claim in source.mentions():
        nouns = [noun for noun in _stand_ins(source, claim.noun) if _can_replace(source, claim.noun, noun)]
        if nouns:
            yield _renamed(source.claims, claim.noun, source.rng.choice(nouns))
    for index, sighting in enumerate(source.claims):
        if isinstance(sighting, Sighting) and sighting.is_there and sighting.noun in THINGS:
            absent = [noun for noun in family(source.scene.setting, sighting.noun) if not source.scene.shows(noun)]
            if absent:
                yield source.swapped(index, replace(sighting, noun=source.rng.choice(absent)))


def _stand_ins(source: Source, noun: str) -> tuple[str, ...]:
    group = source.group(noun)
    if group.rests:
        is_animal = noun in {"cat", "duck", "rabbit", "bird"}
        return tuple(rider for rider in RIDERS[group.base] if (rider in {"cat", "duck", "rabbit", "bird"}) == is_animal)
    if source.is_stacked(noun):
        rider = next(other.noun for other in source.scene.groups if other.base == noun)
        return tuple(base for base in family(source.scene.setting, noun) if rider in RIDERS.get(base, ()))
    return family(source.scene.setting, noun)


def _can_replace(source: Source, old: str, new: str) -> bool:
    """Whether everything said of `old` could be said of `new`, and nothing in the caption tells that there is none."""
    if source.scene.shows(new) or any(isinstance(claim, Sighting) and claim.noun == new for claim in source.claims):
        return False
    return all(_suits(claim, new) for claim in source.claims if isinstance(claim, Mention | Featured) and claim.noun == old)


def _suits(claim: Mention | Featured, noun: str) -> bool:
    stands_in, stood_for = THINGS[noun], THINGS[claim.noun]
    if isinstance(claim, Featured):
        return stands_in.feature == stood_for.feature
    is_plain = claim.feature is None or stands_in.feature == stood_for.feature
    has_colour = not claim.colour or claim.colour in stands_in.colours
    has_size = not claim.size or stands_in.is_sized
    return is_plain and has_colour and has_size and fits(noun, claim.size or "small" * stands_in.is_sized, claim.count)


def _renamed(claims: Claims, old: str, new: str) -> Claims:
    def rename(claim: Claim) -> Claim:
        if isinstance(claim, Related):
            noun, other = (new if name == old else name for name in (claim.noun, claim.other))
            return replace(claim, noun=noun, other=other)
        if isinstance(claim, Mention | Featured | Placed) and claim.noun == old:
            return replace(claim, noun=new)
        return claim

    return tuple(rename(claim) for claim in claims)


def counting(source: Source) -> Iterator[Claims]:
    """Another number of the same thing, wherever it is counted."""
    for _, mention in source.mentions():
        # as many single things become several as the other way round, else "two" would give itself away
        is_passed_over = mention.count == 1 and source.rng.random() < 0.65
        if mention.noun == "sign" or source.is_stacked(mention.noun) or is_passed_over:
            continue
        size = mention.size or "small" * THINGS[mention.noun].is_sized
        weights = {n: weight for n, weight in COUNT_WEIGHTS.items() if n != mention.count and fits(mention.noun, size, n)}
        if weights:
            count = source.rng.choices(list(weights), list(weights.values()))[0]
            yield tuple(_counted(claim, mention.noun, count) for claim in source.claims)


def _counted(claim: Claim, noun: str, count: int) -> Claim:
    if isinstance(claim, Mention) and claim.noun == noun:
        return replace(claim, count=count, says_one=count == 1)
    if isinstance(claim, Featured) and claim.noun == noun:
        return replace(claim, count=count)
    return claim


def background(source: Source) -> Iterator[Claims]:
    """A small background object replaced by another of the same place that is not there."""
    scene = source.scene
    for index, claim in enumerate(source.claims):
        if isinstance(claim, Backdrop):
            pool = SKIES[scene.is_night] if claim.where == "sky" else BACKDROP[scene.setting][claim.where]
            denied = {other.noun for other in source.claims if isinstance(other, Sighting)}
            absent = [noun for noun in pool if not scene.shows(noun) and noun not in denied]
            if absent:
                yield source.swapped(index, replace(claim, noun=source.rng.choice(absent)))


def text(source: Source) -> Iterator[Claims]:
    """Another word on the sign."""
    for index, claim in enumerate(source.claims):
        if isinstance(claim, Reads):
            yield source.swapped(index, Reads(source.rng.choice([word for word in SIGN_WORDS if word != claim.text])))


def counterfactual(source: Source) -> Iterator[Claims]:
    """With for without, has for has not, a thing for no such thing, and the other way round."""
    for index, claim in enumerate(source.claims):
        if isinstance(claim, Mention) and claim.feature is not None:
            yield source.swapped(index, replace(claim, feature=not claim.feature))
        if isinstance(claim, Featured):
            yield source.swapped(index, replace(claim, has=not claim.has))
        if isinstance(claim, Sighting):
            yield source.swapped(index, replace(claim, is_there=not claim.is_there))


REWORDINGS: dict[Kind, Callable[[Source], Iterator[Sequence[Claim]]]] = {
    Kind.SPATIAL: spatial,
    Kind.ATTRIBUTE: attribute,
    Kind.BINDING: binding,
    Kind.OBJECT: thing,
    Kind.COUNTING: counting,
    Kind.SMALL_OBJECT: background,
    Kind.TEXT: text,
    Kind.COUNTERFACTUAL: counterfactual,
}
