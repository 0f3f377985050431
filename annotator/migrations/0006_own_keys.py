"""Own keys at the desk; and an index for what somebody skipped last, as there is one for what they submitted."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0005_more_acts"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="desk_keys",
            field=models.JSONField(
                blank=True, default=dict, help_text="Own keys at the desk, {name: key}; the others are as usual."
            ),
        ),
        migrations.AddIndex(
            model_name="annotation",
            index=models.Index(fields=["annotator", "-id"], name="annotation_skipped", condition=Q(status="skipped")),
        ),
    ]
