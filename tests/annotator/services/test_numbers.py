"""Numbers of items, and those that stay free for checks."""

import pytest

from annotator.models import FreeNumber, Item, Project, User
from annotator.services.checks import mark_gold
from annotator.services.numbers import FREE_SHARE, new_numbers, take_free_number
from tests.annotator.labelling import judge

pytestmark = pytest.mark.django_db


def test_numbers_ascend_and_leave_some_free_among_them(project: Project) -> None:
    numbers, others = new_numbers(project, 3 * FREE_SHARE), new_numbers(project, 1)
    free = set(FreeNumber.objects.values_list("number", flat=True))
    assert numbers == sorted(numbers)
    assert (len(numbers), len(others), len(free)) == (3 * FREE_SHARE, 1, 5)
    assert sorted({*numbers, *others, *free}) == list(range(min({*numbers, *free}), max({*others, *free}) + 1))


def test_each_free_number_is_taken_once(project: Project) -> None:
    new_numbers(project, FREE_SHARE)
    free = set(FreeNumber.objects.values_list("number", flat=True))
    other = Project.objects.create(name="Other", slug="other")
    assert take_free_number(other) is None
    assert {take_free_number(project), take_free_number(project)} == free
    assert take_free_number(project) is None


def test_a_check_takes_one_and_without_any_the_next_number(project: Project, item: Item, mary: User) -> None:
    FreeNumber.objects.create(project=project, number=item.pk + 1_000_000)
    judge(item, mary, [])
    check = mark_gold(item=item, user=mary)
    assert check.item_id == item.pk + 1_000_000
    check.delete()
    Item.objects.filter(is_check=True).delete()
    assert mark_gold(item=item, user=mary).item_id < item.pk + 1_000_000
