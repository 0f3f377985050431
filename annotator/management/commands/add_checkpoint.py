"""`manage.py add_checkpoint FOLDER`: make a checkpoint known, to all projects or to one, and perhaps active."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotator.management.progress import project_named
from annotator.services.checkpoints import promote, register


class Command(BaseCommand):
    """Registers a folder that `python -m rewardmodel train` wrote. The folder stays where it is."""

    help = "Registers a checkpoint folder; with --project for that project only, with --promote as its active one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder, its name, the project."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--name", help="for people; default: the folder's name")
        parser.add_argument("--project", help="slug of the only project that may use it")
        parser.add_argument(
            "--promote", action="store_true", help="make it the project's active checkpoint and score pending items again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Register, promote where asked, and say its number."""
        if options["promote"] and not options["project"]:
            raise CommandError("--promote needs --project")
        project = project_named(options["project"]) if options["project"] else None
        folder = options["folder"].expanduser().resolve()
        try:
            checkpoint = register(folder=folder, name=options["name"] or folder.name, project=project)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Registered {checkpoint} ({checkpoint.weights_sha256[:12]})")
        if project and options["promote"]:
            promote(project=project, checkpoint=checkpoint, user=None)
            self.stdout.write(f"{checkpoint} is now active in {project}")
