"""Checks: items whose answer is known, how people did on them, and tutorials made of them."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# a known answer quotes its text as an annotation does
QUOTES = """
CREATE TRIGGER answers_quote_their_text BEFORE INSERT OR UPDATE OF spans ON annotator_check
    FOR EACH ROW WHEN (NEW.spans <> '[]'::jsonb) EXECUTE FUNCTION annotator_check_quotes();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0008_reviews"),
    ]

    operations = [
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "origin",
                    models.CharField(choices=[("gold", "Gold"), ("planted", "Planted"), ("drawn", "Drawn")], max_length=7),
                ),
                ("spans", models.JSONField(help_text="What is wrong, in the form of an annotation's spans. Empty: nothing is.")),
                ("is_retired", models.BooleanField(default=False, help_text="Handed to nobody any more.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="CheckResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "has_passed",
                    models.BooleanField(help_text="Every error was found, at least in part, and nothing else was called wrong."),
                ),
                ("found_words", models.PositiveSmallIntegerField(help_text="Wrong by the answer, and called wrong.")),
                ("missed_words", models.PositiveSmallIntegerField(help_text="Wrong by the answer, and let stand.")),
                ("mistaken_words", models.PositiveSmallIntegerField(help_text="Right by the answer, and called wrong.")),
                (
                    "missed_flagged",
                    models.PositiveSmallIntegerField(help_text="Those let stand although the model had flagged them."),
                ),
                (
                    "missed_unflagged",
                    models.PositiveSmallIntegerField(help_text="Those let stand that the model had not flagged."),
                ),
                ("false_alarms", models.PositiveSmallIntegerField(help_text="Passages called wrong in which nothing is.")),
                ("submitted_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="item",
            name="is_check",
            field=models.BooleanField(db_default=False, help_text="Handed out to see how people do; no data of the project."),
        ),
        migrations.AddField(
            model_name="membership",
            name="is_admitted",
            field=models.BooleanField(default=False, help_text="A manager opened the desk to them, whatever the tutorial says."),
        ),
        migrations.AddField(
            model_name="project",
            name="check_every",
            field=models.PositiveSmallIntegerField(
                blank=True,
                default=0,
                help_text="About one in so many items at the desk is a check. 0: none is.",
                validators=[django.core.validators.MaxValueValidator(1000)],
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="gives_feedback",
            field=models.BooleanField(default=False, help_text="Whether people are told at once how they did on a check."),
        ),
        migrations.AddField(
            model_name="project",
            name="is_tutorial",
            field=models.BooleanField(default=False, help_text="All its items are checks, made to be learned from."),
        ),
        migrations.AddField(
            model_name="project",
            name="pass_mark",
            field=models.FloatField(
                blank=True,
                default=0.6,
                help_text="F1 on the words of the tutorial that passes.",
                validators=[django.core.validators.MinValueValidator(0.0), django.core.validators.MaxValueValidator(1.0)],
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="tutorial",
            field=models.ForeignKey(
                blank=True,
                help_text="What annotators have to pass before the desk opens to them.",
                limit_choices_to={"is_tutorial": True},
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="guarded",
                to="annotator.project",
            ),
        ),
        migrations.AddField(
            model_name="check",
            name="item",
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="known", to="annotator.item"),
        ),
        migrations.AddField(
            model_name="check",
            name="made_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="check",
            name="project",
            field=models.ForeignKey(
                help_text="The item's.",
                on_delete=django.db.models.deletion.CASCADE,
                related_name="checks",
                to="annotator.project",
            ),
        ),
        migrations.AddField(
            model_name="check",
            name="source",
            field=models.ForeignKey(
                help_text="The item that it was made from.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="checks",
                to="annotator.item",
            ),
        ),
        migrations.AddField(
            model_name="checkresult",
            name="annotator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="check_results", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="checkresult",
            name="check_done",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="results", to="annotator.check"
            ),
        ),
        migrations.AddConstraint(
            model_name="checkresult",
            constraint=models.UniqueConstraint(fields=("check_done", "annotator"), name="one_result_a_person"),
        ),
        migrations.RunSQL(QUOTES, "DROP TRIGGER answers_quote_their_text ON annotator_check"),
    ]
