"""What a run of each kind does, and the one function that carries runs out: for the workers and, in process, for commands.

Parameters by kind (paths are absolute):

- import: `path`, `pictures` (a folder or a zip; empty: the folder of the file), `fields` (see `native.Fields`);
  `confirmed` once somebody said yes
- export: `format` ("jsonl" or "parquet"), `include` ("annotated" or "all"), `path` (empty: in the room for exports)
- score: `retry` (forget earlier failures)
- train: `force`, `recipe` (fields of `retraining.Recipe`); then `snapshot` and `parent`, fixed when it first began
- evaluate: `checkpoint`
- withdraw: `import`, the run whose items are meant; `back` to bring them back
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from annotator.formats.native import Fields
from annotator.models import Checkpoint, Run, ScoringFailure, User
from annotator.services import audit, exports, imports, retraining, runs, withdrawals
from annotator.services.pictures import Pictures
from annotator.services.runs import Kind, Outcome, Progress, Show, Status
from annotator.services.scoring_queue import chunks, items_to_score

FORMATS = {"jsonl": exports.write_jsonl, "parquet": exports.write_parquet}
Work = Callable[[Run, Progress], Outcome]


def work(*, run_id: int, show: Show | None = None) -> Run | None:
    """Take a run and carry it out in this process. None where it is over or in other hands. A failure is kept, and raised."""
    run = runs.take(run_id=run_id)
    if run is None:
        return None
    try:
        with translation.override(run.language or settings.LANGUAGE_CODE):
            return runs.carry_out(run=run, by=WORK[run.kind], show=show)
    finally:
        if run.kind == Kind.TRAIN:
            runs.send_waiting_trainings()


def import_items(run: Run, progress: Progress) -> Outcome:
    """Read an import through and wait for somebody's yes; after that, store it."""
    is_confirmed = bool(run.parameters.get("confirmed"))
    read = partial(imports.import_file, run=run) if is_confirmed else imports.check_file
    message = _("Importing") if is_confirmed else _("Checking")
    path = Path(run.parameters["path"])
    pictures = Pictures.of(Path(run.parameters.get("pictures") or path.parent))
    try:
        report = read(
            project=run.project, path=path, pictures=pictures, fields=Fields(**run.parameters.get("fields", {})),
            on_progress=partial(progress, message=message),
        )  # fmt: skip
    finally:
        pictures.close()
    if is_confirmed:
        summary = {name: getattr(report, name) for name in ("added", "returned", "known", "refused")}
        audit.record(actor=_confirmer(run), act="import items", subject=path.name, project=run.project, details=summary)
    return Outcome(report.as_json(), Status.DONE if is_confirmed else Status.CHECKED)


def _confirmer(run: Run) -> User | None:
    """Who said yes to an import; at a terminal nobody had to."""
    return User.objects.filter(pk=run.parameters.get("confirmed_by")).first()


def export(run: Run, progress: Progress) -> Outcome:
    """Write the project's annotations to a file, in the data folder's room for exports unless told otherwise."""
    suffix = run.parameters["format"]
    path = Path(run.parameters.get("path") or settings.DATA_FOLDER / "exports" / f"{run.project.slug}-{run.pk}.{suffix}")
    include = run.parameters.get("include", "annotated")
    rows = FORMATS[suffix](project=run.project, path=path, include=include, on_progress=partial(progress, message=_("Exporting")))
    audit.record(actor=run.started_by, act="export project", subject=path.name, project=run.project, details={"rows": rows})
    return Outcome({"path": str(path), "rows": rows, "bytes": path.stat().st_size})


def score(run: Run, progress: Progress) -> Outcome:
    """Score, in this process, what the project's active checkpoint should score and has not."""
    from annotator.services import scoring  # noqa: PLC0415 -- torch takes seconds, and no other kind needs it here

    if run.parameters.get("retry"):
        ScoringFailure.objects.filter(item__project=run.project, checkpoint=run.project.active_checkpoint).delete()
    item_ids = items_to_score(run.project)
    scored, total = 0, max(run.total, len(item_ids))
    done = total - len(item_ids)  # by a process that ended before all was
    progress(done, total, _("Loading the checkpoint"))
    for chunk in chunks(item_ids):
        scored += scoring.score_items(project_id=run.project_id, item_ids=chunk)
        done += len(chunk)
        progress(done, total, _("Scoring"))
    return Outcome({"scored": scored, "not_scored": len(item_ids) - scored})


def evaluate(run: Run, progress: Progress) -> Outcome:
    """Measure one checkpoint, beside the active one, on the project's held-out labels and on the picture book."""
    checkpoint = Checkpoint.objects.usable_by(run.project).get(pk=run.parameters["checkpoint"])
    metrics = retraining.measure_now(run, progress, checkpoint)
    return Outcome({"checkpoint": checkpoint.pk, "active": run.parameters["parent"], "metrics": metrics})


def withdraw(run: Run, progress: Progress) -> Outcome:
    """Take what an import brought out of the project, or bring it back."""
    number, back = run.parameters["import"], bool(run.parameters.get("back"))
    message = _("Bringing back") if back else _("Withdrawing")
    on_progress = partial(progress, message=message)
    moved = withdrawals.Moved()
    try:
        withdrawals.move_import(
            project=run.project, run_id=number, moved=moved, back=back, total=run.total, on_progress=on_progress
        )
    finally:
        act = "bring items back" if back else "withdraw items"
        audit.record(actor=run.started_by, act=act, subject=f"import run {number}", project=run.project, details=asdict(moved))
    return Outcome(asdict(moved))


WORK: dict[str, Work] = {
    Kind.IMPORT: import_items,
    Kind.EXPORT: export,
    Kind.SCORE: score,
    Kind.TRAIN: retraining.retrain,
    Kind.EVALUATE: evaluate,
    Kind.WITHDRAW: withdraw,
}
