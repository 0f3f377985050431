"""Where the data lives."""

import hashlib
import os
from pathlib import Path

import pytest

from annotator import folders


def test_chosen_folder_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path / "here"))
    assert folders.data_folder() == tmp_path / "here"


def test_folder_of_an_ordinary_user_is_in_the_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATA_FOLDER")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert folders.data_folder() == folders.CLONE / "var"


def test_folders_of_root_are_outside_homes_and_differ_by_clone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATA_FOLDER")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(folders, "CLONE", Path("/root/a/tldr"))
    first = folders.data_folder()
    monkeypatch.setattr(folders, "CLONE", Path("/root/b/tldr"))
    second = folders.data_folder()
    assert first == Path("/var/lib/tldr-annotator") / f"tldr-{hashlib.sha256(b'/root/a/tldr').hexdigest()[:8]}"
    assert first != second


def test_rooms_are_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folders.make_rooms(folder)
    folders.make_rooms(folder)
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()} == dict.fromkeys(folders.ROOMS, "0o700")
    assert folder.stat().st_mode & 0o066 == 0
