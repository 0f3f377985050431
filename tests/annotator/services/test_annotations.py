"""Acts are stored once, in order, and what they add up to follows."""

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotator.models import Annotation, Arm, Checkpoint, Detection, Event, Item, Lease, Project, User
from annotator.services.annotations import save_events
from annotator.services.folding import ActError, ClosedError
from annotator.services.queue import release, take_next

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def event(act: str, **payload: Any) -> dict[str, Any]:
    return {"key": uuid.uuid4(), "act": act, "payload": payload, "at": NOW}


def take(project: Project, user: User) -> Lease:
    lease = take_next(project=project, user=user)
    assert lease is not None
    return lease


def open_slots(item: Item) -> int:
    return Item.objects.get(pk=item.pk).open_slots


@pytest.fixture
def scored(project: Project, item: Item) -> Item:
    """The item, of which the active checkpoint doubts the words "red kite"."""
    checkpoint = Checkpoint.objects.create(name="v1", path="x", weights_sha256="0" * 64, threshold=0.5)
    Project.objects.filter(pk=project.pk).update(active_checkpoint=checkpoint)
    project.refresh_from_db()
    Detection.objects.create(item=item, checkpoint=checkpoint, grounded=[0.9, 0.1, 0.2, *[0.9] * (len(item.words) - 3)])
    return item


@pytest.mark.django_db
def test_acts_add_up_to_spans_and_a_corrected_text(project: Project, alice: User, scored: Item) -> None:
    take(project, alice)
    acts = [event("confirm", first=1, end=3), event("replace", first=1, end=2, text="blue"), event("flag", first=5, end=6)]
    annotation = save_events(item=scored, user=alice, events=[*acts, event("comment", text="Hm.")]).annotation
    assert annotation.version == Event.objects.count() == 4
    assert annotation.spans == [
        {"start": 2, "end": 5, "kind": None, "quote": "red", "replacement": "blue"},
        {"start": 6, "end": 10, "kind": None, "quote": "kite", "replacement": None},
        {"start": 20, "end": 25, "kind": None, "quote": "flies", "replacement": None},
    ]
    assert annotation.corrected == "A blue kite number 0 flies above the white house."
    assert [judgement["source"] for judgement in annotation.judgements] == ["flag", "flag", "hand"]
    assert (annotation.arm, annotation.checkpoint, annotation.threshold) == (Arm.HIGHLIGHTS, project.active_checkpoint, 0.5)
    assert (annotation.comment, annotation.status) == ("Hm.", "draft")
    stored = Annotation.objects.get()
    assert (stored.spans, stored.corrected, stored.version) == (annotation.spans, annotation.corrected, 4)


@pytest.mark.django_db
def test_repeated_request_is_recognised(project: Project, alice: User, item: Item) -> None:
    take(project, alice)
    acts = [event("flag", first=1, end=2), event("submit", rest_checked=True)]
    first = save_events(item=item, user=alice, events=acts).annotation
    again = save_events(item=item, user=alice, events=[*acts, acts[0]]).annotation
    assert again == first
    assert (again.version, again.status, again.rest_checked, Event.objects.count()) == (2, "submitted", True, 2)
    assert [stored.act for stored in again.events.all()] == ["flag", "submit"]


@pytest.mark.django_db(transaction=True)
def test_key_of_another_annotation_is_refused(project: Project, alice: User, make_items: Callable[..., list[Item]]) -> None:
    one, two = make_items(2)
    act = event("flag", first=1, end=2)
    save_events(item=one, user=alice, events=[act])
    with pytest.raises(ActError, match="used before"):
        save_events(item=two, user=alice, events=[act])


@pytest.mark.django_db
def test_one_senseless_act_stores_nothing_of_the_call(project: Project, alice: User, item: Item) -> None:
    with pytest.raises(ActError, match=r"got \[3, 99\)"):
        save_events(item=item, user=alice, events=[event("flag", first=1, end=2), event("flag", first=3, end=99)])
    assert Event.objects.count() == Annotation.objects.count() == 0


@pytest.mark.django_db
def test_replacement_by_the_same_text_is_refused_unless_it_was_stored_before(project: Project, alice: User, item: Item) -> None:
    same = event("replace", first=1, end=2, text="red")
    with pytest.raises(ActError, match="read 'red' already"):
        save_events(item=item, user=alice, events=[same])
    begun = save_events(item=item, user=alice, events=[event("comment", text="Hm.")]).annotation
    stored = same | {"payload": same["payload"] | {"kind": None}}
    Event.objects.create(annotation=begun, version=2, **stored)
    Annotation.objects.update(version=2)
    again = save_events(item=item, user=alice, events=[same, event("submit")]).annotation
    assert (again.status, again.judgements[0]["text"]) == ("submitted", "red")


@pytest.mark.django_db
def test_submit_ends_the_lease_and_counts(project: Project, alice: User, rita: User, item: Item) -> None:
    lease = take(project, alice)
    annotation = save_events(item=item, user=alice, events=[event("submit")]).annotation
    assert (annotation.status, annotation.counts, annotation.started_at) == ("submitted", True, lease.created_at)
    assert annotation.submitted_at is not None
    assert (Lease.objects.count(), open_slots(item)) == (0, 0)
    assert take_next(project=project, user=rita) is None
    with pytest.raises(ClosedError):
        save_events(item=item, user=alice, events=[event("flag", first=0, end=1)])


@pytest.mark.django_db
def test_undo_reopens_a_submitted_annotation_with_its_lease(project: Project, alice: User, rita: User, item: Item) -> None:
    take(project, alice)
    save_events(item=item, user=alice, events=[event("submit")])
    reopened = save_events(item=item, user=alice, events=[event("undo")]).annotation
    assert (reopened.status, reopened.submitted_at) == ("draft", None)
    assert (Lease.objects.get().annotator, open_slots(item)) == (alice, 0)
    assert take_next(project=project, user=rita) is None
    again = save_events(item=item, user=alice, events=[event("redo")]).annotation
    assert (again.status, again.counts, Lease.objects.count(), open_slots(item)) == ("submitted", True, 0, 0)


@pytest.mark.django_db
def test_skip_hands_the_item_on_and_keeps_the_reason(project: Project, alice: User, rita: User, item: Item) -> None:
    take(project, alice)
    annotation = save_events(item=item, user=alice, events=[event("skip", reason="blurred")]).annotation
    assert (annotation.status, annotation.skip_reason, open_slots(item)) == ("skipped", "blurred", 1)
    assert take_next(project=project, user=alice) is None
    assert take(project, rita).item == item
    taken_back = save_events(item=item, user=alice, events=[event("undo")]).annotation
    assert (taken_back.status, Lease.objects.get().annotator, open_slots(item)) == ("draft", rita, 0)


@pytest.mark.django_db
def test_skip_instead_of_a_submit_gives_the_slot_back(project: Project, alice: User, item: Item) -> None:
    take(project, alice)
    save_events(item=item, user=alice, events=[event("submit")])
    save_events(item=item, user=alice, events=[event("undo"), event("skip", reason="blurred")])
    assert (Lease.objects.count(), open_slots(item)) == (0, 1)


@pytest.mark.django_db
def test_late_submit_is_kept_as_an_extra(project: Project, alice: User, rita: User, item: Item) -> None:
    release(lease=take(project, alice))
    take(project, rita)
    late = save_events(item=item, user=alice, events=[event("flag", first=1, end=2), event("submit")]).annotation
    assert (late.status, late.counts) == ("submitted", False)
    in_time = save_events(item=item, user=rita, events=[event("submit")]).annotation
    assert (in_time.counts, open_slots(item)) == (True, 0)
    assert list(Annotation.objects.counted(project)) == [in_time]
    reopened = save_events(item=item, user=alice, events=[event("undo")]).annotation
    assert (reopened.status, Lease.objects.count()) == ("draft", 0)
    assert save_events(item=item, user=alice, events=[event("submit")]).annotation.counts is False


@pytest.mark.django_db
def test_late_submit_counts_while_nobody_else_has_the_item(project: Project, alice: User, rita: User, item: Item) -> None:
    release(lease=take(project, alice))
    assert save_events(item=item, user=alice, events=[event("submit")]).annotation.counts is True
    assert open_slots(item) == 0
    assert take_next(project=project, user=rita) is None


@pytest.mark.django_db
def test_somebody_who_goes_on_gets_the_lease_back(project: Project, alice: User, rita: User, item: Item) -> None:
    release(lease=take(project, alice))
    save_events(item=item, user=alice, events=[event("flag", first=1, end=2)])
    assert take_next(project=project, user=rita) is None


def help_of(annotation: Annotation) -> tuple[Any, ...]:
    stored = Annotation.objects.get(pk=annotation.pk)
    return stored.arm, stored.checkpoint_id, stored.threshold, stored.judgements[0]["source"]


@pytest.mark.django_db
def test_help_is_remembered_where_the_lease_ended_before_the_first_act(project: Project, alice: User, scored: Item) -> None:
    lease = take(project, alice)
    shown = (Arm.HIGHLIGHTS, lease.checkpoint_id, 0.5, "flag")
    release(lease=lease)
    saved = save_events(item=scored, user=alice, events=[event("flag", first=1, end=2)])
    assert (help_of(saved.annotation), saved.is_late) == (shown, False)
    assert (Lease.objects.get().checkpoint_id, open_slots(scored)) == (lease.checkpoint_id, 0)


@pytest.mark.django_db
def test_help_is_remembered_where_somebody_else_has_the_item_by_then(
    project: Project, alice: User, rita: User, scored: Item
) -> None:
    lease = take(project, alice)
    shown = (Arm.HIGHLIGHTS, lease.checkpoint_id, 0.5, "flag")
    release(lease=lease)
    take(project, rita)
    saved = save_events(item=scored, user=alice, events=[event("flag", first=1, end=2)])
    assert (help_of(saved.annotation), saved.is_late) == (shown, True)
    assert (Lease.objects.get().annotator, open_slots(scored)) == (rita, 0)


@pytest.mark.django_db
def test_an_act_that_makes_no_sense_takes_no_item(alice: User, scored: Item) -> None:
    with pytest.raises(ActError):
        save_events(item=scored, user=alice, events=[event("flag", first=1, end=99)])
    assert not Lease.objects.exists()


@pytest.mark.django_db
def test_saving_costs_the_same_queries_with_few_and_with_many_events(project: Project, alice: User, item: Item) -> None:
    take(project, alice)
    costs = []
    for number in (1, 60):
        with CaptureQueriesContext(connection) as queries:
            save_events(item=item, user=alice, events=[event("flag", first=1, end=2) for _ in range(number)])
        costs.append(len(queries))
    assert costs[1] <= costs[0]  # the first save also begins the annotation


@pytest.mark.django_db(transaction=True)
def test_same_events_from_many_tabs_at_once_count_once(project: Project, alice: User, item: Item) -> None:
    take(project, alice)
    acts = [event("flag", first=number, end=number + 1) for number in range(5)]
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for act in acts:
                save_events(item=item, user=alice, events=[act])
        except BaseException as error:
            errors.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    annotation = Annotation.objects.get()
    assert errors == []
    assert sorted(annotation.events.values_list("version", flat=True)) == [1, 2, 3, 4, 5]
    assert (annotation.version, len(annotation.spans)) == (5, 5)


def measured(act: str, active: int | None, **payload: Any) -> dict[str, Any]:
    return event(act, **payload) | {"active": active}


def began(annotation: Annotation | Lease, seconds: float) -> None:
    """Let the last save, or the lease, have been so long ago."""
    field = "updated_at" if isinstance(annotation, Annotation) else "created_at"
    type(annotation).objects.filter(pk=annotation.pk).update(**{field: timezone.now() - timedelta(seconds=seconds)})  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_time_at_work_adds_up_over_acts_and_saves(project: Project, alice: User, item: Item) -> None:
    began(take(project, alice), 60)
    first = [measured("flag", 1_500, first=1, end=2), measured("clear", 500, first=1, end=2)]
    annotation = save_events(item=item, user=alice, events=first).annotation
    assert annotation.active_ms == 2_000
    assert save_events(item=item, user=alice, events=first).annotation.active_ms == 2_000  # a repeat counts once
    began(annotation, 60)
    annotation = save_events(item=item, user=alice, events=[measured("submit", 700)]).annotation
    assert (annotation.active_ms, Annotation.objects.get().active_ms) == (2_700, 2_700)
    assert list(Event.objects.values_list("active_ms", flat=True)) == [1_500, 500, 700]


@pytest.mark.django_db
def test_nobody_was_at_work_for_longer_than_the_clock_allows(project: Project, alice: User, item: Item) -> None:
    began(take(project, alice), 10)
    acts = [
        measured("flag", 4_000, first=1, end=2),
        measured("clear", 3_600_000, first=1, end=2),
        measured("comment", 5, text=""),
    ]
    annotation = save_events(item=item, user=alice, events=acts).annotation
    since_lease = list(Event.objects.values_list("active_ms", flat=True))
    assert since_lease[0] == 4_000
    assert 6_000 <= since_lease[1] < 6_500
    assert since_lease[2] == 0
    began(annotation, 2)
    save_events(item=item, user=alice, events=[measured("submit", 3_600_000)])
    assert 2_000 <= Event.objects.latest("version").active_ms < 2_500
    assert 12_000 <= Annotation.objects.get().active_ms < 12_900


@pytest.mark.django_db
def test_what_was_not_measured_is_unknown_and_not_zero(project: Project, alice: User, rita: User, item: Item) -> None:
    take(project, alice)
    save_events(item=item, user=alice, events=[event("flag", first=1, end=2), measured("clear", None, first=1, end=2)])
    assert Annotation.objects.get().active_ms is None
    late = save_events(item=item, user=rita, events=[measured("flag", 900, first=1, end=2)]).annotation  # never was on her desk
    assert late.active_ms is None
