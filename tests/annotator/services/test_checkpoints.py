"""Checkpoints are registered once, promoted traceably, and let in by one rule."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from annotator.models import AuditEntry, Checkpoint, Project, User
from annotator.services.checkpoints import choose_gate, ensure_shipped, folder_of, lineage_of, promote, register
from rewardmodel.checkpoints import SHIPPED, weights_sha256


def metrics(map_neg: float, response_accuracy: float) -> dict[str, float]:
    return {"map_neg": map_neg, "response_accuracy": response_accuracy}


@pytest.mark.parametrize(
    ("parent", "child", "is_better"),
    [
        (metrics(0.50, 0.80), metrics(0.60, 0.80), True),
        (metrics(0.50, 0.80), metrics(0.60, 0.795), True),
        (metrics(0.50, 0.80), metrics(0.60, 0.70), False),
        (metrics(0.50, 0.80), metrics(0.50, 0.90), False),
        (metrics(0.50, 0.80), metrics(0.40, 0.90), False),
    ],
    ids=["better", "a little less accurate", "much less accurate", "finds no more", "finds less"],
)
def test_gate(parent: dict[str, float], child: dict[str, float], is_better: bool) -> None:
    assert choose_gate(parent, child) is is_better


def test_gate_refuses_what_could_not_be_measured() -> None:
    assert not choose_gate(metrics(0.5, 0.8), metrics(float("nan"), 0.8))


def test_register_reads_the_folder_and_makes_one_row(db: None, tiny_folder: Path) -> None:
    checkpoint = register(folder=tiny_folder, name="tiny")
    assert register(folder=tiny_folder, name="tiny again") == checkpoint
    assert (checkpoint.weights_sha256, checkpoint.status) == (weights_sha256(tiny_folder), Checkpoint.Status.ACCEPTED)
    assert folder_of(checkpoint) == tiny_folder


def test_register_keeps_paths_inside_the_data_folder_relative(db: None, settings: Any, tiny_folder: Path) -> None:
    folder = settings.DATA_FOLDER / "checkpoints" / "moved"
    shutil.copytree(tiny_folder, folder, dirs_exist_ok=True)
    checkpoint = register(folder=folder, name="moved")
    assert checkpoint.path == "checkpoints/moved"
    assert folder_of(checkpoint) == folder


def test_register_refuses_what_is_no_checkpoint(db: None, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not a checkpoint"):
        register(folder=tmp_path, name="nothing")


def test_checkpoint_of_the_environment_is_the_one_to_begin_with(db: None, settings: Any, tiny_folder: Path) -> None:
    settings.TLDR_CHECKPOINT = str(tiny_folder)
    assert folder_of(ensure_shipped()) == tiny_folder


@pytest.mark.skipif(not SHIPPED.exists(), reason="the shipped checkpoint is not there yet")
def test_shipped_checkpoint_is_kept_beside_the_data(db: None, settings: Any) -> None:
    checkpoint = ensure_shipped()
    assert ensure_shipped() == checkpoint
    assert checkpoint.is_shipped
    assert checkpoint.weights_sha256 == weights_sha256(SHIPPED) == weights_sha256(folder_of(checkpoint))


def test_promotion_is_traceable(db: None, broker: object, project: Project, tiny: Checkpoint, mary: User) -> None:
    promote(project=project, checkpoint=tiny, user=mary)
    project.refresh_from_db()
    entry = AuditEntry.objects.latest("id")
    assert project.active_checkpoint == tiny
    assert (entry.actor, entry.act, entry.details) == (mary, "promote checkpoint", {"before": None, "now": tiny.pk})


def test_checkpoint_of_another_project_is_refused(db: None, project: Project, tiny_folder: Path) -> None:
    boats = Project.objects.create(name="Boats", slug="boats")
    with pytest.raises(ValueError, match="belongs to another project"):
        promote(project=project, checkpoint=register(folder=tiny_folder, name="boats'", project=boats), user=None)


def test_lineage_costs_the_same_for_many_trainings(
    project: Project, tiny: Checkpoint, django_assert_max_num_queries: Any
) -> None:
    newest, expected = tiny, [tiny.pk]
    for number in range(8):
        newest = Checkpoint.objects.create(project=project, path=f"{number}", weights_sha256=f"{number}" * 64, parent=newest)
        expected.insert(0, newest.pk)
    newest = Checkpoint.objects.get(pk=newest.pk)
    with django_assert_max_num_queries(1):
        assert [one.pk for one in lineage_of(newest)] == expected
    with django_assert_max_num_queries(0):
        assert lineage_of(tiny) == [tiny]
