"""Bring items into a project from a JSON Lines file: `manage.py import_items PROJECT FILE.jsonl`."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.formats.native import Fields
from annotator.management.progress import ProgressBar, project_named
from annotator.models import Project
from annotator.services.imports import check_file
from annotator.services.pictures import Pictures
from annotator.services.run_kinds import work
from annotator.services.runs import Kind, Status, start_run

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
        path: Path = options["file"].resolve()
        if not path.is_file():
            raise CommandError(f"There is no file {path}")
        names = ("image_field", "prompt_field", "response_field", "id_field", "metadata_field")
        fields = Fields(*(options[name] for name in names))
        pictures: Path = (options["pictures"] or path.parent).resolve()
        read = self._check if options["check"] else self._import
        try:
            report = read(project_named(options["project"]), path, pictures, fields)
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        self._summarise(report)
        if report["refused"]:
            raise SystemExit(1)

    def _check(self, project: Project, path: Path, pictures: Path, fields: Fields) -> dict[str, Any]:
        source = Pictures.of(pictures)
        try:
            with ProgressBar(self.stderr) as bar:
                on_progress = partial(bar, message="Checking")
                return check_file(project=project, path=path, pictures=source, fields=fields, on_progress=on_progress).as_json()
        finally:
            source.close()

    def _import(self, project: Project, path: Path, pictures: Path, fields: Fields) -> dict[str, Any]:
        parameters = {"path": str(path), "pictures": str(pictures), "fields": asdict(fields), "confirmed": True}
        run = start_run(project=project, kind=Kind.IMPORT, parameters=parameters, here=True)
        with ProgressBar(self.stderr) as bar:
            over = work(run_id=run.pk, show=bar)
        if over is None or over.status != Status.DONE:
            raise CommandError(f"Run {run.pk} was cancelled or is in other hands")
        return {**over.report, "run": run.pk}

    def _summarise(self, report: dict[str, Any]) -> None:
        for error in report["errors"]:
            self.stdout.write(f"line {error['line']}: {error['reason']}")
        if report["refused"] > len(report["errors"]):
            self.stdout.write(f"… and {report['refused'] - len(report['errors']):,} more lines")
        run, would = report.get("run"), "" if "run" in report else "would be "
        moved = [f"{report['added']:,} items {would}added"]
        moved += [f"{report['returned']:,} {would}brought back"] if report["returned"] else []
        told = [*moved, f"{report['known']:,} known already", f"{report['refused']:,} lines refused"]
        self.stdout.write(f"{report['lines']:,} lines: {', '.join(told)}{f'; run {run}' if run else ''}")
