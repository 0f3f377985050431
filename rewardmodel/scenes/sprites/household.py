"""Things of the house."""

from rewardmodel.scenes.sprites.pen import Pen


def ball(pen: Pen) -> None:
    """A ball with two curved seams."""
    pen.oval(1, 1, 99, 99)
    pen.slice((1, 1, 99, 99), 200, 340, "light")
    pen.arc((-60, 1, 40, 99), -62, 62, "cream", 2.4)
    pen.arc((60, 1, 160, 99), 118, 242, "cream", 2.4)


def chair(pen: Pen) -> None:
    """A chair from the side; a cushion on the seat if it has one."""
    pen.rect(4, 2, 18, 99)
    pen.rect(80, 58, 94, 99)
    pen.rect(4, 52, 96, 64)
    pen.line((8, 20), (14, 20), pixels=2)
    pen.line((8, 34), (14, 34), pixels=2)
    if pen.has:
        pen.rect(20, 42, 94, 54, "straw", 8)


def table(pen: Pen) -> None:
    """A table with two legs and room below."""
    pen.rect(8, 18, 18, 99, "dark")
    pen.rect(82, 18, 92, 99, "dark")
    pen.rect(1, 6, 99, 26, radius=2)


def lamp(pen: Pen) -> None:
    """A standing lamp; its light makes a bright cone if it is on."""
    pen.line((50, 40), (50, 94), fill="wood", pixels=3)
    pen.oval(24, 90, 76, 99, "wood")
    if pen.has:
        pen.shape((16, 44), (84, 44), (98, 66), (2, 66), fill="gold")
        for x in (14, 50, 86):
            pen.line((x, 68), (50 + (x - 50) * 1.15, 78), fill="gold", pixels=2)
    pen.shape((32, 2), (68, 2), (90, 44), (10, 44))


def clock(pen: Pen) -> None:
    """A round clock with hands and marks."""
    pen.oval(1, 1, 99, 99)
    pen.oval(16, 16, 84, 84, "cream")
    for x, y in ((50, 24), (50, 76), (24, 50), (76, 50)):
        pen.dot(x, y, pixels=1.2)
    pen.line((50, 50), (50, 28), pixels=2)
    pen.line((50, 50), (66, 60), pixels=2)


def cup(pen: Pen) -> None:
    """A cup with a handle; steam over it if it has some."""
    if pen.has:
        for x in (26, 44, 62):
            pen.line((x, 24), (x + 6, 15), (x, 9), (x + 5, 1), fill="slate", pixels=2)
    pen.arc((58, 40, 98, 80), -100, 110, pixels=5)
    pen.arc((60, 42, 96, 78), -100, 110, fill="main", pixels=2.8)
    pen.shape((8, 30), (80, 30), (72, 99), (18, 99))
    pen.oval(8, 24, 80, 38, "dark")


def book(pen: Pen) -> None:
    """An open book, its covers in colour."""
    pen.shape((1, 18), (50, 30), (99, 18), (99, 88), (50, 99), (1, 88))
    pen.shape((8, 6), (50, 20), (50, 88), (8, 78), fill="cream")
    pen.shape((92, 6), (50, 20), (50, 88), (92, 78), fill="cream")
    for y in (28, 44, 60):
        pen.line((16, y - 4), (42, y + 4), pixels=0.9)
        pen.line((84, y - 4), (58, y + 4), pixels=0.9)


def hat(pen: Pen) -> None:
    """A top hat with a band."""
    pen.rect(24, 2, 76, 82, radius=4)
    pen.rect(24, 58, 76, 76, "cream")
    pen.rect(1, 78, 99, 98, radius=6)


def cake(pen: Pen) -> None:
    """A cake in two tiers with icing; a burning candle if it has one."""
    if pen.has:
        pen.rect(45, 8, 55, 32, "cream")
        pen.oval(44, 0, 56, 12, "fire")
    pen.rect(22, 28, 78, 62, radius=4)
    pen.rect(4, 58, 96, 98, radius=4)
    for x in (22, 36, 50, 64):
        pen.slice((x, 22, x + 14, 46), 0, 180, "cream")
    for x in (4, 27, 50, 73):
        pen.slice((x, 50, x + 23, 76), 0, 180, "cream")


def apple(pen: Pen) -> None:
    """An apple with a stalk and a leaf."""
    pen.line((50, 26), (54, 4), fill="wood", pixels=2.6)
    pen.shape((56, 16), (76, 2), (88, 10), (70, 20), fill="leaf")
    pen.oval(2, 18, 98, 99)
    pen.arc((30, 12, 70, 36), 20, 160)
    pen.rect(16, 38, 28, 58, "light", 6)
