"""The pages of checkpoints: a checkpoint against the labels that are there, and measured beside the active one."""

from collections.abc import Callable

import pytest
from django.test import Client

from annotator.models import Checkpoint, Detection, Project, Run, User
from annotator.services import retraining
from annotator.services.run_kinds import work
from annotator.services.snapshots import TooFewLabelsError
from tests.annotator.labelling import drawn_items, judge

pytestmark = pytest.mark.django_db
LIST = "/projects/kites/checkpoints/"


def test_a_checkpoint_without_values_for_judged_items_has_nothing_to_compare(
    scored_project: Project, mary: User, other: Checkpoint, client_of: Callable[[User], Client]
) -> None:
    page = client_of(mary).get(f"{LIST}{other.pk}/labels/").content.decode()
    assert "Nothing to compare yet" in page
    assert "<svg class" not in page


def test_the_page_draws_and_tells_what_a_threshold_costs(
    scored_project: Project, mary: User, tiny: Checkpoint, client_of: Callable[[User], Client]
) -> None:
    for item, spans in drawn_items(scored_project, 6):
        wrong = [any(span.touches(start, end) for span in spans) for start, end in item.words]
        Detection.objects.create(item=item, checkpoint=tiny, grounded=[0.2 if is_wrong else 0.9 for is_wrong in wrong])
        judge(item, mary, spans)
    Project.objects.update(threshold=0.5)
    page = client_of(mary).get(f"{LIST}{tiny.pk}/labels/")
    text = page.content.decode()
    assert "6 judged responses" in text
    assert "flags find" in text
    assert text.count("100 %") >= 2
    assert [round(cost.threshold, 1) for cost in page.context["costs"]] == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    corners = page.context["thresholds"].lines["recall"].split()
    assert (corners[0].split(",")[1], corners[-1].split(",")[1]) == (
        "256.0",
        "16.0",
    )  # from nothing at the bottom to all at the top
    assert len(page.context["calibration"].dots) == 2
    assert f"{LIST}{tiny.pk}/labels/" in client_of(mary).get("/projects/kites/").content.decode()


def test_a_checkpoint_is_measured_beside_the_active_one_on_held_out_labels(
    scored_project: Project, mary: User, other: Checkpoint, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retraining, "PICTUREBOOK_SCENES", 4)
    client = client_of(mary)
    assert client.post(f"{LIST}{other.pk}/measure/").status_code == 302
    run = Run.objects.get(kind=Run.Kind.EVALUATE)
    with pytest.raises(TooFewLabelsError):
        work(run_id=run.pk)
    assert "Too few labels" in client.get(f"/projects/kites/runs/{run.pk}/").content.decode()

    for item, spans in drawn_items(scored_project, 72):
        judge(item, mary, spans)
    client.post(f"{LIST}{other.pk}/measure/")
    run = Run.objects.filter(kind=Run.Kind.EVALUATE).latest("pk")
    work(run_id=run.pk)
    run.refresh_from_db()
    assert (run.status, run.report["checkpoint"], run.report["active"]) == ("done", other.pk, scored_project.active_checkpoint_id)
    assert set(run.report["metrics"]) == {"checkpoint", "checkpoint_picturebook", "active", "active_picturebook"}
    page = client.get(f"/projects/kites/runs/{run.pk}/")
    held_out, picture_book = page.context["measured"]
    assert held_out[1][0].child == run.report["metrics"]["checkpoint"]["map_neg"]
    assert held_out[1][0].parent == run.report["metrics"]["active"]["map_neg"]
    assert picture_book[1][0].child == run.report["metrics"]["checkpoint_picturebook"]["map_neg"]
    assert f"active then, v{scored_project.active_checkpoint_id}" in page.content.decode()
