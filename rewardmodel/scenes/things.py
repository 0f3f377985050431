"""Things: the nouns of the picture book, how large they are, which colours they come in, and where they belong."""

from dataclasses import dataclass

BRIGHT = ("red", "blue", "green", "yellow", "orange", "purple", "pink", "white", "black", "brown", "grey")
FUR = ("brown", "black", "white", "grey", "orange")
CLOTHES = ("red", "blue", "green", "yellow", "purple", "orange", "pink", "white", "black", "brown")

SETTINGS = ("grass", "beach", "street", "room", "snow")
SIGN_WORDS = ("STOP", "EXIT", "OPEN", "SALE", "TAXI", "CAFE", "ZOO", "BUS", "GO", "SLOW", "PARK", "HOTEL", "MILK", "TOYS")
SIZES = ("big", "small")
SCALE = {"": 1.0, "big": 1.12, "small": 0.66}


@dataclass(frozen=True, slots=True)
class Thing:
    """A main noun. `width` and `height` are pixels at 128 px for an unscaled one; `feature` is what it may have or lack."""

    noun: str
    width: int
    height: int
    colours: tuple[str, ...] = BRIGHT
    feature: str = ""
    is_sized: bool = True
    irregular: str = ""

    @property
    def plural(self) -> str:
        """Two of them."""
        ending = "es" if self.noun[-1] in "sx" or self.noun.endswith("ch") else "s"
        return self.irregular or self.noun + ending

    def extent(self, size: str) -> tuple[int, int]:
        """Width and height in pixels at 128 px."""
        return round(self.width * SCALE[size]), round(self.height * SCALE[size])


_ALL = (
    Thing("house", 44, 44, ("red", "blue", "yellow", "white", "pink", "orange", "green", "purple"), "smoke"),
    Thing("tree", 36, 48, ("green", "orange", "yellow", "pink"), "fruit"),
    Thing("dog", 40, 32, FUR, "hat"),
    Thing("cat", 32, 34, FUR, "hat"),
    Thing("horse", 44, 42, FUR),
    Thing("cow", 46, 34, FUR, "bell"),
    Thing("duck", 32, 29, ("yellow", "white", "orange", "brown"), "hat"),
    Thing("rabbit", 25, 38, FUR),
    Thing("boy", 24, 40, CLOTHES, "flag", is_sized=False),
    Thing("girl", 27, 41, CLOTHES, "flag", is_sized=False),
    Thing("man", 28, 54, CLOTHES, "hat", is_sized=False, irregular="men"),
    Thing("woman", 28, 54, CLOTHES, "hat", is_sized=False, irregular="women"),
    Thing("ball", 26, 26),
    Thing("bicycle", 46, 31, feature="basket"),
    Thing("flower", 24, 38, ("red", "blue", "yellow", "orange", "purple", "pink", "white")),
    Thing("chair", 26, 40, feature="cushion"),
    Thing("table", 48, 31),
    Thing("umbrella", 40, 42),
    Thing("car", 46, 26, feature="flag"),
    Thing("bus", 50, 32),
    Thing("truck", 50, 32),
    Thing("train", 54, 32, feature="smoke"),
    Thing("boat", 42, 38, feature="flag"),
    Thing("fish", 36, 22, irregular="fish"),
    Thing("kite", 30, 38, feature="tail"),
    Thing("balloon", 24, 38),
    Thing("plane", 48, 26),
    Thing("bird", 32, 26),
    Thing("sign", 46, 44, ("red", "blue", "green", "white", "black", "purple"), is_sized=False),
    Thing("lamp", 26, 42, feature="light"),
    Thing("clock", 30, 30),
    Thing("cup", 28, 25, feature="steam"),
    Thing("book", 31, 24),
    Thing("hat", 34, 22),
    Thing("cake", 30, 28, ("pink", "white", "brown", "yellow", "red", "purple"), "candle"),
    Thing("apple", 25, 27, ("red", "green", "yellow")),
)
THINGS: dict[str, Thing] = {thing.noun: thing for thing in _ALL}

_FLYERS = ("kite", "balloon", "plane", "bird")
_PEOPLE = ("boy", "girl", "man", "woman")

# Setting -> zone -> families; the nouns of one family may stand in for one another.
HABITAT: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "grass": {
        "sky": (_FLYERS,),
        "ground": (
            ("dog", "cat", "horse", "cow", "duck", "rabbit"),
            _PEOPLE,
            ("house", "tree", "umbrella", "flower"),
            ("car", "bicycle", "train", "truck"),
            ("ball", "chair", "table"),
        ),
    },
    "beach": {
        "sky": (_FLYERS,),
        "sea": (("boat", "fish", "duck"),),
        "ground": (("dog", "cat", "rabbit"), _PEOPLE, ("ball", "hat", "book", "cup"), ("umbrella", "chair", "table")),
    },
    "street": {
        "sky": (_FLYERS,),
        "ground": (("dog", "cat", "horse", "cow"), _PEOPLE, ("house", "tree", "flower"), ("car", "bus", "truck", "bicycle")),
    },
    "room": {
        "wall": (("clock", "hat", "kite"),),
        "ground": (
            ("dog", "cat", "rabbit"),
            _PEOPLE,
            ("table", "chair", "lamp", "umbrella"),
            ("cup", "book", "cake", "apple", "ball"),
        ),
    },
    "snow": {
        "sky": (_FLYERS,),
        "ground": (("dog", "cat", "horse", "rabbit"), _PEOPLE, ("house", "tree"), ("car", "bus", "truck", "train")),
    },
}

# What may rest on what. A table has room on it and under it.
RIDERS: dict[str, tuple[str, ...]] = {
    "table": ("cup", "book", "apple", "cat", "duck", "rabbit", "bird", "ball", "cake", "hat"),
    "chair": ("cat", "bird", "book", "ball"),
    "house": ("bird", "cat"),
    "car": ("bird", "cat", "duck"),
    "bus": ("bird", "cat", "duck"),
    "truck": ("bird", "cat", "duck"),
    "train": ("bird", "cat", "duck"),
}

# Small background objects: width and height in pixels at 128 px.
SMALLS: dict[str, tuple[int, int]] = {
    "sun": (17, 17),
    "cloud": (20, 13),
    "rainbow": (22, 12),
    "moon": (14, 16),
    "star": (15, 15),
    "tree": (11, 16),
    "tower": (9, 18),
    "tent": (17, 13),
    "windmill": (15, 18),
    "mountain": (22, 15),
    "boat": (15, 14),
    "island": (20, 14),
    "mushroom": (14, 14),
    "snail": (17, 12),
    "butterfly": (15, 14),
    "shell": (14, 12),
    "crab": (17, 12),
    "bucket": (12, 13),
    "cone": (12, 15),
    "mouse": (18, 11),
    "box": (14, 13),
    "snowman": (12, 18),
    "window": (16, 18),
    "picture": (18, 15),
    "shelf": (20, 13),
    "shoe": (16, 10),
}

# Setting -> where -> small nouns; the sky is keyed by the light.
BACKDROP: dict[str, dict[str, tuple[str, ...]]] = {
    "grass": {"distance": ("tree", "tower", "tent", "windmill", "mountain"), "ground": ("mushroom", "snail", "butterfly")},
    "beach": {"distance": ("boat", "island", "mountain"), "ground": ("shell", "crab", "bucket")},
    "street": {"distance": ("tree", "tower", "windmill", "mountain"), "ground": ("cone", "mouse", "box")},
    "snow": {"distance": ("tree", "tower", "tent", "mountain"), "ground": ("snowman", "mouse", "box")},
    "room": {"wall": ("window", "picture", "shelf"), "ground": ("mouse", "shoe", "box")},
}
SKIES: dict[bool, tuple[str, ...]] = {False: ("sun", "cloud", "rainbow"), True: ("moon", "star", "cloud")}


def family(setting: str, noun: str) -> tuple[str, ...]:
    """The nouns that may stand in for `noun` in this setting, itself included; a guest there (a bird on a roof) has none."""
    return next((nouns for families in HABITAT[setting].values() for nouns in families if noun in nouns), (noun,))


def nouns_of(setting: str) -> tuple[str, ...]:
    """Every noun at home in a setting."""
    return tuple(noun for families in HABITAT[setting].values() for nouns in families for noun in nouns)
