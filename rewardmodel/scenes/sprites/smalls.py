"""Small background objects: few, bold shapes that survive at fifteen pixels."""

from math import cos, pi, sin

from rewardmodel.scenes.sprites.pen import Pen


def sun(pen: Pen) -> None:
    """A disc with rays."""
    for step in range(8):
        angle = step * pi / 4
        pen.line((50, 50), (50 + 48 * cos(angle), 50 + 48 * sin(angle)), fill="fire", pixels=1.8)
    pen.disc(50, 50, 32, "gold")


def cloud(pen: Pen) -> None:
    """Three white puffs."""
    pen.oval(2, 36, 46, 96, "cream")
    pen.oval(54, 36, 98, 96, "cream")
    pen.oval(24, 4, 76, 94, "cream")
    pen.dot(50, 66, "cream", 4)


def rainbow(pen: Pen) -> None:
    """Four arcs."""
    for ring, fill in enumerate(("rose", "gold", "leaf", "sea")):
        pen.arc((ring * 10, ring * 18, 100 - ring * 10, 196 - ring * 18), 180, 360, fill, 2.4)


def moon(pen: Pen) -> None:
    """A crescent."""
    arc = [(50 - 46 * sin(t), 50 - 48 * cos(t)) for t in [pi * n / 12 for n in range(13)]]
    inner = [(50 - 10 * sin(t), 50 - 48 * cos(t)) for t in [pi * n / 12 for n in range(12, -1, -1)]]
    pen.shape(*[(x + 20, y) for x, y in arc], *[(x + 20, y) for x, y in inner], fill="gold")


def star(pen: Pen) -> None:
    """Five points."""
    angles = [pi * n / 5 - pi / 2 for n in range(10)]
    pen.shape(
        *[(50 + (48 if n % 2 == 0 else 20) * cos(a), 53 + (48 if n % 2 == 0 else 20) * sin(a)) for n, a in enumerate(angles)],
        fill="gold",
    )


def tree(pen: Pen) -> None:
    """A fir."""
    pen.rect(40, 78, 60, 99, "wood")
    pen.shape((50, 1), (92, 50), (8, 50), fill="leaf")
    pen.shape((50, 26), (98, 82), (2, 82), fill="leaf")


def tower(pen: Pen) -> None:
    """A round tower with battlements."""
    pen.rect(12, 24, 88, 99, "stone")
    for left in (2, 38, 74):
        pen.rect(left, 4, left + 24, 30, "stone")
    pen.rect(38, 44, 62, 64, "ink")


def tent(pen: Pen) -> None:
    """A tent with a dark opening."""
    pen.shape((50, 2), (98, 97), (2, 97), fill="fire")
    pen.shape((50, 36), (68, 97), (32, 97), fill="ink")


def windmill(pen: Pen) -> None:
    """A mill with crossed sails."""
    pen.shape((36, 40), (64, 40), (76, 99), (24, 99), fill="cream")
    pen.line((8, 6), (92, 66), fill="rose", pixels=2.2)
    pen.line((92, 6), (8, 66), fill="rose", pixels=2.2)
    pen.dot(50, 36, pixels=1.6)


def mountain(pen: Pen) -> None:
    """A grey peak with snow."""
    pen.shape((50, 2), (98, 97), (2, 97), fill="slate")
    pen.shape((50, 2), (68, 38), (50, 48), (32, 38), fill="cream")


def boat(pen: Pen) -> None:
    """A sail over a hull."""
    pen.shape((46, 2), (46, 66), (8, 66), fill="cream")
    pen.shape((54, 10), (90, 66), (54, 66), fill="cream")
    pen.shape((2, 70), (98, 70), (80, 98), (20, 98), fill="rose")


def island(pen: Pen) -> None:
    """Sand with a palm."""
    pen.slice((2, 62, 98, 138), 180, 360, "straw")
    pen.line((50, 70), (56, 26), fill="wood", pixels=2.2)
    for x, y in ((24, 34), (36, 8), (80, 10), (90, 36)):
        pen.line((56, 26), (x, y), fill="leaf", pixels=2.6)


def mushroom(pen: Pen) -> None:
    """A red cap with white dots."""
    pen.rect(36, 48, 64, 98, "cream", 6)
    pen.slice((2, 4, 98, 110), 180, 360, "rose")
    for x, y in ((28, 40), (50, 20), (72, 40)):
        pen.dot(x, y, "cream", 1.3)


def snail(pen: Pen) -> None:
    """A spiral shell on a foot."""
    pen.shape((2, 97), (70, 76), (78, 40), (96, 40), (92, 97), fill="straw")
    pen.line((90, 40), (98, 8), pixels=1.2)
    pen.disc(42, 46, 30, "wood")
    pen.disc(44, 50, 15, "straw")


def butterfly(pen: Pen) -> None:
    """Four wings."""
    for left in (2, 52):
        pen.oval(left, 4, left + 46, 58, "plum")
        pen.oval(left + 6, 50, left + 40, 98, "gold")
    pen.line((50, 10), (50, 92), pixels=2.4)


def shell(pen: Pen) -> None:
    """A fan."""
    pen.slice((2, 4, 98, 180), 180, 360, "skin")
    for x in (20, 50, 80):
        pen.line((50, 94), (x, 24), fill="fire", pixels=1.2)


def crab(pen: Pen) -> None:
    """A red crab with two claws."""
    for left, right in ((16, 2), (84, 98)):
        pen.line((50, 66), (right, 96), pixels=1.8)
        pen.line((50, 66), (left, 98), pixels=1.8)
        pen.disc(left, 24, 13, "rose")
    pen.oval(16, 32, 84, 88, "rose")
    pen.dot(40, 50, pixels=1.2)
    pen.dot(60, 50, pixels=1.2)


def bucket(pen: Pen) -> None:
    """A pail with a handle."""
    pen.arc((14, 2, 86, 80), 180, 360, pixels=1.6)
    pen.shape((6, 38), (94, 38), (78, 98), (22, 98), fill="sea")


def cone(pen: Pen) -> None:
    """A striped traffic cone."""
    pen.shape((50, 2), (84, 86), (16, 86), fill="fire")
    pen.line((34, 56), (66, 56), fill="cream", pixels=2.6)
    pen.rect(2, 84, 98, 98, "fire")


def mouse(pen: Pen) -> None:
    """A grey mouse with a big ear and a thin tail."""
    pen.line((24, 84), (2, 50), fill="rose", pixels=1.8)
    pen.oval(14, 26, 98, 97, "stone")
    pen.disc(64, 32, 13, "skin")
    pen.dot(84, 56, pixels=1.2)


def box(pen: Pen) -> None:
    """A parcel with tape."""
    pen.rect(2, 14, 98, 98, "straw")
    pen.rect(42, 14, 58, 98, "wood")
    pen.line((4, 40), (96, 40))


def snowman(pen: Pen) -> None:
    """Two balls of snow with a hat."""
    pen.oval(4, 48, 96, 99, "cream")
    pen.oval(18, 20, 82, 60, "cream")
    pen.rect(26, 2, 74, 22, "ink")
    pen.dot(50, 42, "fire", 1.4)
    pen.dot(50, 72, pixels=1.1)


def window(pen: Pen) -> None:
    """Four panes."""
    pen.rect(2, 2, 98, 98, "glass")
    pen.line((50, 2), (50, 98), fill="wood", pixels=2.4)
    pen.line((2, 50), (98, 50), fill="wood", pixels=2.4)


def picture(pen: Pen) -> None:
    """A framed landscape."""
    pen.rect(2, 2, 98, 98, "wood")
    pen.rect(16, 18, 84, 82, "cream")
    pen.shape((20, 78), (46, 40), (80, 78), fill="leaf")
    pen.dot(68, 36, "fire", 1.6)


def shelf(pen: Pen) -> None:
    """A board with jars."""
    for left, fill in ((8, "rose"), (38, "leaf"), (68, "sea")):
        pen.rect(left, 20, left + 24, 74, fill)
    pen.rect(1, 74, 99, 94, "wood")


def shoe(pen: Pen) -> None:
    """A shoe with a heel."""
    pen.shape((6, 4), (42, 4), (54, 44), (94, 56), (98, 90), (6, 90), fill="wood")
    pen.line((4, 90), (98, 90), pixels=2.4)
