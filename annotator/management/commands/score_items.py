"""`manage.py score_items PROJECT`: score what is unscored, in this process."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotator.management.progress import ProgressBar, project_named
from annotator.services.run_kinds import work
from annotator.services.runs import Kind, start_run


class Command(BaseCommand):
    """Scores in process, with the same code as a worker; safe beside running workers."""

    help = "Scores the items of a project that its active checkpoint has not scored, in this process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The project, and whether to forget failures."""
        parser.add_argument("project", help="slug of the project")
        parser.add_argument("--retry", action="store_true", help="also items that were given up on")

    def handle(self, *args: Any, **options: Any) -> None:
        """Score and say how many."""
        project = project_named(options["project"])
        if project.active_checkpoint is None:
            raise CommandError(f"{project} has no active checkpoint")
        run = start_run(project=project, kind=Kind.SCORE, parameters={"retry": options["retry"]}, here=True)
        with ProgressBar(self.stderr) as bar:
            over = work(run_id=run.pk, show=bar)
        report = over.report if over else {}
        self.stdout.write(f"{report['scored']} items scored, {report['not_scored']} not (already done, or failed: see the log)")
