"""Tutorials that are taken again: which time each result is of, and whom a manager asked."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0009_checks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Retake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(help_text="Which time it is: the second is 2.")),
                ("begun_at", models.DateTimeField(auto_now_add=True)),
                (
                    "annotator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="retakes", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "tutorial",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="retakes",
                        to="annotator.project",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="retake",
            constraint=models.UniqueConstraint(fields=("tutorial", "annotator", "number"), name="one_retake_a_number"),
        ),
        migrations.AddField(
            model_name="membership",
            name="asked_again_at",
            field=models.DateTimeField(help_text="When a manager asked them to take the tutorial again.", null=True),
        ),
        migrations.RemoveConstraint(
            model_name="checkresult",
            name="one_result_a_person",
        ),
        migrations.AddField(
            model_name="checkresult",
            name="attempt",
            field=models.PositiveSmallIntegerField(db_default=1, help_text="Which time the person took the tutorial; else 1."),
        ),
        migrations.AddConstraint(
            model_name="checkresult",
            constraint=models.UniqueConstraint(fields=("check_done", "annotator", "attempt"), name="one_result_an_attempt"),
        ),
    ]
