"""What every test may ask for: three people with a role, one without, a project, items, pictures and a checkpoint."""

import io
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import PIL.Image
import PIL.ImageDraw
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import translation

from annotator.models import Image, Item, Membership, Project, Role, User
from rewardmodel.records import words

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _speak_english_again() -> Iterator[None]:
    """A request leaves its language behind in its thread, and that of a test client is the test's."""
    yield
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture
def project(db: None) -> Project:
    return Project.objects.create(name="Kites", slug="kites")


def _person(name: str) -> User:
    return User.objects.create_user(f"{name}@example.org", PASSWORD, name=name.title())


def _member(name: str, project: Project, role: Role) -> User:
    person = _person(name)
    Membership.objects.create(project=project, user=person, role=role)
    return person


@pytest.fixture
def alice(project: Project) -> User:
    """An annotator."""
    return _member("alice", project, Role.ANNOTATOR)


@pytest.fixture
def rita(project: Project) -> User:
    """A reviewer."""
    return _member("rita", project, Role.REVIEWER)


@pytest.fixture
def mary(project: Project) -> User:
    """A manager."""
    return _member("mary", project, Role.MANAGER)


@pytest.fixture
def bob(db: None) -> User:
    """A person who belongs to nothing."""
    return _person("bob")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A browser in which that person is signed in."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="annotator.accounts.PasswordBackend")
        return client

    return signed_in


def picture_bytes(seed: int = 0, size: tuple[int, int] = (96, 64), kind: str = "PNG") -> bytes:
    """A small picture; another seed gives other bytes."""
    picture = PIL.Image.new("RGB", size, (40 + seed * 37 % 200, 120, 200))
    draw = PIL.ImageDraw.Draw(picture)
    draw.polygon([(20, 40), (40, 10), (60, 40)], fill=(200, 30, 30))
    draw.text((2, 2), str(seed), fill=(255, 255, 255))
    stream = io.BytesIO()
    picture.save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def picture_file(tmp_path: Path) -> Path:
    """A small picture on disk."""
    path = tmp_path / "kite.png"
    path.write_bytes(picture_bytes())
    return path


def stored_picture(seed: int = 0) -> Image:
    """A small picture in the image store."""
    data = picture_bytes(seed)
    digest = sha256(data).hexdigest()
    path = Path(digest[:2]) / f"{digest}.png"
    file = settings.IMAGE_FOLDER / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    values = {"path": str(path), "width": 96, "height": 64, "bytes": len(data)}
    return Image.objects.get_or_create(sha256=digest, defaults=values)[0]


@pytest.fixture
def make_items(project: Project) -> Callable[..., list[Item]]:
    """Makes n items on one picture, each with a response of its own, in a project (the usual one unless told)."""

    def make(n: int, *, project: Project = project, response: str | None = None) -> list[Item]:
        image = stored_picture()
        responses = [response or f"A red kite number {number} flies above the white house." for number in range(n)]
        return Item.objects.bulk_create(
            Item(
                project=project,
                image=image,
                response=text,
                words=[list(word) for word in words(text)],
                fingerprint=sha256(uuid.uuid4().bytes).hexdigest(),
                open_slots=project.annotators_per_item,
            )
            for text in responses
        )

    return make


@pytest.fixture
def item(make_items: Callable[..., list[Item]]) -> Item:
    """One item that waits for people."""
    return make_items(1)[0]


@pytest.fixture
def scorer_checkpoint() -> Path:
    """The folder of the checkpoint that ships with the software."""
    from rewardmodel.checkpoints import SHIPPED

    return SHIPPED


@pytest.fixture
def environment_of_processes(transactional_db: None) -> Mapping[str, str]:
    """The environment for real processes that a test starts: the same database, broker and folder as the test's."""
    values = connection.settings_dict
    address = f"postgresql://{values['USER']}@{quote(values['HOST'], safe='')}/{values['NAME']}"
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "annotator.settings", "DATABASE_URL": address}


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    """An empty folder for servers of their own. Unlike tmp_path it lets through the user that root's servers run as."""
    folder = Path(tempfile.mkdtemp(dir=os.environ["TEST_FOLDER"]))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """In CI nothing may be skipped: a skip there hides what was not tried."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")  # none in xdist's workers
    skipped = len(reporter.stats.get("skipped", [])) if reporter else 0
    if reporter and os.environ.get("CI") == "true" and skipped and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"{skipped} tests were skipped, which CI does not allow", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
