"""Where not all put in the same between two words, people differ: reviews of such items are compared anew."""

from django.db import migrations, models

from annotator.services.differences import Opinion, differing_places, differing_words
from annotator.services.folding import judgements_from_json

WITH_INSERTIONS = """
SELECT * FROM annotator_review WHERE item_id IN (
    SELECT item_id FROM annotator_annotation
    WHERE status = 'submitted' AND counts AND judgements @? '$[*] ? (@.first == @.end)'
)
"""


def compare_what_was_put_in(apps, _):
    annotated, items, reviews = (apps.get_model("annotator", name).objects for name in ("Annotation", "Item", "Review"))
    for review in reviews.raw(WITH_INSERTIONS).iterator():
        words = len(items.get(pk=review.item_id).words)
        annotations = annotated.filter(item=review.item_id, status="submitted", counts=True)
        opinions = [Opinion(judgements_from_json(one.judgements), one.rest_checked) for one in annotations]
        review.differing = len(differing_words(words, opinions)) + len(differing_places(opinions))
        review.disagreement = min(1, review.differing / max(1, words))
        if review.state in {"open", "agreed"}:
            review.state = "open" if review.differing else "agreed"
        review.save(update_fields=["differing", "disagreement", "state"])


class Migration(migrations.Migration):
    dependencies = [("annotator", "0013_languages")]

    operations = [
        migrations.AlterField(
            model_name="review",
            name="differing",
            field=models.PositiveIntegerField(
                help_text="How many words, and places between them, not all of them say the same about."
            ),
        ),
        migrations.RunPython(compare_what_was_put_in, migrations.RunPython.noop),
    ]
