"""Vehicles, facing right."""

from rewardmodel.scenes.sprites.pen import Pen


def car(pen: Pen) -> None:
    """A car with a domed cabin; a flag on its tail if it has one."""
    if pen.has:
        pen.line((8, 56), (8, 0), fill="wood", pixels=1.6)
        pen.shape((8, 0), (28, 10), (8, 22), fill="rose")
    pen.shape((22, 48), (32, 8), (66, 8), (80, 48))
    pen.shape((29, 44), (36, 16), (48, 16), (48, 44), fill="glass")
    pen.shape((53, 44), (53, 16), (62, 16), (72, 44), fill="glass")
    pen.rect(2, 44, 98, 82, radius=8)
    pen.rect(90, 52, 99, 64, "gold", 2)
    _wheels(pen, 78, 11, 24, 74)


def bus(pen: Pen) -> None:
    """A long bus with a row of windows and a door."""
    pen.rect(1, 6, 99, 84, radius=6)
    for left in (8, 25, 42, 59):
        pen.rect(left, 18, left + 13, 44, "glass")
    pen.rect(78, 18, 92, 78, "glass")
    pen.line((2, 56), (76, 56), fill="cream", pixels=2)
    _wheels(pen, 84, 9, 22, 64)


def truck(pen: Pen) -> None:
    """A truck: a tall box behind a low cab."""
    pen.rect(1, 6, 62, 78)
    pen.line((16, 8), (16, 76))
    pen.line((31, 8), (31, 76))
    pen.line((46, 8), (46, 76))
    pen.rect(64, 30, 98, 80, "metal", 5)
    pen.shape((74, 36), (90, 36), (94, 54), (74, 54), fill="glass")
    pen.rect(1, 72, 98, 82, "slate")
    _wheels(pen, 84, 9, 16, 40, 82)


def train(pen: Pen) -> None:
    """A steam engine with a wagon; smoke over the chimney if it has some."""
    if pen.has:
        pen.disc(84, 17, 7, "smoke")
        pen.disc(73, 10, 5.5, "smoke")
    pen.rect(1, 44, 36, 82, radius=2)
    pen.rect(6, 50, 16, 64, "glass")
    pen.rect(21, 50, 31, 64, "glass")
    pen.line((34, 76), (44, 76), pixels=2)
    pen.rect(42, 32, 62, 82)
    pen.rect(40, 28, 65, 36, "slate")
    pen.rect(46, 42, 58, 56, "glass")
    pen.rect(60, 48, 96, 82, radius=3)
    pen.rect(80, 30, 90, 50, "slate")
    pen.shape((94, 74), (100, 90), (88, 90), fill="slate")
    _wheels(pen, 88, 6, 9, 28, 52, 70, 86)


def bicycle(pen: Pen) -> None:
    """Two open wheels and a frame; a basket in front if it has one."""
    for x in (22, 78):
        pen.arc((x - 21, 38, x + 21, 99), 0, 360, "wheel", 2.8)
        pen.dot(x, 69, "wheel", 1.6)
    frame = ((22, 69), (40, 34), (70, 34), (48, 69), (22, 69))
    pen.line(*frame, pixels=4)
    pen.line((48, 69), (36, 24), pixels=4)
    pen.line((78, 69), (66, 14), (78, 10), pixels=4)
    pen.line(*frame, fill="main", pixels=2.6)
    pen.line((48, 69), (36, 24), fill="main", pixels=2.6)
    pen.line((78, 69), (66, 14), fill="main", pixels=2.6)
    pen.line((28, 24), (44, 24), pixels=3)
    if pen.has:
        pen.rect(74, 14, 97, 40, "straw", 3)


def boat(pen: Pen) -> None:
    """A sailing boat; a flag at the top of its mast if it has one."""
    pen.line((48, 4), (48, 72), fill="wood", pixels=2.2)
    pen.shape((52, 16), (88, 62), (52, 62), fill="cream")
    pen.shape((44, 22), (44, 62), (16, 62), fill="cream")
    if pen.has:
        pen.shape((48, 1), (74, 7), (48, 15), fill="rose")
    pen.shape((2, 68), (98, 68), (82, 98), (18, 98))
    pen.line((8, 77), (92, 77), fill="light", pixels=2)


def plane(pen: Pen) -> None:
    """An aeroplane with a tail fin, wing and windows."""
    pen.shape((2, 6), (16, 6), (28, 48), (8, 48), fill="dark")
    pen.shape((50, 40), (36, 4), (48, 4), (68, 40), fill="dark")
    pen.rect(4, 34, 98, 74, radius=13)
    pen.shape((52, 62), (26, 98), (40, 98), (72, 62), fill="dark")
    for x in (34, 46, 58, 70):
        pen.dot(x, 48, "glass", 1.9)
    pen.shape((82, 38), (92, 42), (95, 52), (82, 52), fill="glass")


def _wheels(pen: Pen, y: float, radius: float, *xs: float) -> None:
    for x in xs:
        pen.disc(x, min(y, 99 - radius * pen.width / pen.height), radius, "wheel")
        pen.dot(x, min(y, 99 - radius * pen.width / pen.height), "metal", 1.5)
