"""Reviews follow the annotations they compare; what is settled holds until it is reopened, and says when it is stale."""

import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from annotator.models import AuditEntry, Item, Project, Review, User
from annotator.services import audit
from annotator.services.annotations import save_events
from annotator.services.folding import Judgement, judgements_from_json
from annotator.services.queue import set_overlap, take_next
from annotator.services.reviews import ReviewError, Settlement, counted_annotations, next_to_settle, reopen, settle
from tests.annotator.services.test_annotations import event

State = Review.State
WRONG, RIGHT = Judgement(1, 2, "wrong", "attribute", "blue"), Judgement(1, 2, "right")


@pytest.fixture
def shared(project: Project, make_items: Callable[..., list[Item]]) -> Item:
    """An item that two people are to judge: "A red kite number 0 flies above the white house."."""
    project.annotators_per_item = 2
    project.save()
    return make_items(1, project=project)[0]


def submit(item: Item, user: User, *acts: dict[str, Any], rest_checked: bool = True) -> None:
    save_events(item=item, user=user, events=[*acts, event("submit", rest_checked=rest_checked)])


def settled(item: Item, reviewer: User, decisions: Sequence[Judgement], **values: Any) -> Review:
    made_from = Review.objects.get(item=item).compared
    return settle(item=item, reviewer=reviewer, settlement=Settlement(decisions, made_from, **values))


def state_of(item: Item) -> str:
    return Review.objects.get(item=item).state


@pytest.fixture
def disputed(shared: Item, alice: User, mary: User) -> Item:
    """Alice replaces "red", Mary finds it right; both call "white" a wrong attribute."""
    white = {"first": 8, "end": 9, "kind": "attribute"}
    submit(shared, alice, event("replace", first=1, end=2, text="blue"), event("kind", **white))
    submit(shared, mary, event("clear", first=1, end=2), event("kind", **white), event("clear", first=3, end=4))
    return shared


BOX = [0.1, 0.25, 0.5, 0.75]


@pytest.mark.django_db
def test_what_is_settled_as_wrong_keeps_where_somebody_saw_it(shared: Item, alice: User, mary: User) -> None:
    white = {"first": 8, "end": 9, "kind": "attribute"}
    absent = event("evidence", first=8, end=9, absent=True)
    submit(shared, alice, event("flag", first=1, end=2), event("kind", **white))
    submit(
        shared, mary, event("flag", first=1, end=3), event("evidence", first=1, end=3, box=BOX), event("kind", **white), absent
    )
    review = settled(shared, mary, [Judgement(1, 3, "wrong", "object")])  # as Mary has it, with another kind
    shown = {(one.first, one.end): (one.box, one.absent) for one in judgements_from_json(review.judgements)}
    assert shown == {(1, 3): (tuple(BOX), False), (8, 9): (None, True)}
    reopen(item=shared, reviewer=mary)
    review = settled(shared, mary, [Judgement(1, 3, "right")])
    assert [one.box for one in judgements_from_json(review.judgements) if one.verdict == "right"] == [None]


@pytest.mark.django_db
def test_second_judgement_makes_the_review(shared: Item, alice: User, mary: User) -> None:
    submit(shared, alice, event("flag", first=1, end=3))
    assert Review.objects.count() == 0
    submit(shared, mary, event("flag", first=2, end=3))
    review = Review.objects.get()
    assert (review.item, review.project, review.state, review.people) == (shared, shared.project, "open", 2)
    assert (review.differing, review.disagreement) == (1, 0.1)
    assert review.compared == [[one.pk, 2] for one in shared.annotations.order_by("pk")]
    assert (review.reviewer, review.settled_at, review.holds) == (None, None, False)


@pytest.mark.django_db
def test_nothing_is_compared_where_one_person_is_enough(item: Item, alice: User, mary: User) -> None:
    submit(item, alice)
    submit(item, mary, event("flag", first=1, end=2))  # an extra, which does not count
    assert Review.objects.count() == 0


@pytest.mark.django_db
def test_two_who_had_taken_it_before_one_was_enough_are_compared(shared: Item, alice: User, mary: User) -> None:
    for user in (alice, mary):
        assert take_next(project=shared.project, user=user) is not None
    set_overlap(project=shared.project, annotators_per_item=1)
    shared.refresh_from_db()
    submit(shared, alice, event("flag", first=1, end=3))
    assert Review.objects.count() == 0
    submit(shared, mary)
    assert (state_of(shared), Review.objects.get().people, Review.objects.get().differing) == ("open", 2, 2)
    save_events(item=shared, user=mary, events=[event("undo")])
    assert Review.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_of_them_at_once_are_compared(shared: Item, alice: User, mary: User) -> None:
    for user in (alice, mary):
        take_next(project=shared.project, user=user)
    set_overlap(project=shared.project, annotators_per_item=1)
    item = Item.objects.select_related("project").get(pk=shared.pk)

    def act(user: User) -> None:
        submit(item, user)
        connection.close()

    threads = [threading.Thread(target=act, args=(user,)) for user in (alice, mary)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Review.objects.get().people == 2


@pytest.mark.django_db
def test_people_who_agree_leave_nothing_to_settle(shared: Item, alice: User, mary: User) -> None:
    for user in (alice, mary):
        submit(shared, user, event("flag", first=1, end=3))
    assert (state_of(shared), Review.objects.get().disagreement) == ("agreed", 0)


@pytest.mark.django_db
def test_judgement_that_is_taken_back_takes_the_open_review_along(disputed: Item, alice: User) -> None:
    save_events(item=disputed, user=alice, events=[event("undo")])
    assert Review.objects.count() == 0
    submit(disputed, alice, event("clear", first=1, end=2))
    assert Review.objects.get().state == "agreed"


@pytest.mark.django_db
def test_change_in_one_go_is_compared_too(disputed: Item, alice: User) -> None:
    change = [event("undo"), event("clear", first=1, end=2), event("submit", rest_checked=True)]
    save_events(item=disputed, user=alice, events=change)
    assert state_of(disputed) == "agreed"


@pytest.mark.django_db(transaction=True)
def test_two_who_submit_at_the_same_moment_are_compared(shared: Item, alice: User, mary: User) -> None:
    def work(user: User) -> None:
        submit(shared, user, event("flag", first=1 + (user == mary), end=3))
        connection.close()

    threads = [threading.Thread(target=work, args=[user]) for user in (alice, mary)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Review.objects.get().differing == 1


@pytest.mark.django_db
def test_settled_judgement_is_what_was_decided_and_what_all_agree_on(disputed: Item, rita: User) -> None:
    review = settled(disputed, rita, [WRONG], comment="See the sky.")
    review.refresh_from_db()
    assert judgements_from_json(review.judgements) == (
        Judgement(1, 2, "wrong", "attribute", "blue", "flag"),
        Judgement(3, 4, "right", None, None, "flag"),
        Judgement(8, 9, "wrong", "attribute", None, "hand"),
    )
    assert review.spans == [
        {"start": 2, "end": 5, "kind": "attribute", "quote": "red", "replacement": "blue"},
        {"start": 36, "end": 41, "kind": "attribute", "quote": "white", "replacement": None},
    ]
    assert review.corrected == "A blue kite number 0 flies above the white house."
    assert (review.state, review.reviewer, review.comment, review.rest_checked) == ("settled", rita, "See the sky.", True)
    assert (review.made_from, review.settled_at is not None) == (review.compared, True)
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor, entry.subject) == ("settle review", rita, f"review of item {disputed.pk}")
    assert entry.details == {"made_from": review.made_from, "wrong": 2}


@pytest.fixture
def with_insertion(shared: Item, alice: User, mary: User) -> Item:
    """Alice puts in "old" before "white"; else they find nothing wrong."""
    submit(shared, alice, event("insert", at=8, text="old", kind="attribute"))
    submit(shared, mary)
    return shared


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("decision", "corrected", "judgements"),
    [
        (
            Judgement(8, 8, "wrong", "attribute", "old"),
            "A red kite number 0 flies above the old white house.",
            (Judgement(8, 8, "wrong", "attribute", "old", "hand"),),
        ),
        (Judgement(8, 8, "right"), "A red kite number 0 flies above the white house.", ()),
    ],
)
def test_what_one_of_two_put_in_is_settled(
    with_insertion: Item, rita: User, decision: Judgement, corrected: str, judgements: tuple[Judgement, ...]
) -> None:
    review = Review.objects.get()
    assert (review.state, review.differing, review.disagreement) == ("open", 1, 0.1)
    review = settled(with_insertion, rita, [decision])
    assert (review.corrected, judgements_from_json(review.judgements)) == (corrected, judgements)


@pytest.mark.django_db
@pytest.mark.parametrize("places", [[], [8, 8], [8, 9], [7]])
def test_each_place_is_decided_once(with_insertion: Item, rita: User, places: list[int]) -> None:
    with pytest.raises(ReviewError, match="Decide every difference, and nothing else"):
        settled(with_insertion, rita, [Judgement(at, at, "right") for at in places])


@pytest.mark.django_db
def test_new_text_takes_the_place_of_what_was_put_in_inside_of_it(shared: Item, alice: User, mary: User, rita: User) -> None:
    submit(shared, alice, event("insert", at=9, text="old"))
    submit(shared, mary, event("replace", first=8, end=10, text="grey tower"))
    settled(shared, rita, [Judgement(9, 9, "wrong", None, "old"), Judgement(8, 10, "wrong", None, "grey tower")])
    assert Review.objects.get().corrected == "A red kite number 0 flies above the grey tower."


@pytest.mark.django_db
def test_migration_compares_what_was_put_in_before(with_insertion: Item) -> None:
    Review.objects.update(state="agreed", differing=0, disagreement=0)
    import_module("annotator.migrations.0014_places_that_differ").count_what_was_put_in(apps, None)
    review = Review.objects.get()
    assert (review.state, review.differing, review.disagreement) == ("open", 1, 0.1)


@pytest.mark.django_db
def test_words_that_nobody_read_stay_unknown(shared: Item, alice: User, mary: User, rita: User) -> None:
    submit(shared, alice, event("flag", first=1, end=2), rest_checked=False)
    submit(shared, mary, rest_checked=False)
    assert settled(shared, rita, [RIGHT]).rest_checked is False


@pytest.mark.django_db
@pytest.mark.parametrize(
    "decisions", [[], [RIGHT, RIGHT], [RIGHT, Judgement(5, 6, "wrong")], [Judgement(8, 9, "right")], [Judgement(1, 3, "right")]]
)
def test_decisions_must_be_of_the_differences(disputed: Item, rita: User, decisions: list[Judgement]) -> None:
    with pytest.raises(ReviewError, match="Decide every difference, and nothing else"):
        settled(disputed, rita, decisions)
    assert state_of(disputed) == "open"


@pytest.mark.django_db
def test_decision_on_what_has_changed_since_is_refused(disputed: Item, mary: User, rita: User) -> None:
    before = Review.objects.get().compared
    save_events(
        item=disputed, user=mary, events=[event("undo"), event("comment", text="Hm."), event("submit", rest_checked=True)]
    )
    with pytest.raises(ReviewError, match="changed their judgement since"):
        settle(item=disputed, reviewer=rita, settlement=Settlement([RIGHT], before))


@pytest.mark.django_db
def test_later_change_shows_the_review_as_stale_and_leaves_what_was_settled(disputed: Item, mary: User, rita: User) -> None:
    settled(disputed, rita, [WRONG])
    save_events(item=disputed, user=mary, events=[event("undo")])
    assert state_of(disputed) == "stale"
    submit(disputed, mary, event("flag", first=1, end=2))
    review = Review.objects.get()
    assert (review.state, review.holds, review.spans[0]["replacement"]) == ("stale", True, "blue")
    assert review.made_from != review.compared
    with pytest.raises(ReviewError, match="settled already"):
        settled(disputed, rita, [RIGHT])


@pytest.mark.django_db
def test_reopened_review_is_to_settle_again_and_keeps_its_proposal(disputed: Item, rita: User, mary: User) -> None:
    settled(disputed, rita, [WRONG])
    for _ in range(2):  # the second changes nothing
        reopen(item=disputed, reviewer=mary)
    review = Review.objects.get()
    assert (review.state, review.holds, review.settled_at, len(review.judgements)) == ("open", False, None, 3)
    assert list(AuditEntry.objects.order_by("pk").values_list("act", "actor")) == [
        ("settle review", rita.pk),
        ("reopen review", mary.pk),
    ]
    assert audit.verify() is None
    assert settled(disputed, mary, [RIGHT]).reviewer == mary


@pytest.mark.django_db
def test_database_refuses_a_review_that_misquotes(disputed: Item) -> None:
    with pytest.raises(IntegrityError, match="does not quote"):
        Review.objects.update(spans=[{"start": 0, "end": 1, "kind": None, "quote": "B", "replacement": None}])


@pytest.mark.django_db
def test_order_of_letters_tells_nothing_of_who_was_first(
    project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User
) -> None:
    project.annotators_per_item = 2
    project.save()
    firsts = set()
    for item in make_items(12, project=project):
        for user in (alice, mary):
            submit(item, user)
        firsts.add(counted_annotations(item)[0].annotator)
        assert [one.pk for one in counted_annotations(item)] == [one.pk for one in counted_annotations(item)]
    assert firsts == {alice, mary}


@pytest.mark.django_db
def test_next_is_the_one_with_less_to_settle_and_from_the_last_the_first(
    project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User, rita: User
) -> None:
    project.annotators_per_item = 2
    project.save()
    little, much, none, equal = make_items(4, project=project)
    for item, end in [(little, 2), (much, 5), (none, None), (equal, 2)]:
        submit(item, alice, *([event("flag", first=1, end=end)] if end else []))
        submit(item, mary)
    of = {item: Review.objects.get(item=item) for item in (little, much, none, equal)}
    order = [(much, little), (little, equal), (equal, much), (none, much)]
    assert [next_to_settle(project, of[item]) for item, _ in order] == [of[following] for _, following in order]
    for item, end in [(much, 5), (equal, 2)]:
        settled(item, rita, [Judgement(1, end, "right")])
    assert next_to_settle(project, of[little]) is None


@pytest.mark.django_db
def test_migration_compares_what_was_judged_before(disputed: Item) -> None:
    (before,) = Review.objects.values("project", "state", "compared", "differing", "disagreement")
    Review.objects.all().delete()
    import_module("annotator.migrations.0008_reviews").compare_what_is_judged(apps, None)
    assert list(Review.objects.values("project", "state", "compared", "differing", "disagreement")) == [before]
