"""Pictures go in once, upright and without what a camera wrote into them."""

import io

import pytest
from django.conf import settings
from PIL import Image as Picture

from annotator.models import Image
from annotator.services.images import PIXELS_LIMIT, PictureError, check_picture, image_file, store_image
from tests.conftest import picture_bytes

pytestmark = pytest.mark.django_db


def encoded(picture: Picture.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def test_same_bytes_are_stored_once() -> None:
    first, second = store_image(data=picture_bytes()), store_image(data=picture_bytes())
    assert first == second
    assert Image.objects.count() == 1
    assert (first.width, first.height, first.bytes) == (96, 64, image_file(first).stat().st_size)
    assert image_file(first).is_relative_to(settings.IMAGE_FOLDER / first.sha256[:2])


def test_lost_file_is_written_again() -> None:
    image = store_image(data=picture_bytes())
    image_file(image).unlink()
    assert store_image(data=picture_bytes()) == image
    assert image_file(image).exists()


@pytest.mark.parametrize(
    ("format_", "exif"),
    [
        ("PNG", b"junkjunkjunk"),
        ("WEBP", b"junkjunkjunk"),
        ("JPEG", b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x05\0\x01\0\0\0\x1a\0\0\0\0\0\0\0" + b"\xff" * 8),  # a fraction
    ],
)
def test_picture_whose_camera_wrote_nonsense_is_taken_as_it_lies(format_: str, exif: bytes) -> None:
    image = store_image(data=encoded(Picture.new("RGB", (60, 40), "red"), format_, exif=exif))
    assert (image.width, image.height) == (60, 40)


def test_photograph_is_turned_upright_and_its_exif_left_out() -> None:
    exif = Picture.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "A camera"
    image = store_image(data=encoded(Picture.new("RGB", (60, 40), "red"), "JPEG", exif=exif))
    with Picture.open(image_file(image)) as stored:
        assert (stored.size, stored.format, dict(stored.getexif())) == ((40, 60), "JPEG", {})
    assert not list(image_file(image).parent.glob("*.part"))


def test_large_picture_is_made_smaller() -> None:
    image = store_image(data=encoded(Picture.new("RGB", (4096, 1024), "green"), "JPEG"))
    assert (image.width, image.height) == (2048, 512)


@pytest.mark.parametrize(
    ("mode", "kind", "suffix"),
    [
        ("RGB", "PNG", "png"),
        ("RGB", "JPEG", "jpg"),
        ("CMYK", "JPEG", "jpg"),
        ("RGBA", "WEBP", "png"),
        ("P", "GIF", "jpg"),
        ("1", "BMP", "jpg"),
    ],
)
def test_format_follows_the_picture(mode: str, kind: str, suffix: str) -> None:
    image = store_image(data=encoded(Picture.new(mode, (8, 8)), kind))
    assert image.path.endswith(f".{suffix}")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is not a picture in one of the formats JPEG, PNG, WEBP, GIF, BMP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a picture in one of the formats JPEG, PNG, WEBP, GIF, BMP"),
        (encoded(Picture.new("RGB", (8, 8)), "TIFF"), "is not a picture in one of the formats JPEG, PNG, WEBP, GIF, BMP"),
        (encoded(Picture.new("I;16", (8, 8)), "PNG"), "has more than 8 bits a channel; save it with 8"),
        (encoded(Picture.new("1", (8_000, 5_001)), "PNG"), f"has 40,008,000 pixels; at most {PIXELS_LIMIT:,} are taken"),
        (encoded(Picture.new("1", (30_000, 30_000)), "PNG"), f"has too many pixels; at most {PIXELS_LIMIT:,} are taken"),
        (b"\xff" * (30 * 1024**2 + 1), "has 31,457,281 bytes; at most 31,457,280 are taken"),
    ],
    ids=["empty", "svg", "tiff", "16-bit", "40-megapixels", "bomb", "30-megabytes"],
)
def test_what_is_no_picture_or_too_large_is_refused(data: bytes, reason: str) -> None:
    for take in (lambda: store_image(data=data), lambda: check_picture(data)):
        with pytest.raises(PictureError) as refusal:
            take()
        assert str(refusal.value) == reason
    assert Image.objects.count() == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_truncated_picture_is_refused(kind: str) -> None:
    whole = encoded(Picture.effect_noise((200, 200), 90).convert("RGB"), kind)
    with pytest.raises(PictureError, match="is broken"):
        store_image(data=whole[: len(whole) // 2])
