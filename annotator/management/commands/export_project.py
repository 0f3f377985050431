"""Write a project's annotations to a file: `manage.py export_project PROJECT --format jsonl|parquet`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.models import Project
from annotator.services import audit
from annotator.services.exports import INCLUDE, write_jsonl, write_parquet

WRITERS = {"jsonl": write_jsonl, "parquet": write_parquet}


class Command(BaseCommand):
    help = "Write a project's annotations to a file, one row each (docs/formats.md says what is in it)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="short name (slug) of the project")
        parser.add_argument("--format", choices=sorted(WRITERS), default="jsonl")
        parser.add_argument(
            "--include", choices=INCLUDE, default="annotated", help="all: also drafts, skipped and untouched items"
        )
        parser.add_argument("--out", type=Path, help="file to write (default: PROJECT.FORMAT among the data folder's exports)")

    def handle(self, **options: Any) -> None:
        project = Project.objects.filter(slug=options["project"]).first()
        if project is None:
            raise CommandError(f"There is no project {options['project']!r}")
        path: Path = options["out"] or settings.DATA_FOLDER / "exports" / f"{project.slug}.{options['format']}"
        write = WRITERS[options["format"]]
        rows = write(project=project, path=path, include=options["include"], on_progress=self._show)
        audit.record(actor=None, act="export project", subject=path.name, project=project, details={"rows": rows})
        self.stderr.write("")
        self.stdout.write(f"{rows:,} rows, {path.stat().st_size:,} bytes in {path}")

    def _show(self, done: int, total: int) -> None:
        self.stderr.write(f"\r{done:,} of {total:,} items", ending="")
