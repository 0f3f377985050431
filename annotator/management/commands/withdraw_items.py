"""Take what an import brought out of a project: `manage.py withdraw_items PROJECT RUN`, with `--back` to bring it back."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from annotator.management.progress import ProgressBar, project_named
from annotator.models import Run
from annotator.services.run_kinds import work
from annotator.services.runs import Status, start_withdrawal


class Command(BaseCommand):
    help = "Take what an import brought out of a project, or bring it back. Nothing is deleted; see docs/formats.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="short name (slug) of the project")
        parser.add_argument(
            "run", type=int, help="number of the import's run: import_items says it, and so does the page of runs"
        )
        parser.add_argument("--back", action="store_true", help="bring back what was withdrawn")

    def handle(self, **options: Any) -> None:
        project = project_named(options["project"])
        imported = Run.objects.filter(project=project, pk=options["run"]).first()
        if imported is None:
            raise CommandError(f"{project} has no run {options['run']}")
        try:
            run = start_withdrawal(of=imported, back=options["back"], here=True)
        except ValueError as error:
            raise CommandError(str(error)) from error
        with ProgressBar(self.stderr) as bar:
            over = work(run_id=run.pk, show=bar)
        if over is None or over.status != Status.DONE:
            raise CommandError(f"Run {run.pk} was cancelled or is in other hands")
        kept = f"; {over.report['kept']:,} stay out, whose ids others have now" if over.report["kept"] else ""
        self.stdout.write(f"{over.report['items']:,} items {'brought back' if options['back'] else 'withdrawn'}{kept}")
