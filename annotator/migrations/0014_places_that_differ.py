"""Where not all put in the same between two words, people differ: reviews of such items count those places too."""

from django.db import migrations, models

WITH_INSERTIONS = """
SELECT * FROM annotator_review WHERE item_id IN (
    SELECT item_id FROM annotator_annotation
    WHERE status = 'submitted' AND counts AND judgements @? '$[*] ? (@.first == @.end)'
)
"""


def count_what_was_put_in(apps, _):
    """Until now a review counted words only: what is added are places where not all put in the same."""
    annotated, items, reviews = (apps.get_model("annotator", name).objects for name in ("Annotation", "Item", "Review"))
    for review in reviews.raw(WITH_INSERTIONS).iterator():
        said = annotated.filter(item=review.item_id, status="submitted", counts=True).values_list("judgements", flat=True)
        put_in = [{one["first"]: (one.get("kind"), one.get("text")) for one in own if one["first"] == one["end"]} for own in said]
        places = {at for own in put_in for at in own}
        review.differing += sum(len({own.get(at) for own in put_in}) > 1 for at in places)
        review.disagreement = min(1, review.differing / max(1, len(items.get(pk=review.item_id).words)))
        if review.state == "agreed" and review.differing:
            review.state = "open"
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
        migrations.RunPython(count_what_was_put_in, migrations.RunPython.noop),
    ]
