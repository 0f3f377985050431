"""The demo: drawings of the picture-book world with captions, about half of them wrong, and two people to try it with."""

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import cast

from django.conf import settings
from django.db import transaction
from PIL.Image import Image as Picture

from annotator.models import Membership, Project, Role, User
from annotator.services.checkpoints import ensure_shipped
from annotator.services.imports import import_file
from annotator.services.pictures import Pictures
from annotator.services.runs import Show
from rewardmodel.scenes import WORLDS
from rewardmodel.scenes.samples import picturebook_records

SLUG = "picture-book"
PEOPLE = {"manager@example.org": ("Mary Manager", Role.MANAGER), "annotator@example.org": ("Alex Annotator", Role.ANNOTATOR)}
INSTRUCTIONS = """Read the caption against the picture. Confirm the words that are wrong, clear the flags that are mistaken,
and flag what the model overlooked. Replace a wrong word by the right one where you can."""
SIDE = 384  # pixels of a drawing


def create_demo(*, items: int = 500, show: Show | None = None) -> dict[str, str]:
    """The demo project, complete, and its logins (address to password). What is there already stays as it is."""
    logins = _logins()
    project = _project(logins)
    if project.items.count() < items:
        folder: Path = settings.DATA_FOLDER / "uploads" / "demo"
        _draw(folder, items, show)
        _import(project, folder, show)
        shutil.rmtree(folder)
    return logins


def _logins() -> dict[str, str]:
    """Passwords of the demo people, made on first use, readable by the owner of the data folder only."""
    file: Path = settings.LOGINS_FILE
    if file.exists():
        known: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        return known
    logins = {address: secrets.token_urlsafe(9) for address in PEOPLE}
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as lines:
        json.dump(logins, lines, indent=1)
    return logins


@transaction.atomic
def _project(logins: dict[str, str]) -> Project:
    values = {"name": "Picture book", "instructions": INSTRUCTIONS, "active_checkpoint": ensure_shipped()}
    project, is_new = Project.objects.get_or_create(slug=SLUG, defaults=values)
    for address, (name, role) in PEOPLE.items():
        person = User.objects.filter(email=address).first()
        person = person or User.objects.create_user(address, logins[address], name=name)
        if is_new:
            Membership.objects.get_or_create(project=project, user=person, defaults={"role": role})
    return project


def _draw(folder: Path, items: int, show: Show | None) -> None:
    """Write the pictures and one line for each, as an import takes them."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    with (folder / "items.jsonl").open("w", encoding="utf-8") as lines:
        for number, record in enumerate(picturebook_records(WORLDS["picturebook"], "test", items, SIDE), start=1):
            name = f"images/{number:05}.png"
            cast("Picture", record.image).save(folder / name, compress_level=1)
            row = {"id": f"scene-{number:05}", "image": name, "prompt": record.prompt, "response": record.response}
            lines.write(json.dumps(row) + "\n")
            if show:
                show(number, items, "Drawing the picture book")


def _import(project: Project, folder: Path, show: Show | None) -> None:
    pictures = Pictures.of(folder)
    try:
        import_file(
            project=project, path=folder / "items.jsonl", pictures=pictures,
            on_progress=lambda done, total: show(done, total, "Importing the picture book") if show else None,
        )  # fmt: skip
    finally:
        pictures.close()
