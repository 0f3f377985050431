"""The demo is whole after its first start, and left alone by later ones."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import redis

from annotator.models import Image, Item, Membership, Project, Role, User
from annotator.services.demo import create_demo


@pytest.fixture
def demo_settings(settings: Any, tmp_path: Path, tiny_folder: Path, broker: redis.Redis) -> Any:
    """Settings with a checkpoint of the tests, and logins of their own."""
    settings.TLDR_CHECKPOINT = str(tiny_folder)
    settings.LOGINS_FILE = tmp_path / "logins.json"
    return settings


@pytest.mark.django_db(transaction=True)
def test_demo_has_items_people_and_an_active_checkpoint(demo_settings: Any, broker: redis.Redis) -> None:
    logins = create_demo(items=6)
    project = Project.objects.get(slug="picture-book")
    assert project.active_checkpoint is not None
    assert [Item.objects.count(), Image.objects.count()] == [6, 6]
    roles = Membership.objects.order_by("user__email").values_list("user__email", "role")
    assert list(roles) == [("annotator@example.org", Role.ANNOTATOR), ("manager@example.org", Role.MANAGER)]
    assert all(User.objects.get(email=address).check_password(password) for address, password in logins.items())
    assert broker.llen("score") == 1
    assert not (demo_settings.DATA_FOLDER / "uploads" / "demo").exists()


def test_demo_twice_adds_nothing(db: None, demo_settings: Any) -> None:
    first = create_demo(items=4)
    before = [list(model.objects.order_by("id").values()) for model in (Project, Item, Image, User, Membership)]
    assert create_demo(items=4) == first
    assert [list(model.objects.order_by("id").values()) for model in (Project, Item, Image, User, Membership)] == before


def test_interrupted_demo_is_completed(db: None, demo_settings: Any) -> None:
    create_demo(items=2)
    create_demo(items=4)
    assert Item.objects.count() == 4


def test_logins_are_random_and_for_their_owner_only(db: None, demo_settings: Any) -> None:
    logins = create_demo(items=1)
    assert json.loads(demo_settings.LOGINS_FILE.read_text()) == logins
    assert stat.S_IMODE(demo_settings.LOGINS_FILE.stat().st_mode) == 0o600
    assert len(set(logins.values())) == 2
    assert min(map(len, logins.values())) >= 12


def test_demo_tells_how_far_it_is(db: None, demo_settings: Any) -> None:
    shown: list[tuple[int, int, str]] = []
    create_demo(items=2, show=lambda *state: shown.append(state))
    assert list(dict.fromkeys(shown)) == [
        (1, 2, "Drawing the picture book"),
        (2, 2, "Drawing the picture book"),
        (0, 2, "Importing the picture book"),
        (1, 2, "Importing the picture book"),
        (2, 2, "Importing the picture book"),
    ]
