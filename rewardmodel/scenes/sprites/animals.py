"""Animals, facing right."""

from rewardmodel.scenes.sprites.pen import Pen


def dog(pen: Pen) -> None:
    """A dog with a hanging ear and a raised tail; a straw hat if it has one."""
    pen.line((10, 50), (2, 28), fill="ink", pixels=3.4)
    pen.line((10, 50), (3, 30), fill="main", pixels=2)
    for x in (12, 22, 50, 60):
        pen.rect(x, 66, x + 10, 99, "dark" if x in (22, 50) else "main", 3)
    pen.rect(8, 44, 72, 78, radius=12)
    pen.rect(56, 16, 86, 58, radius=10)
    pen.rect(76, 34, 99, 56, "light", 6)
    pen.oval(58, 16, 70, 56, "dark")
    pen.dot(97, 38, pixels=2)
    pen.dot(80, 30, pixels=1.4)
    pen.line((60, 58), (80, 60), fill="rose", pixels=2.4)
    _hat(pen, 52, 90, 20)


def cat(pen: Pen) -> None:
    """A sitting cat with pointed ears, whiskers and a curled tail; a straw hat if it has one."""
    pen.arc((58, 52, 98, 99), -70, 110, pixels=4.6)
    pen.arc((59, 53, 97, 98), -70, 110, fill="main", pixels=2.8)
    pen.oval(20, 44, 80, 99)
    pen.oval(36, 60, 64, 98, "light")
    pen.shape((17, 6), (22, 36), (42, 22))
    pen.shape((83, 6), (78, 36), (58, 22))
    pen.oval(16, 16, 84, 62)
    for x in (37, 63):
        pen.dot(x, 36, "gold", 2.6)
        pen.dot(x, 36, pixels=1.4)
    pen.dot(50, 46, "rose", 1.6)
    for y in (44, 52):
        pen.line((40, 48), (8, y), pixels=0.8)
        pen.line((60, 48), (92, y), pixels=0.8)
    _hat(pen, 26, 74, 20)


def horse(pen: Pen) -> None:
    """A horse with a long neck, mane and tail."""
    pen.shape((14, 44), (2, 50), (0, 82), (8, 84), (12, 60), fill="dark")
    for x in (16, 26, 56, 66):
        pen.rect(x, 62, x + 8, 99, "dark" if x in (26, 56) else "main", 2)
    pen.rect(12, 38, 76, 72, radius=14)
    pen.shape((54, 46), (68, 12), (84, 14), (78, 58))
    pen.shape((66, 10), (84, 8), (99, 30), (94, 40), (76, 30))
    pen.shape((52, 48), (62, 8), (70, 4), (68, 18), (60, 50), fill="dark")
    pen.shape((76, 10), (78, 0), (84, 10))
    pen.dot(82, 18, pixels=1.4)


def cow(pen: Pen) -> None:
    """A cow with spots, horns and an udder; a golden bell if it has one."""
    pen.line((6, 34), (2, 70), pixels=2)
    for x in (10, 22, 54, 66):
        pen.rect(x, 66, x + 8, 99, "dark" if x in (22, 54) else "main", 2)
    pen.oval(30, 66, 48, 88, "rose")
    pen.rect(5, 22, 76, 76, radius=10)
    pen.oval(14, 28, 34, 52, "cream")
    pen.oval(42, 42, 60, 66, "cream")
    pen.rect(66, 10, 92, 50, radius=7)
    pen.rect(72, 36, 99, 58, "rose", 6)
    pen.shape((66, 14), (62, 0), (74, 10), fill="cream")
    pen.shape((84, 10), (94, 0), (92, 16), fill="cream")
    pen.dot(84, 24, pixels=1.4)
    pen.dot(92, 46, pixels=1)
    if pen.has:
        pen.disc(68, 72, 7, "gold")


def duck(pen: Pen) -> None:
    """A duck with a round head and a flat bill; a straw hat if it has one."""
    pen.line((40, 82), (40, 98), (50, 98), fill="fire", pixels=2.4)
    pen.line((54, 82), (54, 98), (64, 98), fill="fire", pixels=2.4)
    pen.shape((4, 40), (30, 56), (20, 72), fill="dark")
    pen.oval(8, 44, 76, 90)
    pen.slice((22, 46, 60, 82), 0, 180, "dark")
    pen.shape((80, 26), (99, 32), (98, 40), (78, 42), fill="fire")
    pen.oval(50, 12, 86, 54)
    pen.dot(72, 28, pixels=1.6)
    _hat(pen, 46, 90, 18)


def rabbit(pen: Pen) -> None:
    """A sitting rabbit with long ears and a round tail."""
    pen.oval(22, 0, 42, 46)
    pen.oval(56, 0, 76, 46)
    pen.oval(28, 8, 36, 38, "rose")
    pen.oval(62, 8, 70, 38, "rose")
    pen.disc(86, 84, 12, "cream")
    pen.oval(12, 54, 84, 99)
    pen.oval(34, 68, 62, 99, "light")
    pen.oval(14, 30, 84, 66)
    for x in (36, 62):
        pen.dot(x, 46, pixels=1.5)
    pen.dot(49, 54, "rose", 1.5)
    pen.line((49, 56), (49, 62), pixels=0.8)


def bird(pen: Pen) -> None:
    """A flying bird, both wings up."""
    pen.shape((0, 44), (4, 68), (28, 58), fill="dark")
    pen.shape((44, 52), (24, 4), (54, 16), (62, 50), fill="dark")
    pen.oval(14, 42, 82, 84)
    pen.shape((34, 60), (14, 12), (44, 22), (62, 58), fill="light")
    pen.oval(62, 26, 92, 66)
    pen.shape((90, 40), (100, 50), (88, 54), fill="gold")
    pen.dot(80, 42, pixels=1.5)


def fish(pen: Pen) -> None:
    """A fish with a forked tail, fins and scales."""
    pen.shape((28, 50), (0, 8), (8, 50), (0, 92), fill="dark")
    pen.shape((40, 24), (56, 0), (68, 22), fill="dark")
    pen.shape((44, 80), (54, 99), (64, 80), fill="dark")
    pen.oval(18, 14, 98, 88)
    pen.arc((58, 22, 78, 80), 100, 260)
    pen.arc((38, 34, 52, 68), 100, 260)
    pen.dot(84, 42, "cream", 2.6)
    pen.dot(85, 42, pixels=1.5)
    pen.line((90, 64), (97, 60))


def _hat(pen: Pen, left: float, right: float, brim: float) -> None:
    if pen.has:
        inset = (right - left) * 0.22
        pen.rect(left + inset, max(0, brim - 18), right - inset, brim, "straw", 2)
        pen.rect(left, brim - 5, right, brim + 4, "straw", 2)
        pen.line((left + inset, brim - 7), (right - inset, brim - 7), fill="rose", pixels=1.8)
