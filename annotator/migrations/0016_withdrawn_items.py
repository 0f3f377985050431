"""Items can be taken out of a project; their external ids are free for others then, so there is no way back once one is taken."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0015_attempts_that_got_nowhere"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="item",
            name="one_item_an_external_id",
        ),
        migrations.RemoveIndex(
            model_name="item",
            name="item_list",
        ),
        migrations.AddField(
            model_name="item",
            name="imported_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="The import that brought it, or brought it back.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="annotator.run",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="is_withdrawn",
            field=models.BooleanField(
                db_default=False,
                help_text="Taken out of the project: kept with all that was said of it, and no data of the project.",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="withdrawn_by_hand",
            field=models.BooleanField(db_default=False, help_text="Alone, so that no import brings it back."),
        ),
        migrations.AlterField(
            model_name="run",
            name="kind",
            field=models.CharField(
                choices=[
                    ("import", "Import"),
                    ("score", "Score"),
                    ("train", "Train"),
                    ("evaluate", "Evaluate"),
                    ("export", "Export"),
                    ("withdraw", "Withdrawal"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(condition=models.Q(("is_withdrawn", False)), fields=["project", "id"], name="item_list"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(condition=models.Q(("is_withdrawn", True)), fields=["project", "id"], name="item_withdrawn"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("imported_by__isnull", False)), fields=["imported_by", "id"], name="item_of_import"
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_withdrawn", False)), fields=("project", "external_id"), name="one_item_an_external_id"
            ),
        ),
    ]
