"""Prepared reads give what their query sets give, each time with the values of that time."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.models import Count, F
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext

from annotator.models import Item, Membership, Project, User
from annotator.models.prepared import Prepared, named


@pytest.mark.django_db
def test_a_row_comes_with_its_related_objects_and_asks_once(project: Project, alice: User, bob: User) -> None:
    theirs = Membership.objects.select_related("project__active_checkpoint", "user")
    prepared = Prepared(theirs.filter(user=named("user"), project__slug=named("slug")))
    with CaptureQueriesContext(connection) as queries:
        found = prepared.first(user=alice.pk, slug="kites")
        assert found is not None
        assert (found.user, found.project, found.project.active_checkpoint) == (alice, project, project.active_checkpoint)
    assert len(queries) == 1
    assert model_to_dict(found) == model_to_dict(theirs.get(user=alice, project=project))
    assert prepared.first(user=bob.pk, slug="kites") is None
    assert prepared.first(user=alice.pk, slug="dogs") is None


@pytest.mark.django_db
def test_a_related_object_that_is_not_there_is_none(project: Project, alice: User) -> None:
    Project.objects.update(active_checkpoint=None)
    found = Prepared(Membership.objects.select_related("project__active_checkpoint").filter(user=named("user"))).first(
        user=alice.pk
    )
    assert found is not None
    assert found.project.active_checkpoint is None


@pytest.mark.django_db
def test_values_are_converted_and_annotations_set_as_by_the_query_set(make_items: Callable[..., list[Item]]) -> None:
    item, other = make_items(2)
    counted = Item.objects.annotate(people=Count("leases"), twice=F("open_slots") * 2)
    prepared = Prepared(counted.filter(pk=named("item")))
    found = prepared.first(item=item.pk)
    assert found is not None
    expected = counted.get(pk=item.pk)
    assert (found.words, found.metadata, found.created_at) == (expected.words, expected.metadata, expected.created_at)
    assert (found.people, found.twice) == (expected.people, expected.twice) == (0, 2)
    assert [row.pk for row in prepared.all(item=other.pk)] == [other.pk]


@pytest.mark.django_db
def test_order_and_number_of_rows_are_the_query_sets(make_items: Callable[..., list[Item]], project: Project) -> None:
    items = make_items(3)
    newest = Prepared(Item.objects.filter(project=named("project")).order_by("-pk")[:2])
    assert newest.all(project=project.pk) == [items[2], items[1]]
    assert newest.first(project=project.pk) == items[2]


@pytest.mark.django_db
def test_a_row_is_locked_where_the_query_set_locks(make_items: Callable[..., list[Item]]) -> None:
    (item,) = make_items(1)
    prepared = Prepared(Item.objects.select_for_update(no_key=True).filter(pk=named("item")))
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        assert prepared.first(item=item.pk) == item
    assert queries[0]["sql"].endswith("FOR NO KEY UPDATE")


def test_a_value_that_was_not_named_is_an_error(db: None, project: Project) -> None:
    with pytest.raises(KeyError, match="item"):
        Prepared(Item.objects.filter(pk=named("item"))).first(project=project.pk)
