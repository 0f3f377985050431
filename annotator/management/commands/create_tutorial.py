"""Make a tutorial from the command line: `manage.py create_tutorial --manager EMAIL`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotator.forms.projects import NewProjectForm
from annotator.management.people import person_with, say_how_to_sign_in
from annotator.services.drawn import create_tutorial


class Command(BaseCommand):
    help = "Make a tutorial: ten drawn scenes whose answers are known, with feedback after each. Other projects can require it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", default="Tutorial")
        parser.add_argument(
            "--manager", required=True, metavar="EMAIL", help="who manages it; made if nobody has this address yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        manager = person_with(options["manager"])
        form = NewProjectForm({"name": options["name"]})
        if not form.is_valid():
            raise CommandError(form.errors.as_text())
        project = create_tutorial(name=options["name"], slug=form.slug(), user=manager)
        self.stdout.write(f"Made the tutorial {project.slug!r}, managed by {manager.email}")
        say_how_to_sign_in(self, manager)
