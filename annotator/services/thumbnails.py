"""Smaller versions of stored pictures, made when they are asked for: browsers keep them."""

import io

import PIL.Image

from annotator.models import Image
from annotator.services.images import image_file

THUMBNAIL = 320  # pixels of the longest side
ON_DESK = 1_280  # what a desk shows before anybody zooms in


def smaller(image: Image, side: int) -> tuple[bytes, str]:
    """The picture with a longest side of at most `side` pixels, and its media type."""
    stream = io.BytesIO()
    with PIL.Image.open(image_file(image)) as picture:
        picture.draft("RGB", (side, side))  # lets a JPEG be decoded at a fraction of its size
        picture.thumbnail((side, side))
        kind = "PNG" if picture.mode in {"RGBA", "LA", "P"} else "JPEG"
        (picture if kind == "PNG" else picture.convert("RGB")).save(stream, kind, quality=82)
    return stream.getvalue(), f"image/{kind.lower()}"
