"""Start a project from the command line: `manage.py create_project NAME --manager EMAIL`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotator.forms.projects import NewProjectForm
from annotator.management.people import person_with, say_how_to_sign_in
from annotator.services.projects import start_project


class Command(BaseCommand):
    help = "Start a project. Its manager can invite everybody else on the page “Members”."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--manager", required=True, metavar="EMAIL", help="who manages it; made if nobody has this address yet"
        )
        parser.add_argument("--instructions", default="", help="what annotators read beside the desk (Markdown)")

    def handle(self, *args: Any, **options: Any) -> None:
        manager = person_with(options["manager"])
        form = NewProjectForm({"name": options["name"], "instructions": options["instructions"]})
        if not form.is_valid():
            raise CommandError(form.errors.as_text())
        project = start_project(slug=form.slug(), user=manager, **form.cleaned_data)
        self.stdout.write(f"Started project {project.slug!r}, managed by {manager.email}")
        say_how_to_sign_in(self, manager)
