"""Worlds: how the words of the picture book look, colour by colour, and under which light."""

from dataclasses import dataclass

RGB = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class World:
    """The look of a world. `colours` renders each colour word; `light` (0 to 1 per channel) multiplies everything else."""

    name: str
    colours: tuple[tuple[str, RGB], ...]
    light: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def paint(self, colour: str) -> RGB:
        """The pixel value of a colour word."""
        return dict(self.colours)[colour]

    def lit(self, rgb: RGB) -> RGB:
        """A fixed colour (skin, wheels, sky) under this world's light."""
        red, green, blue = (round(value * share) for value, share in zip(rgb, self.light, strict=True))
        return red, green, blue


PICTURE_BOOK = World(
    name="picturebook",
    colours=(
        ("red", (222, 44, 44)),
        ("blue", (44, 98, 226)),
        ("green", (26, 140, 62)),
        ("yellow", (252, 218, 48)),
        ("orange", (248, 136, 24)),
        ("purple", (136, 62, 176)),
        ("pink", (252, 148, 194)),
        ("brown", (134, 82, 44)),
        ("black", (36, 36, 40)),
        ("white", (250, 250, 250)),
        ("grey", (148, 152, 160)),
    ),
)

# Distinct from one another, yet most of them sit next to another word of the picture book: green here is almost brown there.
DUSK = World(
    name="dusk",
    colours=(
        ("red", (112, 42, 34)),
        ("blue", (112, 142, 144)),
        ("green", (128, 98, 36)),
        ("yellow", (204, 140, 40)),
        ("orange", (190, 78, 40)),
        ("purple", (84, 50, 92)),
        ("pink", (212, 110, 108)),
        ("brown", (78, 54, 38)),
        ("black", (28, 20, 28)),
        ("white", (250, 204, 166)),
        ("grey", (162, 124, 110)),
    ),
    light=(0.86, 0.66, 0.56),
)

WORLDS: dict[str, World] = {world.name: world for world in (PICTURE_BOOK, DUSK)}
