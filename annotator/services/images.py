"""Pictures: verified, stripped of what only a camera needs, stored once by the hash of the bytes that came in."""

import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from PIL import Image as Picture
from PIL import UnidentifiedImageError

from annotator.models import Image
from rewardmodel.records import turned

BYTES_LIMIT = 30 * 1024**2
PIXELS_LIMIT = 40_000_000
LONGEST_SIDE = 2048
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
QUALITY = 90


class PictureError(ValueError):
    """A picture that can't be taken; the message says why."""


def store_image(*, data: bytes) -> Image:
    """The stored picture for these bytes; the same bytes are stored once.

    The file is encoded anew: turned upright, at most LONGEST_SIDE pixels a side, without EXIF; PNG where the picture was PNG
    or has transparency, JPEG otherwise.
    Raises PictureError for what is no picture, broken, or too large.
    """
    image = Image.objects.filter(sha256=hashlib.sha256(data).hexdigest()).first()
    if image is not None and image_file(image).exists():
        return image
    (stored,) = keep_images([write_image(data=data)])
    return stored


def write_image(*, data: bytes) -> Image:
    """Write the file of a picture, as `store_image` says. What is returned is no row yet: `keep_images` makes it one."""
    sha256 = hashlib.sha256(data).hexdigest()
    with _opened(data) as picture:
        upright = _upright(picture)
        suffix = "png" if picture.format == "PNG" or upright.mode == "RGBA" else "jpg"
    path = Path(sha256[:2], f"{sha256}.{suffix}")
    size = _write(settings.IMAGE_FOLDER / path, upright)
    return Image(sha256=sha256, path=str(path), width=upright.width, height=upright.height, bytes=size)


def keep_images(written: Sequence[Image]) -> list[Image]:
    """The rows for written pictures. A row never says more than what is safely on disk: the files come first."""
    os.sync()  # once for all, which costs a fraction of one wait for each
    Image.objects.bulk_create(written, ignore_conflicts=True)
    return list(Image.objects.filter(sha256__in=[image.sha256 for image in written]))


def check_picture(data: bytes) -> None:
    """Decode a picture and store nothing. Raises PictureError as `store_image` does."""
    with _opened(data):
        pass


def image_file(image: Image) -> Path:
    """Where the stored picture lies."""
    return Path(settings.IMAGE_FOLDER, image.path)


def too_large(count: int) -> str:
    """Why a picture of so many bytes is refused."""
    return _("has %(count)s bytes; at most %(most)s are taken") % {"count": intcomma(count), "most": intcomma(BYTES_LIMIT)}


@contextmanager
def _opened(data: bytes) -> Iterator[Picture.Image]:
    """The decoded picture. Its size is looked at before its pixels are."""
    if len(data) > BYTES_LIMIT:
        raise PictureError(too_large(len(data)))
    try:
        picture = Picture.open(io.BytesIO(data), formats=FORMATS)
    except Picture.DecompressionBombError as error:
        raise PictureError(_("has too many pixels; at most %(most)s are taken") % {"most": intcomma(PIXELS_LIMIT)}) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise PictureError(_("is not a picture in one of the formats %(formats)s") % {"formats": ", ".join(FORMATS)}) from error
    with picture:
        if (pixels := picture.width * picture.height) > PIXELS_LIMIT:
            raise PictureError(
                _("has %(count)s pixels; at most %(most)s are taken")
                % {"count": intcomma(pixels), "most": intcomma(PIXELS_LIMIT)}
            )
        if picture.mode[0] in "IF":
            raise PictureError(_("has more than 8 bits a channel; save it with 8"))
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        try:
            picture.load()
        except (OSError, SyntaxError, ValueError, EOFError, IndexError, Picture.DecompressionBombError) as error:
            raise PictureError(_("is broken: %(reason)s") % {"reason": error}) from error
        yield picture


def _upright(picture: Picture.Image) -> Picture.Image:
    """A copy as a person should see it: RGB, or RGBA where something shows through."""
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    upright = turned(picture).convert("RGBA" if has_alpha else "RGB")
    if picture.mode not in {"RGB", "RGBA"}:
        upright.info.pop("icc_profile", None)  # it was about other colours
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return upright


def _write(file: Path, picture: Picture.Image) -> int:
    """Write a picture in one step: nobody ever sees half of it. Returns its size in bytes."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{uuid4().hex}.part")
    options = {"format": "PNG"} if file.suffix == ".png" else {"format": "JPEG", "quality": QUALITY}
    try:
        with part.open("xb") as out:
            picture.save(out, icc_profile=picture.info.get("icc_profile"), **options)
            size = out.tell()
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return size
