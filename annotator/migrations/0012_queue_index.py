"""The queue's index without the checks, built beside the old one: the desk goes on meanwhile, however many items there are."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("annotator", "0011_free_numbers"),
    ]

    operations = [
        migrations.RenameIndex(model_name="item", old_name="item_queue", new_name="item_queue_with_checks"),
        AddIndexConcurrently(
            model_name="item",
            index=models.Index(
                models.F("project"),
                models.OrderBy(models.F("doubt"), descending=True, nulls_last=True),
                models.F("id"),
                condition=models.Q(("is_check", False), ("open_slots__gt", 0)),
                name="item_queue",
            ),
        ),
        RemoveIndexConcurrently(model_name="item", name="item_queue_with_checks"),
    ]
