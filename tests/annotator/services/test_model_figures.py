"""The model against labels: counted by hand on a few words, and never on what a training has learned from."""

from collections.abc import Callable

import pytest

from annotator.models import Annotation, Checkpoint, Detection, Item, Project, Snapshot, User
from annotator.services import model_figures
from annotator.services.annotations import save_events
from annotator.services.folding import Judgement
from annotator.services.model_figures import figures_of
from tests.annotator.reviewing import judge, settle, share
from tests.annotator.services.test_annotations import event

pytestmark = pytest.mark.django_db
# A red kite number 0 flies above the white house.
VALUES = [0.99, 0.1, 0.9, 0.95, 0.9, 0.9, 0.3, 0.9, 0.35, 0.95]


@pytest.fixture
def judged(project: Project, make_items: Callable[..., list[Item]], alice: User, tiny: Checkpoint) -> list[Item]:
    """Two items with the same values; one is judged wholly, of the other one word and the rest left alone."""
    project.active_checkpoint, project.threshold = tiny, 0.4
    project.save()
    items = make_items(3, project=project)
    for item in items[:2]:
        Detection.objects.create(item=item, checkpoint=tiny, grounded=VALUES)
    wrong = [event("confirm", first=1, end=2, kind="attribute"), event("flag", first=9, end=10, kind="object")]
    save_events(item=items[0], user=alice, events=[*wrong, event("submit", rest_checked=True)])
    save_events(item=items[1], user=alice, events=[event("clear", first=6, end=7), event("submit", rest_checked=False)])
    return items


def test_flags_are_counted_against_what_people_said(project: Project, judged: list[Item], tiny: Checkpoint) -> None:
    figures = figures_of(project, tiny)
    assert figures is not None
    assert (figures.judgements, figures.words, figures.wrong, figures.has_unscored) == (2, 11, 2, False)
    # flagged at 0.4: "red" rightly; "above" in both and "white" in the first without reason
    assert figures.now == (0.4, 1 / 4, 1 / 2, 4 / 2, 3 / 2)
    assert [(one.kind, one.passages, one.found) for one in figures.kinds] == [("attribute", 1, 1), ("object", 1, 0)]
    lowest, highest = figures.curve[0], figures.curve[-1]
    assert (lowest.threshold, lowest.precision, lowest.recall) == (0.02, None, 0.0)
    assert (round(highest.threshold, 2), highest.recall, highest.flagged) == (0.98, 1.0, 10 / 2)
    assert sum(one.n for one in figures.bins) == 11
    assert figures.bins[0].good == 0.0


def test_judged_items_that_another_checkpoint_scored_are_told(
    project: Project, judged: list[Item], mary: User, other: Checkpoint, tiny: Checkpoint
) -> None:
    assert figures_of(project, other) is None
    save_events(item=judged[2], user=mary, events=[event("submit", rest_checked=True)])
    figures = figures_of(project, tiny)
    assert figures is not None
    assert (figures.judgements, figures.has_unscored) == (2, True)


def test_what_a_training_may_learn_from_does_not_count(
    project: Project, judged: list[Item], tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = Snapshot.objects.create(project=project, sha256="a" * 64, path="a", train_items=1, test_items=1)
    child, grandchild = (
        Checkpoint.objects.create(
            project=project, name=name, path=name, weights_sha256=name * 64, parent=parent, snapshot=learned
        )
        for name, parent, learned in (("b", tiny, snapshot), ("c", None, None))
    )
    grandchild = Checkpoint.objects.create(project=project, name="d", path="d", weights_sha256="d" * 64, parent=child)
    for checkpoint in (child, grandchild):
        Detection.objects.create(item=judged[0], checkpoint=checkpoint, grounded=VALUES)
        for split, responses in (("train", None), ("test", 1)):
            monkeypatch.setattr(model_figures, "split_of", lambda _sha256, split=split: split)
            figures = figures_of(project, checkpoint)
            assert (figures and figures.judgements) == responses
            assert figures is None or figures.is_held_out


def test_no_more_than_the_latest_items_are_read(
    project: Project, judged: list[Item], tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_figures, "LATEST", 1)
    figures = figures_of(project, tiny)
    assert figures is not None
    assert (figures.judgements, figures.words) == (1, 1)  # the second item, of which one word is known


def test_newer_judgements_of_what_it_has_not_scored_hide_no_older_ones(
    project: Project, judged: list[Item], mary: User, tiny: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_figures, "LATEST", 2)
    save_events(item=judged[2], user=mary, events=[event("submit", rest_checked=True)])
    figures = figures_of(project, tiny)
    assert figures is not None
    assert (figures.judgements, figures.has_unscored) == (2, True)


def test_what_was_settled_takes_the_place_of_the_annotations(
    project: Project, make_items: Callable[..., list[Item]], judged: list[Item], alice: User, mary: User, tiny: Checkpoint
) -> None:
    share(project)
    (item,) = make_items(1, project=project)
    Detection.objects.create(item=item, checkpoint=tiny, grounded=VALUES)
    Annotation.objects.exclude(item=item).delete()
    judge(item, alice, [("flag", {"first": 1, "end": 2})])
    judge(item, mary)
    before = figures_of(project, tiny)
    settle(item, mary, Judgement(1, 2, "right"))
    after = figures_of(project, tiny)
    assert before is not None
    assert after is not None
    assert (before.judgements, before.wrong, after.judgements, after.wrong) == (2, 1, 1, 0)
