"""The counts of a project: remembered, and counted by one request at a time."""

import itertools
from types import SimpleNamespace

from annotator.views import progress
from annotator.views.progress import judged_by, progress_of
from tests.annotator.labelling import judge


def test_counts_are_remembered_for_a_while(project, make_items, django_assert_num_queries):
    make_items(2)
    assert progress_of(project).items == 2
    make_items(1)
    with django_assert_num_queries(0):
        assert progress_of(project).items == 2


def test_fresh_counts_are_counted_now(project, make_items):
    make_items(2)
    assert progress_of(project).items == 2
    make_items(1)
    assert progress_of(project, fresh=True).items == 3


def test_counts_of_a_small_project_are_those_of_now_on_a_machine_that_stalls(project, make_items, monkeypatch):
    seconds = itertools.count()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    make_items(2)
    assert progress_of(project, fresh=True).items == 2
    make_items(1)
    assert progress_of(project, fresh=True).items == 3


def test_where_counting_takes_long_nobody_gets_it_done_at_every_request(
    project, make_items, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(progress, "MANY", 0)
    make_items(2)
    assert progress_of(project, fresh=True).items == 2
    make_items(1)
    with django_assert_num_queries(0):
        assert progress_of(project, fresh=True).items == 2


def test_old_counts_are_counted_by_one_and_good_enough_for_the_others(project, make_items, django_assert_num_queries):
    from django.core.cache import cache

    make_items(2)
    progress_of(project)
    cache.delete(f"progress:{project.pk}:{project.active_checkpoint_id}:new")
    assert cache.add(f"progress:{project.pk}:{project.active_checkpoint_id}:new", True, 5)  # somebody counts just now
    with django_assert_num_queries(0):
        assert progress_of(project).items == 2
    cache.delete(f"progress:{project.pk}:{project.active_checkpoint_id}:new")
    make_items(1)
    assert progress_of(project).items == 3


def test_what_somebody_judged_is_remembered_where_it_takes_long_and_goes_on(
    project, make_items, alice, rita, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(progress, "MANY", 0)
    first, second = make_items(2)
    judge(first, alice, [])
    assert judged_by(project, [alice.pk, rita.pk]) == {alice.pk: 1, rita.pk: 0}
    judge(second, alice, [])
    with django_assert_num_queries(1):
        assert judged_by(project, [alice.pk, rita.pk]) == {alice.pk: 2, rita.pk: 0}
    assert judged_by(project, []) == {}
