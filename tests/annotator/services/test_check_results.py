"""A judgement beside the known answer: in words, in passages, and what the person is told."""

from collections.abc import Callable
from typing import Any

import pytest

from annotator.models import Check, Checkpoint, CheckResult, Detection, Item, Project, User
from annotator.services.annotations import save_events
from annotator.services.check_results import compare, f1_of, told
from annotator.services.checks import Origin, add_check
from annotator.services.queue import take_next
from annotator.services.work import read_work
from rewardmodel.records import words
from tests.annotator.labelling import judge
from tests.annotator.services.test_annotations import event

TEXT = "A red kite flies above the white house."
WORDS = words(TEXT)


def spans(*quotes: str) -> list[dict[str, Any]]:
    return [
        {"start": TEXT.index(quote), "end": TEXT.index(quote) + len(quote), "quote": quote, "kind": "object", "replacement": None}
        for quote in quotes
    ]


@pytest.mark.parametrize(
    ("answer", "given", "missed", "false_alarms", "has_passed"),
    [
        ([], [], [], [], True),
        (["red kite"], ["red kite"], [], [], True),
        (["red kite"], ["kite flies"], [], [], True),  # in part, and a word too many
        (["red kite"], [], ["red kite"], [], False),
        ([], ["house"], [], ["house"], False),
        (["red", "white"], ["white", "A"], ["red"], ["A"], False),
    ],
)
def test_passages_are_missed_or_found_and_alarms_true_or_false(
    answer: list[str], given: list[str], missed: list[str], false_alarms: list[str], has_passed: bool
) -> None:
    found = compare(WORDS, spans(*answer), spans(*given))
    assert [span["quote"] for span in found.missed] == missed
    assert [span["quote"] for span in found.false_alarms] == false_alarms
    assert found.has_passed is has_passed


@pytest.mark.parametrize(
    ("found", "missed", "mistaken", "f1"), [(0, 0, 0, 1.0), (2, 0, 0, 1.0), (0, 3, 0, 0.0), (2, 1, 1, 2 / 3), (0, 0, 1, 0.0)]
)
def test_f1_of_words(found: int, missed: int, mistaken: int, f1: float) -> None:
    assert f1_of({"found_words": found, "missed_words": missed, "mistaken_words": mistaken}) == pytest.approx(f1)


@pytest.fixture
def check(project: Project, make_items: Callable[..., list[Item]]) -> Check:
    """Wrong by the answer: "red" and "white"; the checkpoint doubts "red". Nothing else is in the queue."""
    [like] = make_items(1)
    checkpoint = Checkpoint.objects.create(name="v1", path="x", weights_sha256="0" * 64, threshold=0.5)
    Project.objects.update(active_checkpoint=checkpoint, check_every=1)
    project.refresh_from_db()
    item = Item(project=project, image=like.image, response=TEXT)
    check = add_check(origin=Origin.PLANTED, item=item, spans=spans("red", "white"), user=None)
    Item.objects.filter(pk=like.pk).delete()
    Detection.objects.create(item=check.item, checkpoint=checkpoint, grounded=[0.9, 0.1, *[0.9] * 6])
    return check


def take(check: Check, user: User) -> Item:
    lease = take_next(project=check.project, user=user)
    assert lease is not None
    assert lease.item_id == check.item_id
    return Item.objects.select_related("project").get(pk=check.item_id)


@pytest.mark.django_db
def test_a_result_says_what_was_missed_inside_and_outside_of_flags(check: Check, alice: User, rita: User) -> None:
    item = take(check, alice)
    save_events(item=item, user=alice, events=[event("flag", first=2, end=4), event("submit", rest_checked=True)])
    result = CheckResult.objects.get()
    assert (result.has_passed, result.found_words, result.missed_words, result.mistaken_words) == (False, 0, 2, 2)
    assert (result.missed_flagged, result.missed_unflagged, result.false_alarms) == (1, 1, 1)
    item = take(check, rita)
    save_events(item=item, user=rita, events=[event("confirm", first=1, end=2), event("submit", rest_checked=True)])
    result = CheckResult.objects.get(annotator=rita)
    assert (result.has_passed, result.found_words, result.missed_flagged, result.missed_unflagged) == (False, 1, 0, 1)


@pytest.mark.django_db
def test_a_draft_and_a_skip_are_no_result_and_no_other_item_has_one(check: Check, alice: User, item: Item, rita: User) -> None:
    judge(item, rita, [])
    mine = take(check, alice)
    save_events(item=mine, user=alice, events=[event("flag", first=2, end=4)])
    save_events(item=mine, user=alice, events=[event("skip", reason="dark")])
    assert not CheckResult.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("gives_feedback", [False, True])
def test_a_second_thought_counts_unless_the_answer_was_told(check: Check, alice: User, gives_feedback: bool) -> None:
    Project.objects.update(gives_feedback=gives_feedback)
    item = take(check, alice)
    assert save_events(item=item, user=alice, events=[event("submit", rest_checked=True)]).is_late is False
    again = [event("undo"), *(event("flag", first=n, end=n + 1) for n in (1, 6)), event("submit", rest_checked=True)]
    assert save_events(item=item, user=alice, events=again).is_late is False
    assert CheckResult.objects.get().has_passed is not gives_feedback


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gives_feedback", [False, True])
def test_a_result_is_kept_with_the_judgement_in_one_commit(
    check: Check, alice: User, gives_feedback: bool, django_assert_num_queries: Any
) -> None:
    Project.objects.update(gives_feedback=gives_feedback)
    item = take(check, alice)
    work = read_work(item, alice)
    with django_assert_num_queries(5) as asked:
        save_events(item=work.item, user=alice, events=[event("submit", rest_checked=True)], known=work)
    begin, kept, answer, result, commit = [query["sql"].split()[0] for query in asked.captured_queries]
    assert (begin, kept, answer, result, commit) == ("BEGIN", "WITH", "SELECT", "INSERT", "COMMIT")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "acts", "text"),
    [
        ([], [], "You saw that nothing is wrong in it."),
        (["red"], [event("confirm", first=1, end=2)], "You found what is wrong in it."),
        (["red"], [event("insert", at=2, text="paper")], "You found what is wrong in it."),  # on its seam
        (["red"], [event("flag", first=0, end=1)], "Let stand, but wrong: “red” (object). Called wrong, but right: “A”."),
        (["red", "white"], [], "Let stand, but wrong: “red” (object), “white” (object)."),
    ],
)
def test_what_the_person_is_told(check: Check, alice: User, answer: list[str], acts: list[dict[str, Any]], text: str) -> None:
    Check.objects.update(spans=spans(*answer))
    check.refresh_from_db()
    item = take(check, alice)
    saved = save_events(item=item, user=alice, events=[*acts, event("submit", rest_checked=True)])
    assert told(check, saved.annotation) == text
