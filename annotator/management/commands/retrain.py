"""`manage.py retrain PROJECT`: labels to a better checkpoint, in this process, with a progress bar; resumes what was killed."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from annotator.management.progress import ProgressBar, project_named
from annotator.models import Project, Run
from annotator.services.retraining import TrainingError, request_retraining
from annotator.services.run_kinds import work
from annotator.services.runs import Kind, Status, is_abandoned

FIGURES = (("mAP(neg)", "map_neg"), ("response accuracy", "response_accuracy"))


class Command(BaseCommand):
    """Trains here unless a worker trains already: then it follows that run. Ctrl-C or a crash: the same command goes on."""

    help = "Retrains a project's active checkpoint on what people confirmed; promotes the result if it is better."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The project, and whether the gate decides."""
        parser.add_argument("project", help="slug of the project")
        parser.add_argument("--force", action="store_true", help="promote the candidate whatever the gate says")
        parser.add_argument("--steps", type=int, help="optimiser steps; default: by the number of labelled images")

    def handle(self, *args: Any, **options: Any) -> None:
        """Retrain, or go on, or follow; then print the figures."""
        recipe = {"steps": options["steps"]} if options["steps"] else {}
        run = self._run(project_named(options["project"]), force=options["force"], recipe=recipe)
        with ProgressBar(self.stderr) as bar:
            over = self._carry_out(run, bar)
        if over.status != Status.DONE:
            raise CommandError(f"Run {over.pk}: {over.get_status_display().lower()}. {over.error}")
        self._print(over.report)

    def _run(self, project: Project, **wishes: Any) -> Run:
        begun = Run.objects.filter(project=project, kind=Kind.TRAIN, status=Status.RUNNING).first()
        if begun is None:
            try:
                return request_retraining(project=project, **wishes, here=True)
            except ValueError as error:
                raise CommandError(str(error)) from error
        if is_abandoned(begun):
            self.stdout.write(f"Going on with run {begun.pk}, whose process ended before it was done")
        else:
            self.stdout.write(f"Run {begun.pk} is in the hands of {begun.worker}: following it")
        return begun

    def _carry_out(self, run: Run, bar: ProgressBar) -> Run:
        while not run.is_over:
            try:
                over = work(run_id=run.pk, show=bar)
            except TrainingError as error:
                raise CommandError(str(error)) from error
            if over is not None:
                return over
            time.sleep(1.0)
            run.refresh_from_db()
            bar(run.done, run.total, run.message)
        return run

    def _print(self, report: dict[str, Any]) -> None:
        metrics = report["metrics"]
        for place, suffix in (("held-out items", ""), ("picture book", "_picturebook")):
            for name, key in FIGURES:
                before, after = metrics[f"parent{suffix}"][key], metrics[f"child{suffix}"][key]
                self.stdout.write(f"{name:18} on {place:15} {before:.3f} → {after:.3f}")
        self.stdout.write(f"Checkpoint v{report['child']} from v{report['parent']}: {_verdict(report)}")


def _verdict(report: dict[str, Any]) -> str:
    if report["promoted"]:
        return "promoted"
    if report["outdated"]:
        return "not promoted: another checkpoint became active while it was trained"
    return "not promoted: not better by the gate's rule"
