"""People, seen from the front. The colour word is the colour of what they wear."""

from rewardmodel.scenes.sprites.pen import Pen


def boy(pen: Pen) -> None:
    """A boy in a shirt and shorts with short hair; he carries a flag if he has one."""
    _legs(pen, 74, "skin")
    pen.rect(32, 66, 68, 84, "slate", 3)
    _arms(pen, 46, carries=pen.has)
    pen.rect(28, 42, 72, 72, radius=8)
    _head(pen, 6, 42)
    pen.slice((26, 2, 74, 40), 180, 360, "hair")
    _face(pen, 28)
    _flag(pen)


def girl(pen: Pen) -> None:
    """A girl in a short dress with two pigtails; she carries a flag if she has one."""
    _legs(pen, 78, "skin")
    _arms(pen, 46, carries=pen.has)
    pen.shape((38, 40), (62, 40), (82, 84), (18, 84))
    pen.disc(20, 26, 12, "gold")
    pen.disc(80, 26, 12, "gold")
    _head(pen, 6, 42)
    pen.slice((26, 2, 74, 42), 180, 360, "gold")
    _face(pen, 29)
    _flag(pen)


def man(pen: Pen) -> None:
    """A tall man in long trousers with a beard; a straw hat if he has one."""
    pen.rect(28, 60, 49, 96, "slate", 3)
    pen.rect(51, 60, 72, 96, "slate", 3)
    pen.rect(22, 94, 49, 99, "ink")
    pen.rect(51, 94, 78, 99, "ink")
    _arms(pen, 38)
    pen.rect(24, 34, 76, 66, radius=6)
    pen.line((50, 36), (50, 64), fill="cream", pixels=1.8)
    _head(pen, 8, 34)
    pen.slice((28, 10, 72, 35), 0, 180, "hair")
    _face(pen, 19)
    _hat(pen)


def woman(pen: Pen) -> None:
    """A tall woman in a long dress with long hair; a straw hat if she has one."""
    pen.rect(22, 8, 78, 46, "hair", 20)
    pen.rect(36, 90, 48, 99, "ink")
    pen.rect(52, 90, 64, 99, "ink")
    _arms(pen, 38)
    pen.shape((34, 34), (66, 34), (62, 54), (90, 93), (10, 93), (38, 54))
    pen.line((38, 54), (62, 54), fill="cream", pixels=2)
    _head(pen, 8, 34)
    pen.slice((28, 6, 72, 28), 180, 360, "hair")
    _face(pen, 22)
    _hat(pen)


def _legs(pen: Pen, top: float, fill: str) -> None:
    for left in (34, 54):
        pen.rect(left, top, left + 12, 96, fill, 2)
        pen.rect(left - 4, 94, left + 14, 99, "ink")


def _arms(pen: Pen, top: float, *, carries: bool = False) -> None:
    pen.line((32, top), (12, top + 20), pixels=4)
    pen.line((32, top), (13, top + 19), fill="skin", pixels=2.4)
    end = (92, top + 4) if carries else (88, top + 20)
    pen.line((68, top), end, pixels=4)
    pen.line((68, top), end, fill="skin", pixels=2.4)


def _head(pen: Pen, top: float, bottom: float) -> None:
    pen.oval(28, top, 72, bottom, "skin")


def _face(pen: Pen, eyes: float) -> None:
    pen.dot(42, eyes, pixels=1.1)
    pen.dot(58, eyes, pixels=1.1)


def _hat(pen: Pen) -> None:
    if pen.has:
        pen.rect(30, 0, 70, 12, "straw", 4)
        pen.rect(12, 9, 88, 14, "straw", 3)


def _flag(pen: Pen) -> None:
    if pen.has:
        pen.line((94, 6), (94, 70), fill="wood", pixels=2)
        pen.shape((94, 4), (66, 12), (94, 26), fill="rose")
