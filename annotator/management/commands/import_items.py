"""Bring items into a project from a JSON Lines file: `manage.py import_items PROJECT FILE.jsonl`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.formats.native import Fields
from annotator.models import Project
from annotator.services import audit
from annotator.services.imports import Report, check_file, import_file
from annotator.services.pictures import Pictures

NAMES = {"image": "picture's path", "prompt": "prompt", "response": "response", "id": "your own id", "metadata": "metadata"}


class Command(BaseCommand):
    help = "Bring items into a project from a JSON Lines file. What is there already is recognised, bad lines are left out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="short name (slug) of the project")
        parser.add_argument("file", type=Path, help="UTF-8 JSON Lines")
        parser.add_argument(
            "--pictures", type=Path, help="folder or zip that the picture paths lead into (default: the file's folder)"
        )
        for name, meaning in NAMES.items():
            parser.add_argument(f"--{name}-field", default=name, help=f"field that holds the {meaning} (default: {name})")
        parser.add_argument("--check", action="store_true", help="only say what an import would do")

    def handle(self, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']!r}")
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"There is no file {path}")
        fields = Fields(
            options["image_field"],
            options["prompt_field"],
            options["response_field"],
            options["id_field"],
            options["metadata_field"],
        )
        read = check_file if options["check"] else import_file
        try:
            pictures = Pictures.of(options["pictures"] or path.parent)
        except ValueError as error:
            raise CommandError(str(error)) from error
        try:
            report = read(project=project, path=path, pictures=pictures, fields=fields, on_progress=self._show)
        finally:
            pictures.close()
        self._summarise(report, is_check=options["check"])
        if not options["check"]:
            summary = {"added": report.added, "known": report.known, "refused": report.refused}
            audit.record(actor=None, act="import items", subject=path.name, project=project, details=summary)
        if report.refused:
            raise SystemExit(1)

    def _show(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done:,} of {total:,} lines", ending="")

    def _summarise(self, report: Report, *, is_check: bool) -> None:
        self.stderr.write("")
        for error in report.errors:
            self.stdout.write(f"line {error.line}: {error.reason}")
        if report.refused > len(report.errors):
            self.stdout.write(f"… and {report.refused - len(report.errors):,} more lines")
        added = f"{report.added:,} items {'would be added' if is_check else 'added'}"
        self.stdout.write(f"{report.lines:,} lines: {added}, {report.known:,} known already, {report.refused:,} lines refused")
