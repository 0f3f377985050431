"""Numbers among those of imported items that checks can take later."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0010_retakes"),
    ]

    operations = [
        migrations.CreateModel(
            name="FreeNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.BigIntegerField(help_text="Of the sequence of item ids, so nothing else has it.", unique=True),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="free_numbers", to="annotator.project"
                    ),
                ),
            ],
        ),
    ]
