"""The counts of a project: remembered, and counted by one request at a time."""

from annotator.views.progress import progress_of


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
