"""Agreement is measured on what was submitted and counts, and on no more than can be read at once."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotator.models import Item, Project, User
from annotator.services import agreement
from annotator.services.agreement import measure
from tests.annotator.reviewing import judge, share

pytestmark = pytest.mark.django_db
RED, KITE = {"first": 1, "end": 2}, {"first": 2, "end": 3}


@pytest.fixture
def judged(project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User, rita: User) -> list[Item]:
    """Three items of ten words. Alice and Mary judge the first two; Alice and Rita, who affirms nothing, the last."""
    share(project)
    one, two, three = items = make_items(3, project=project)
    judge(one, alice, [("kind", {**RED, "kind": "object"}), ("flag", KITE)])
    judge(one, mary, [("kind", {**RED, "kind": "attribute"}), ("clear", KITE)])
    judge(two, alice)
    judge(two, mary)
    judge(three, alice, [("flag", RED)])
    judge(three, rita, [("flag", {"first": 1, "end": 3})], rest_checked=False)
    return items


def test_words_verdicts_kinds_and_passages(project: Project, judged: list[Item], alice: User, mary: User, rita: User) -> None:
    measured = measure(project=project)
    found = measured.agreement
    assert (found.items, measured.annotations, measured.is_sample) == (3, 6, False)
    # twenty words with two values, and two of the third item: 18 right-right, 2 wrong-wrong, 2 of which they differ
    assert found.words.value == pytest.approx(1 - 43 * 4 / (44**2 - 38**2 - 6**2))
    assert found.responses.value == 1
    assert found.kinds.value == pytest.approx(1 - 1 * 2 / (2**2 - 1 - 1))
    assert (found.exact.value, found.overlapping.value) == (2 / 5, 4 / 5)
    pairs = {frozenset(pair.people): (pair.items, pair.exact) for pair in measured.pairs}
    assert pairs == {frozenset({alice.pk, mary.pk}): (2, 2 / 3), frozenset({alice.pk, rita.pk}): (1, 0)}


def test_what_is_put_in_between_words_is_said_of_none(project: Project, item: Item, alice: User, mary: User) -> None:
    share(project)
    Item.objects.update(open_slots=2)
    for user in (alice, mary):
        judge(item, user, [("insert", {"at": 2, "text": "paper"}), ("flag", RED)])
    found = measure(project=project).agreement
    assert (found.exact.value, found.overlapping.value) == (1, 1)


@pytest.mark.parametrize(("bound", "most"), [("MOST_ANNOTATIONS", 5), ("MOST_PAIRS", 2), ("MOST_WORDS", 40)])
def test_too_many_are_a_sample_of_the_latest(
    project: Project, judged: list[Item], monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    monkeypatch.setattr(agreement, bound, most)
    measured = measure(project=project)
    assert (measured.agreement.items, measured.is_sample) == (2, True)


def test_nothing_judged_twice_is_nothing_measured(project: Project, item: Item, alice: User) -> None:
    judge(item, alice)
    assert measure(project=project).agreement.items == 0


def test_other_projects_and_what_was_taken_back_stay_out(
    project: Project, judged: list[Item], make_items: Callable[..., list[Item]], alice: User, mary: User
) -> None:
    other = Project.objects.create(name="Other", slug="other", annotators_per_item=2)
    (item,) = make_items(1, project=other)
    for user in (alice, mary):
        judge(item, user)
    assert measure(project=other).agreement.items == 1
    assert measure(project=project).agreement.items == 3
    judged[0].annotations.filter(annotator=mary).update(counts=False)
    assert measure(project=project).agreement.items == 2


def test_measuring_costs_the_same_queries_for_one_and_for_many(
    project: Project, make_items: Callable[..., list[Item]], alice: User, mary: User
) -> None:
    share(project)
    costs = []
    for number in (1, 9):
        for item in make_items(number, project=project):
            judge(item, alice)
            judge(item, mary)
        with CaptureQueriesContext(connection) as queries:
            measure(project=project)
        costs.append(len(queries))
    assert costs[0] == costs[1]
