"""Folders and zip files of pictures open nothing that is not in them."""

import hashlib
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from annotator.services.images import PictureError
from annotator.services.pictures import Pictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one picture, beside a file that is nobody's business."""
    (tmp_path / "secret.txt").write_text("secret")
    inside = tmp_path / "pictures"
    (inside / "more").mkdir(parents=True)
    (inside / "more" / "kite.png").write_bytes(b"kite")
    return inside


def zipped(path: Path, **entries: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


def test_folder_and_zip_give_the_same_pictures(folder: Path, tmp_path: Path) -> None:
    for source in (folder, zipped(tmp_path / "p.zip", **{"more__kite.png": b"kite"})):
        pictures = Pictures.of(source)
        assert pictures.read("more/kite.png") == b"kite"
        assert pictures.sha256("./more/kite.png") == hashlib.sha256(b"kite").hexdigest()
        pictures.close()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../secret.txt", "is not a relative path inside the pictures"),
        ("more/../../secret.txt", "is not a relative path inside the pictures"),
        ("/etc/passwd", "is not a relative path inside the pictures"),
        ("more\\kite.png", "is not a relative path inside the pictures"),
        (".", "is not a relative path inside the pictures"),
        ("https://example.org/kite.png", "is an address; pictures are never fetched, bring them as files"),
        ("absent.png", "is not there"),
    ],
)
def test_path_that_leads_out_is_refused_in_both(folder: Path, tmp_path: Path, name: str, reason: str) -> None:
    for source in (folder, zipped(tmp_path / "p.zip", **{"..__secret.txt": b"x", "more__kite.png": b"kite"})):
        pictures = Pictures.of(source)
        with pytest.raises(PictureError) as refusal:
            pictures.read(name)
        assert str(refusal.value) == reason
        pictures.close()


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "link.png").symlink_to(tmp_path / "secret.txt")
    (folder / "folder").symlink_to(tmp_path)
    (folder / "inside.png").symlink_to(folder / "more" / "kite.png")
    for name in ("link.png", "folder/secret.txt", "inside.png"):
        with pytest.raises(PictureError, match="leads through a link"):
            Pictures.of(folder).read(name)


def test_folder_that_is_a_link_itself_is_fine(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(folder)
    assert Pictures.of(tmp_path / "alias").read("more/kite.png") == b"kite"


def test_folder_is_no_picture(folder: Path) -> None:
    with pytest.raises(PictureError, match="is not a file"):
        Pictures.of(folder).read("more")


def test_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(PictureError, match="is a link"):
        Pictures.of(tmp_path / "p.zip").read("link.png")


def test_exploding_zip_is_refused(tmp_path: Path) -> None:
    entries = {f"{number}.png": b"\0" * 20 * 1024**2 for number in range(6)}
    with pytest.raises(ValueError, match=r"would unpack to 125,829,120 bytes from [\d,]+: it is made to explode"):
        Pictures.of(zipped(tmp_path / "bomb.zip", **entries))


def test_entry_that_lies_about_its_size_is_cut_off(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", **{"a.png": b"\0" * 40 * 1024**2})
    data = path.read_bytes().replace(struct.pack("<I", 40 * 1024**2), struct.pack("<I", 1000))
    path.write_bytes(data)
    with pytest.raises(PictureError):
        Pictures.of(path).read("a.png")


def test_broken_zip_is_named(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", **{"a.png": bytes(range(256)) * 40})
    data = bytearray(path.read_bytes())
    data[60:80] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(PictureError, match="can't be read"):
        Pictures.of(path).read("a.png")
    path.write_bytes(b"PK but no zip")
    with pytest.raises(ValueError, match="is neither a folder nor a zip file"):
        Pictures.of(path)
