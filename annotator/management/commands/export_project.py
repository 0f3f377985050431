"""Write a project's annotations to a file: `manage.py export_project PROJECT --format jsonl|parquet`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.management.progress import ProgressBar, project_named
from annotator.services.exports import INCLUDE
from annotator.services.run_kinds import FORMATS, work
from annotator.services.runs import Kind, Status, start_run


class Command(BaseCommand):
    help = "Write a project's annotations to a file, one row each (docs/formats.md says what is in it)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="short name (slug) of the project")
        parser.add_argument("--format", choices=sorted(FORMATS), default="jsonl")
        parser.add_argument(
            "--include", choices=INCLUDE, default="annotated", help="all: also drafts, skipped and untouched items"
        )
        parser.add_argument("--out", type=Path, help="file to write (default: PROJECT.FORMAT among the data folder's exports)")

    def handle(self, **options: Any) -> None:
        project = project_named(options["project"])
        path: Path = options["out"] or settings.DATA_FOLDER / "exports" / f"{project.slug}.{options['format']}"
        parameters = {"format": options["format"], "include": options["include"], "path": str(path.resolve())}
        run = start_run(project=project, kind=Kind.EXPORT, parameters=parameters, here=True)
        try:
            with ProgressBar(self.stderr) as bar:
                over = work(run_id=run.pk, show=bar)
        except OSError as error:
            raise CommandError(str(error)) from error
        if over is None or over.status != Status.DONE:
            raise CommandError(f"Run {run.pk} was cancelled or is in other hands")
        self.stdout.write(f"{over.report['rows']:,} rows, {over.report['bytes']:,} bytes in {path}")
