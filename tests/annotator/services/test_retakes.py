"""Taking a tutorial again: the scenes come anew, the newest result counts, and nothing of the earlier ones is lost."""

import pytest

from annotator.models import Annotation, AuditEntry, Check, CheckResult, Event, Lease, Membership, Project, Retake, User
from annotator.services.annotations import save_events
from annotator.services.folding import fold
from annotator.services.qualification import Standing, admit, attempts_of, missing_standing, standing_of
from annotator.services.queue import take_next
from annotator.services.retakes import ask_again, take_again
from annotator.services.work import read_work
from rewardmodel.records import Span
from tests.annotator.services.test_annotations import event
from tests.annotator.tutorials import RED, missing

pytestmark = pytest.mark.django_db
WELL: list[list[Span]] = [RED, [], RED]
BADLY: list[list[Span]] = [[], [], []]


def go_through(tutorial: Project, user: User, answers: list[list[Span]]) -> None:
    """Take each scene from the queue, as at the desk."""
    for spans in answers:
        lease = take_next(project=tutorial, user=user)
        assert lease is not None
        words = [event("flag", first=1, end=2) for _ in spans]
        save_events(item=lease.item, user=user, events=[*words, event("submit", rest_checked=True)])


def scores(tutorial: Project, user: User) -> list[float]:
    return [round(attempt.f1, 2) for attempt in attempts_of([user.pk], tutorial)[user.pk]]


def membership(user: User) -> Membership:
    return Membership.objects.select_related("project").get(user=user, project__slug="kites")


def test_the_newest_result_counts_and_old_ones_are_kept(tutorial: Project, alice: User) -> None:
    go_through(tutorial, alice, BADLY)
    assert missing(alice) is not None
    assert take_again(tutorial=tutorial, user=alice)
    assert standing_of(alice, tutorial) == Standing(done=0, total=3, f1=1.0, attempt=2)
    go_through(tutorial, alice, WELL)
    assert take_next(project=tutorial, user=alice) is None
    assert missing(alice) is None
    assert scores(tutorial, alice) == [1.0, 0.0]
    assert [(one.number, one.done, one.passed) for one in attempts_of([alice.pk], tutorial)[alice.pk]] == [(2, 3, 3), (1, 3, 1)]
    assert AuditEntry.objects.get(act="take tutorial again").details == {"time": 2}


def test_a_worse_result_closes_the_desk_once_it_is_whole(tutorial: Project, alice: User) -> None:
    go_through(tutorial, alice, WELL)
    take_again(tutorial=tutorial, user=alice)
    go_through(tutorial, alice, BADLY[:2])
    assert missing(alice) is None  # until then the one before counts
    go_through(tutorial, alice, BADLY[:1])
    assert missing(alice) == Standing(done=3, total=3, f1=0.0, pass_mark=0.7, attempt=2)


def test_scenes_come_back_as_nobody_had_touched_them(tutorial: Project, alice: User) -> None:
    go_through(tutorial, alice, WELL)
    before = set(Event.objects.values_list("key", "version"))
    take_again(tutorial=tutorial, user=alice)
    assert before < set(Event.objects.values_list("key", "version"))  # nothing is lost
    assert not Lease.objects.exists()
    for annotation in Annotation.objects.filter(annotator=alice):
        events = read_work(annotation.item, alice).events
        assert (annotation.status, annotation.judgements, annotation.spans, annotation.active_ms) == ("draft", [], [], None)
        assert annotation.version == len(events)
        assert fold(annotation.item.words, [*events, event_of("redo")]).judgements == ()  # nor does redo bring it back


def event_of(act: str) -> Event:
    return Event(act=act, payload={})


def test_what_is_not_through_goes_on(tutorial: Project, alice: User) -> None:
    assert not take_again(tutorial=tutorial, user=alice)
    go_through(tutorial, alice, WELL[:2])
    assert not take_again(tutorial=tutorial, user=alice)
    assert not Retake.objects.exists()
    go_through(tutorial, alice, WELL[2:])
    assert [take_again(tutorial=tutorial, user=alice) for _ in range(2)] == [True, False]  # two clicks


def test_whoever_skipped_a_scene_can_pass_after_all(tutorial: Project, alice: User) -> None:
    lease = take_next(project=tutorial, user=alice)
    assert lease is not None
    save_events(item=lease.item, user=alice, events=[event("skip", reason="dark")])
    go_through(tutorial, alice, [[], RED])
    assert take_next(project=tutorial, user=alice) is None
    standing = missing(alice)
    assert standing is not None
    assert (standing.done, standing.skipped, standing.is_complete, standing.is_over) == (2, 1, False, True)
    assert take_again(tutorial=tutorial, user=alice)
    go_through(tutorial, alice, WELL)
    assert missing(alice) is None


def test_a_manager_asks_and_what_was_before_counts_no_more(tutorial: Project, alice: User, mary: User) -> None:
    go_through(tutorial, alice, WELL)
    admit(membership=membership(alice), actor=mary)
    ask_again(membership=membership(alice), actor=mary)
    assert missing(alice) == Standing(done=3, total=3, f1=1.0, pass_mark=0.7, is_asked=True)
    assert (AuditEntry.objects.latest("id").act, AuditEntry.objects.latest("id").actor_email) == (
        "ask for tutorial again",
        mary.email,
    )
    take_again(tutorial=tutorial, user=alice)
    go_through(tutorial, alice, WELL)
    assert missing(alice) is None


def test_whoever_is_asked_in_the_midst_of_it_only_goes_on(tutorial: Project, alice: User, mary: User) -> None:
    go_through(tutorial, alice, WELL[:1])
    ask_again(membership=membership(alice), actor=mary)
    go_through(tutorial, alice, WELL[1:])
    assert missing(alice) is None


def test_it_is_ones_own_affair(tutorial: Project, alice: User, rita: User) -> None:
    go_through(tutorial, alice, WELL)
    go_through(tutorial, rita, BADLY)
    take_again(tutorial=tutorial, user=rita)
    assert (scores(tutorial, alice), scores(tutorial, rita)) == ([1.0], [0.0])
    assert CheckResult.objects.by_person(tutorial, [alice.pk, rita.pk]).keys() == {alice.pk}  # of the last time nothing yet
    assert missing(alice) is None


def test_retired_scenes_come_no_more(tutorial: Project, alice: User) -> None:
    go_through(tutorial, alice, WELL)
    Check.objects.filter(project=tutorial, spans=[]).update(is_retired=True)
    assert take_again(tutorial=tutorial, user=alice)
    go_through(tutorial, alice, [RED, RED])
    assert take_next(project=tutorial, user=alice) is None
    assert missing(alice) is None


def test_without_a_standing_nothing_is_asked_of_others(project: Project, alice: User, mary: User) -> None:
    ask_again(membership=membership(alice), actor=mary)
    assert missing_standing(membership(alice)) is None  # the project requires no tutorial
