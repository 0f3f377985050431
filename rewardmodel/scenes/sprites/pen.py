"""The pen: flat outlined shapes in per cent of a sprite's own box, drawn large and reduced to smooth edges."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from rewardmodel.scenes.worlds import RGB, World

OVERSAMPLING = 4
FIXED: dict[str, RGB] = {
    "ink": (38, 32, 44),
    "skin": (246, 200, 160),
    "glass": (186, 226, 246),
    "wheel": (58, 56, 66),
    "metal": (196, 200, 206),
    "wood": (150, 98, 56),
    "straw": (240, 204, 120),
    "leaf": (70, 150, 60),
    "cream": (252, 246, 228),
    "gold": (250, 206, 60),
    "fire": (236, 92, 40),
    "smoke": (206, 206, 212),
    "sea": (70, 130, 200),
    "rose": (226, 70, 80),
    "slate": (96, 92, 116),
    "stone": (160, 156, 150),
    "hair": (94, 56, 34),
    "plum": (150, 60, 120),
}

Point = tuple[float, float]


class Pen:
    """Draws into a transparent box of `extent` pixels. "main", "dark" and "light" are shades of the thing's colour word.

    `has` says whether the thing has what its kind may have (a hat, smoke).
    """

    def __init__(self, world: World, extent: tuple[int, int], *, colour: str = "", has: bool = False, pixel: float = 1.0) -> None:
        self.has = has
        self.width, self.height = extent[0] * OVERSAMPLING, extent[1] * OVERSAMPLING
        self.image = Image.new("RGBA", (self.width, self.height))
        self._draw = ImageDraw.Draw(self.image)
        self._world = world
        self._colour = colour
        self._stroke = max(1, round(1.1 * OVERSAMPLING * pixel))

    def finished(self) -> Image.Image:
        """The sprite at its real size."""
        return self.image.reduce(OVERSAMPLING)

    def tone(self, name: str) -> RGB:
        """The pixel value of a shade or of a fixed colour."""
        if name not in {"main", "dark", "light"}:
            return self._world.lit(FIXED[name])
        red, green, blue = self._world.paint(self._colour)
        if name == "dark":
            return round(red * 0.72), round(green * 0.72), round(blue * 0.72)
        if name == "light":
            return red + (255 - red) // 3, green + (255 - green) // 3, blue + (255 - blue) // 3
        return red, green, blue

    def rect(self, left: float, top: float, right: float, bottom: float, fill: str = "main", radius: float = 0) -> None:
        """A rectangle, with rounded corners of `radius` per cent of the width."""
        box = (*self._at((left, top)), *self._at((right, bottom)))
        self._draw.rounded_rectangle(box, self.width * radius / 100, self.tone(fill), self.tone("ink"), self._stroke)

    def oval(self, left: float, top: float, right: float, bottom: float, fill: str = "main") -> None:
        """An ellipse in a rectangle."""
        self._draw.ellipse((*self._at((left, top)), *self._at((right, bottom))), self.tone(fill), self.tone("ink"), self._stroke)

    def disc(self, x: float, y: float, radius: float, fill: str = "main") -> None:
        """A true circle; its radius is in per cent of the width."""
        reach = radius * self.width / self.height
        self.oval(x - radius, y - reach, x + radius, y + reach, fill)

    def dot(self, x: float, y: float, fill: str = "ink", pixels: float = 1.1) -> None:
        """A circle without outline, its radius in pixels: eyes and buttons."""
        (x_at, y_at), reach = self._at((x, y)), pixels * self._stroke / 1.1
        self._draw.ellipse((x_at - reach, y_at - reach, x_at + reach, y_at + reach), self.tone(fill))

    def shape(self, *points: Point, fill: str = "main") -> None:
        """A polygon."""
        at = [self._at(point) for point in points]
        self._draw.polygon(at, self.tone(fill))
        self._draw.line([*at, at[0], at[1]], self.tone("ink"), self._stroke, joint="curve")

    def line(self, *points: Point, fill: str = "ink", pixels: float = 1.1) -> None:
        """A stroke through points, its width in pixels."""
        self._draw.line(
            [self._at(point) for point in points], self.tone(fill), max(1, round(pixels * self._stroke / 1.1)), joint="curve"
        )

    def arc(
        self, box: tuple[float, float, float, float], start: float, end: float, fill: str = "ink", pixels: float = 1.1
    ) -> None:
        """Part of an ellipse's edge, in degrees clockwise from three o'clock."""
        corners = (*self._at(box[:2]), *self._at(box[2:]))
        self._draw.arc(corners, start, end, self.tone(fill), max(1, round(pixels * self._stroke / 1.1)))

    def slice(self, box: tuple[float, float, float, float], start: float, end: float, fill: str = "main") -> None:
        """Part of an ellipse, filled."""
        corners = (*self._at(box[:2]), *self._at(box[2:]))
        self._draw.pieslice(corners, start, end, self.tone(fill), self.tone("ink"), self._stroke)

    def paste(self, picture: Image.Image, left: float, top: float) -> None:
        """Another transparent picture of drawing resolution, its corner in per cent."""
        x, y = self._at((left, top))
        self.image.alpha_composite(picture, (round(x), round(y)))

    def _at(self, point: Sequence[float]) -> Point:
        return point[0] / 100 * (self.width - 1), point[1] / 100 * (self.height - 1)
