"""Open slots of a big project follow a changed number of people per item in the background."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0016_withdrawn_items"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="slots_counted_to",
            field=models.BigIntegerField(
                blank=True,
                help_text="Up to which item open slots follow that number since it changed; empty: of all of them.",
                null=True,
            ),
        ),
    ]
