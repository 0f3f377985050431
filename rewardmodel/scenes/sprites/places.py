"""Things that stand or fly outdoors."""

from PIL import Image, ImageDraw, ImageFont

from rewardmodel.scenes.sprites.pen import Pen


def house(pen: Pen) -> None:
    """A house with a pitched roof, door and windows; smoke over the chimney if it has some."""
    pen.rect(70, 14, 82, 42, "stone")
    if pen.has:
        pen.disc(78, 10, 7, "smoke")
        pen.disc(90, 6, 6, "smoke")
    pen.rect(10, 46, 90, 99)
    pen.shape((50, 4), (99, 50), (1, 50), fill="slate")
    pen.rect(42, 66, 60, 99, "wood")
    for left in (18, 68):
        pen.rect(left, 60, left + 16, 78, "glass")
        pen.line((left + 8, 60), (left + 8, 78))


def tree(pen: Pen) -> None:
    """A tree with a round crown; red fruit in it if it has some."""
    pen.rect(42, 60, 58, 99, "wood")
    pen.disc(28, 44, 26)
    pen.disc(72, 44, 26)
    pen.disc(50, 26, 29)
    pen.oval(26, 30, 74, 66)
    pen.dot(50, 44, "main", 8)
    if pen.has:
        for x, y in ((26, 46), (50, 20), (72, 42), (48, 52), (36, 32)):
            pen.dot(x, y, "rose", 2.4)


def flower(pen: Pen) -> None:
    """A flower with six petals on a stem."""
    pen.line((50, 40), (50, 99), pixels=3.4)
    pen.line((50, 40), (50, 99), fill="leaf", pixels=2)
    pen.shape((50, 86), (14, 62), (26, 86), fill="leaf")
    pen.shape((50, 80), (86, 58), (74, 82), fill="leaf")
    for x, y in ((50, 12), (78, 21), (78, 42), (50, 51), (22, 42), (22, 21)):
        pen.disc(x, y, 18)
    pen.disc(50, 31, 15, "gold")


def umbrella(pen: Pen) -> None:
    """An open umbrella with a hooked handle."""
    pen.line((50, 4), (50, 88), pixels=3)
    pen.arc((50, 78, 70, 99), 0, 180, pixels=3)
    pen.slice((1, 6, 99, 94), 180, 360)
    pen.shape((50, 7), (32, 50), (68, 50), fill="light")
    for left in (2, 34, 66):
        pen.slice((left, 44, left + 32, 58), 180, 360, "dark")


def kite(pen: Pen) -> None:
    """A diamond with crossed spars; a tail with bows if it has one."""
    if pen.has:
        pen.line((46, 66), (30, 78), (42, 88), (22, 98), pixels=1.6)
        pen.shape((22, 74), (38, 86), (22, 86), (38, 74), fill="rose")
        pen.shape((22, 90), (40, 98), (22, 98), (40, 90), fill="gold")
    pen.shape((50, 1), (98, 30), (46, 70), (6, 26))
    pen.shape((50, 1), (98, 30), (48, 28), fill="light")
    pen.shape((6, 26), (48, 28), (46, 70), fill="dark")
    pen.line((50, 1), (46, 70))
    pen.line((6, 26), (98, 30))


def balloon(pen: Pen) -> None:
    """A balloon on a string."""
    pen.line((50, 66), (42, 78), (58, 88), (50, 99), pixels=1.2)
    pen.shape((50, 60), (40, 70), (60, 70), fill="dark")
    pen.oval(6, 1, 94, 66)
    pen.oval(24, 10, 42, 28, "light")


def sign(pen: Pen, text: str) -> None:
    """A board on a post with large capital letters."""
    pen.rect(46, 52, 55, 99, "metal")
    pen.rect(0, 3, 99, 58, radius=5)
    pen.paste(_lettering(pen, text), 5, 12)


def _lettering(pen: Pen, text: str) -> Image.Image:
    width, height = round(pen.width * 0.9), round(pen.height * 0.37)
    font = ImageFont.load_default(size=80)
    mask = Image.new("L", (420, 130))
    ImageDraw.Draw(mask).text((16, 16), text, fill=255, font=font, stroke_width=5)
    glyphs = mask.crop(mask.getbbox())
    stretched = min(width, round(height * 1.25 * glyphs.width / glyphs.height))
    glyphs = glyphs.resize((stretched, height))
    is_light = sum(pen.tone("main")) > 600
    sheet = Image.new("RGBA", (width, height))
    sheet.paste((*pen.tone("ink" if is_light else "cream"), 255), ((width - stretched) // 2, 0), glyphs)
    return sheet
