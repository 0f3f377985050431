"""Relations in space: which of them exclude one another, before which nouns."""

from rewardmodel.perturbations.families.lists import listed

ANY = "any"
# how usual each is in captions: one more is twice as usual
USUAL_RELATIONS: dict[str, int] = {
    "on": 11, "in": 11, "next to": 8, "behind": 8, "in front of": 8, "over": 9, "under": 7, "down": 9,
    "up": 8, "beside": 7,
    "on top of": 6, "inside": 6, "outside": 6, "above": 6, "below": 4, "beneath": 4, "underneath": 4, "into": 8,
    "out of": 6, "onto": 6, "off": 7, "through": 9, "around": 7, "past": 6, "towards": 6, "toward": 6, "away from": 4,
}  # fmt: skip
# (relation, its opposite, the nouns before which it is one)
OPPOSITES: tuple[tuple[str, str, str], ...] = (
    ("in front of", "behind", "standing"),
    ("behind", "in front of", "standing"),
    ("above", "below", ANY),
    ("below", "above", ANY),
    ("inside", "outside", "container"),
    ("outside", "inside", "container"),
    ("into", "out of", "water"),
    ("out of", "into", "water"),
    ("into", "out of", "container"),
    ("out of", "into", "container"),
    ("toward", "away from", "camera"),  # nothing else is surely in sight
    ("towards", "away from", "camera"),
    ("over", "under", "obstacle"),
    ("under", "over", "obstacle"),
    ("through", "past", "passage"),
    ("past", "through", "passage"),
    ("around", "through", "passage"),
    ("through", "around", "passage"),
    ("through", "beside", "water"),
)
# opposites, but a picture stands still: who climbs up a ladder looks as if climbing down
DIRECTIONS: tuple[tuple[str, str], ...] = (("up", "down"), ("down", "up"), ("onto", "off"), ("off", "onto"))
# of who dives a picture tells the direction; of who jumps into a pool or out of it, it may not
DIVING = listed("dive dives diving dived")
# what is only done in water: all else is done on its edge as well
WET = listed("swim swims swimming splash splashes splashing wade wades wading float floats floating paddle paddles paddling")
_SIDE_BY_SIDE = frozenset({"next to", "beside"})  # who is on a bench may be called near it or by it: those exclude too little
_UNDER = frozenset({"under", "underneath", "beneath", "below"})
_ON = frozenset({"on", "on top of"})
# relations that exclude one another before nouns of a class, but for those of one kin
CLASSES: dict[str, frozenset[str]] = {
    "surface": _ON | _SIDE_BY_SIDE | {"under", "underneath", "behind", "in front of"},
    "water": frozenset({"in"}) | _SIDE_BY_SIDE,
    "container": frozenset({"in", "inside", "on top of", "behind", "in front of"}) | _SIDE_BY_SIDE,
    "ground": frozenset({"on", "in"}) | _SIDE_BY_SIDE,
    "upright": frozenset({"on top of", "behind", "in front of"}),
}
_NEAR_KIN = _SIDE_BY_SIDE | {"outside"}
RELATION_KIN: dict[str, frozenset[str]] = {
    "outside": _NEAR_KIN,
    **dict.fromkeys(_SIDE_BY_SIDE, _NEAR_KIN | {"in front of", "behind"}),
    "in front of": _SIDE_BY_SIDE | {"behind"},  # what has no front is both: who sits behind a row of cans sits in front of it
    "behind": _SIDE_BY_SIDE | {"in front of"},
    **dict.fromkeys(_UNDER, _UNDER),
    "on": _ON | {"in"},
    "on top of": _ON,
    "in": frozenset({"inside", "on"}),
    "inside": frozenset({"in"}),
}
RELATIONS = frozenset().union(*CLASSES.values())
# the classes of nouns, by the names of families and by words
FAMILIES_OF: dict[str, frozenset[str]] = {
    "surface": listed(
        "bench chair couch sofa bed table desk car truck log bridge trampoline platform stool"  # one rock lies by others
    ),
    "water": listed("pool ocean lake river puddle pond stream sea creek water"),  # but no fountain: who plays in one is beside it
    "container": listed(
        "boat canoe kayak raft car truck bus van train tent house church store shop restaurant barn box cage cabin garage"
    ),
    "ground": frozenset({"grass"}),  # who is on a street or sidewalk may as well be beside it
    "upright": listed("wall fence tree statue sign building house"),
    "camera": frozenset({"camera"}),
    "standing": listed(  # and people and animals: what is behind one is not in front of it
        "wall fence tree statue sign building house store shop restaurant church barn castle stadium school mountain waterfall "
        "playground structure crowd group audience train bus truck tent stage"
    ),
    "obstacle": listed("hurdle bar fence log obstacle pole rope bridge gate railing wave hoop"),
    "passage": listed("forest woods tunnel gate hoop tire puddle trees tree jungle doorway tube"),
}  # fmt: skip
# what can be on the left or right of somebody or something
SIDES = (
    "side",
    "hand",
    "arm",
    "foot",
    "leg",
    "eye",
    "ear",
    "shoulder",
    "paw",
    "corner",
    "lane",
    "knee",
    "wrist",
    "ankle",
    "elbow",
    "hip",
)
