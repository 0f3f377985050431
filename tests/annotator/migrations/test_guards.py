"""What must never change is kept by the database itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from annotator.models import Annotation, Checkpoint, Detection, Event, Item, Project, Snapshot, User
from annotator.services.annotations import save_events
from tests.annotator.services.test_annotations import event
from tests.conftest import stored_picture

pytestmark = pytest.mark.django_db


def refused(change: Callable[[], Any], reason: str) -> None:
    with pytest.raises(IntegrityError, match=reason), transaction.atomic():
        change()


@pytest.mark.parametrize(
    "change",
    [{"response": "Other."}, {"prompt": "Why?"}, {"words": [[0, 1]]}, {"fingerprint": "0"}],
    ids=lambda change: next(iter(change)),
)
def test_text_of_an_item_never_changes(item: Item, change: dict[str, Any]) -> None:
    refused(lambda: Item.objects.filter(pk=item.pk).update(**change), "the texts and pictures of items never change")


def test_picture_of_an_item_never_changes(item: Item) -> None:
    other = stored_picture(7)
    refused(lambda: Item.objects.filter(pk=item.pk).update(image=other), "the texts and pictures of items never change")


def test_item_saved_as_it_is_and_its_place_in_the_queue_are_free(item: Item) -> None:
    item.doubt = 0.5
    item.save()
    Item.objects.filter(pk=item.pk).update(open_slots=F("open_slots") + 1, metadata={"a": 1})
    assert Item.objects.get().open_slots == 2


def test_events_never_change(item: Item, alice: User) -> None:
    save_events(item=item, user=alice, events=[event("flag", first=0, end=1)])
    refused(lambda: Event.objects.update(act="clear"), "events never change")


def test_detections_never_change(item: Item) -> None:
    checkpoint = Checkpoint.objects.create(name="v1", path="x", weights_sha256="0" * 64)
    Detection.objects.create(item=item, checkpoint=checkpoint, grounded=[0.5] * len(item.words))
    refused(lambda: Detection.objects.update(grounded=[1.0]), "detections never change")


def test_snapshots_and_weights_never_change_but_a_checkpoints_status_may(project: Project) -> None:
    snapshot = Snapshot.objects.create(project=project, sha256="0" * 64, path="x", train_items=1, test_items=1)
    checkpoint = Checkpoint.objects.create(name="v1", path="x", weights_sha256="0" * 64, snapshot=snapshot)
    refused(lambda: Snapshot.objects.update(train_items=2), "snapshots never change")
    refused(lambda: Checkpoint.objects.update(weights_sha256="1" * 64), "the weights and the lineage of checkpoints never change")
    checkpoint.status = Checkpoint.Status.ACCEPTED
    checkpoint.save()
    assert Checkpoint.objects.get().status == "accepted"


@pytest.mark.parametrize("quote", ["red", "kit", "kite "])
def test_span_that_does_not_quote_its_text_is_refused(make_items: Callable[..., list[Item]], alice: User, quote: str) -> None:
    (item,) = make_items(1, response="👩‍👩‍👧‍👦 שלום kite")
    span = {"start": 13, "end": 17, "kind": None, "quote": "kite", "replacement": None}
    assert item.response[13:17] == "kite"
    annotation = Annotation.objects.create(item=item, annotator=alice, spans=[span])
    refused(lambda: Annotation.objects.filter(pk=annotation.pk).update(spans=[span | {"quote": quote}]), "does not quote")


def test_project_goes_with_all_it_holds(project: Project, item: Item, alice: User) -> None:
    save_events(item=item, user=alice, events=[event("flag", first=0, end=1)])
    project.delete()
    assert Item.objects.count() == Event.objects.count() == 0
