"""Reviews of items that several people judged; those that are judged already are compared."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Count, Q

from annotator.services.differences import Opinion, differing_words
from annotator.services.folding import judgements_from_json

QUOTES = """
CREATE TRIGGER spans_quote_their_text BEFORE INSERT OR UPDATE OF spans ON annotator_review
    FOR EACH ROW WHEN (NEW.spans <> '[]'::jsonb) EXECUTE FUNCTION annotator_check_quotes();
"""


def compare_what_is_judged(apps, _):
    annotated, items, reviews = (apps.get_model("annotator", name).objects for name in ("Annotation", "Item", "Review"))
    counted = Count("annotations", filter=Q(annotations__status="submitted", annotations__counts=True))
    for item in items.alias(counted=counted).filter(counted__gt=1).iterator(chunk_size=500):
        annotations = annotated.filter(item=item, status="submitted", counts=True).order_by("id")
        opinions = [Opinion(judgements_from_json(one.judgements), one.rest_checked) for one in annotations]
        differing = len(differing_words(len(item.words), opinions))
        reviews.create(
            item=item,
            project_id=item.project_id,
            state="open" if differing else "agreed",
            compared=[[one.pk, one.version] for one in annotations],
            differing=differing,
            disagreement=differing / max(1, len(item.words)),
        )


class Migration(migrations.Migration):
    dependencies = [("annotator", "0007_studies")]

    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "To settle"),
                            ("settled", "Settled"),
                            ("stale", "Settled, changed since"),
                            ("agreed", "Nobody differs"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "compared",
                    models.JSONField(help_text="[[annotation, version], …] of the counted annotations as they are now, by id."),
                ),
                ("differing", models.PositiveIntegerField(help_text="How many words not all of them say the same about.")),
                (
                    "disagreement",
                    models.FloatField(help_text="The share of the item's words that this is, in [0, 1]; the order of the list."),
                ),
                ("made_from", models.JSONField(default=list, help_text="What `compared` was when it was settled.")),
                ("judgements", models.JSONField(default=list, help_text="As of an annotation.")),
                ("spans", models.JSONField(default=list, help_text="As of an annotation.")),
                ("corrected", models.TextField(blank=True, help_text="The response with every replacement made.")),
                (
                    "rest_checked",
                    models.BooleanField(
                        default=False, help_text="One of the annotators affirmed that the other words were read."
                    ),
                ),
                ("comment", models.TextField(blank=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "item",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="review", to="annotator.item"),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="annotator.project",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("project"),
                        models.F("state"),
                        models.OrderBy(models.F("disagreement"), descending=True),
                        models.F("item"),
                        name="review_list",
                    ),
                    models.Index(fields=["project", "-item"], name="review_latest"),
                ],
            },
        ),
        migrations.RunSQL(QUOTES, "DROP TRIGGER spans_quote_their_text ON annotator_review"),
        migrations.RunPython(compare_what_is_judged, migrations.RunPython.noop),
    ]
