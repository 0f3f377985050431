"""Add somebody to a project, or change their role: `manage.py add_member PROJECT EMAIL --role reviewer`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotator.management.people import person_with, say_how_to_sign_in
from annotator.models import Project, Role
from annotator.services.members import LastManagerError, set_role


class Command(BaseCommand):
    help = "Add a person to a project, or change the role of one who is in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project", help="short name (slug) of the project")
        parser.add_argument("email")
        parser.add_argument("--role", choices=Role.values, default=Role.ANNOTATOR.value)

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']!r}")
        person = person_with(options["email"])
        try:
            set_role(project=project, user=person, role=Role(options["role"]), actor=None)
        except LastManagerError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{person.email} is {options['role']} in {project.slug!r}")
        say_how_to_sign_in(self, person)
