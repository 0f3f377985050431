"""Smaller versions: no larger than asked for, and the picture as it is where that is small already."""

import io

import pytest
from PIL import Image as Picture

from annotator.services.images import store_image
from annotator.services.thumbnails import ON_DESK, THUMBNAIL, smaller

pytestmark = pytest.mark.django_db


def stored(mode: str, size: tuple[int, int], kind: str):
    stream = io.BytesIO()
    Picture.new(mode, size, "teal").save(stream, kind)
    return store_image(data=stream.getvalue())


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        ((1600, 800), THUMBNAIL, (320, 160)),
        ((1600, 2000), ON_DESK, (1024, 1280)),
        ((200, 100), THUMBNAIL, (200, 100)),
    ],
)
def test_the_longest_side_is_as_long_as_asked_for_and_nothing_is_made_larger(size, side, expected) -> None:
    data, media_type = smaller(stored("RGB", size, "JPEG"), side)
    with Picture.open(io.BytesIO(data)) as picture:
        assert picture.size == expected
    assert media_type == "image/jpeg"


def test_what_shows_through_still_does() -> None:
    data, media_type = smaller(stored("RGBA", (900, 900), "PNG"), THUMBNAIL)
    assert media_type == "image/png"
    with Picture.open(io.BytesIO(data)) as picture:
        assert (picture.mode, picture.size) == ("RGBA", (320, 320))
