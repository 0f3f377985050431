"""Studies with their assignments, active time, and that neither arms nor assignments ever change."""

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARD = """
CREATE TRIGGER assignments_never_change BEFORE UPDATE ON annotator_assignment
    FOR EACH ROW EXECUTE FUNCTION annotator_refuse('assignments');
CREATE TRIGGER studies_never_change BEFORE UPDATE OF project_id, arms, seed, started_at ON annotator_study
    FOR EACH ROW WHEN (
        (OLD.project_id, OLD.arms, OLD.seed, OLD.started_at) IS DISTINCT FROM (NEW.project_id, NEW.arms, NEW.seed, NEW.started_at)
    ) EXECUTE FUNCTION annotator_refuse('arms, seeds and beginnings of studies');
"""
UNGUARD = """
DROP TRIGGER studies_never_change ON annotator_study;
DROP TRIGGER assignments_never_change ON annotator_assignment;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0006_own_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="annotation",
            name="active_ms",
            field=models.PositiveIntegerField(
                help_text="How long the person was at work on it, without the time away.", null=True
            ),
        ),
        migrations.AddField(
            model_name="event",
            name="active_ms",
            field=models.PositiveIntegerField(help_text="How long the person was at work since the act before.", null=True),
        ),
        migrations.AlterField(
            model_name="annotation",
            name="checkpoint",
            field=models.ForeignKey(
                db_index=False,
                help_text="Whose flags were shown, or in a study held back.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="annotations",
                to="annotator.checkpoint",
            ),
        ),
        migrations.AlterField(
            model_name="lease",
            name="checkpoint",
            field=models.ForeignKey(
                db_index=False,
                help_text="Whose flags are shown, or in a study held back.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotator.checkpoint",
            ),
        ),
        migrations.CreateModel(
            name="Study",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "arms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("none", "None"),
                                ("verdict", "Verdict"),
                                ("highlights", "Highlights"),
                                ("unavailable", "Unavailable"),
                            ],
                            max_length=11,
                        ),
                        help_text="At least two of none, verdict and highlights.",
                        size=None,
                    ),
                ),
                ("seed", models.PositiveBigIntegerField(help_text="The same seed gives the same people the same order of arms.")),
                ("started_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                (
                    "ended_at",
                    models.DateTimeField(help_text="Since when everybody gets highlights again. Empty: it goes on.", null=True),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="studies", to="annotator.project"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "studies",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveIntegerField(help_text="How many items of the study the person had been given before.")),
                (
                    "arm",
                    models.CharField(
                        choices=[
                            ("none", "None"),
                            ("verdict", "Verdict"),
                            ("highlights", "Highlights"),
                            ("unavailable", "Unavailable"),
                        ],
                        max_length=11,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "annotator",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="assignments", to="annotator.item"
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="annotator.study",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("project",), name="one_study_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(condition=models.Q(("arms__len__gte", 2)), name="at_least_two_arms"),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(fields=("study", "item", "annotator"), name="one_arm_a_person_and_item"),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(fields=("study", "annotator", "place"), name="one_item_a_place"),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
