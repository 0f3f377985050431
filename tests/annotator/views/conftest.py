"""What the tests of the pages share: a checkpoint without weights, an item with flags, a run of each sort."""

import pytest

from annotator.models import Checkpoint, Detection, Item, Project, Review, Run, User


@pytest.fixture
def checkpoint(project: Project) -> Checkpoint:
    """The project's active checkpoint; it has no weights, so nothing can be scored with it."""
    checkpoint = Checkpoint.objects.create(name="picture book", path="checkpoints/picturebook-0", weights_sha256="0" * 64)
    project.active_checkpoint = checkpoint
    project.save()
    return checkpoint


@pytest.fixture
def scored(item: Item, checkpoint: Checkpoint) -> Item:
    """The item, of which the active checkpoint doubts the words "red kite"."""
    grounded = [0.9, 0.1, 0.2, *[0.9] * (len(item.words) - 3)]
    Detection.objects.create(item=item, checkpoint=checkpoint, grounded=grounded)
    item.doubt = 0.9
    item.save()
    return item


@pytest.fixture
def run(project: Project, mary: User) -> Run:
    """A run that is over."""
    return Run.objects.create(project=project, kind=Run.Kind.EXPORT, status=Run.Status.DONE, started_by=mary)


@pytest.fixture
def review(scored: Item) -> Review:
    """A review of the item, as if two people had judged it alike."""
    return Review.objects.create(
        item=scored, project=scored.project, state=Review.State.AGREED, compared=[], differing=0, disagreement=0
    )
