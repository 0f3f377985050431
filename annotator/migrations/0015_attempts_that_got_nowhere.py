"""How often a run was begun without moving on is what is counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0014_places_that_differ"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="furthest",
            field=models.PositiveIntegerField(default=0, help_text="The most that was ever done of it, by whichever process."),
        ),
        migrations.AlterField(
            model_name="run",
            name="attempts",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How many processes have begun on it since it last moved on."
            ),
        ),
    ]
