"""Indexes that constraints serve already go, and the token of leases, which nothing asked for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0003_sessions_with_people"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="lease",
            name="token",
        ),
        migrations.AlterField(
            model_name="annotation",
            name="annotator",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="annotations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="annotation",
            name="checkpoint",
            field=models.ForeignKey(
                db_index=False,
                help_text="Whose flags were shown.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="annotations",
                to="annotator.checkpoint",
            ),
        ),
        migrations.AlterField(
            model_name="annotation",
            name="item",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="annotations", to="annotator.item"
            ),
        ),
        migrations.AlterField(
            model_name="detection",
            name="item",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="detections", to="annotator.item"
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="annotation",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="events", to="annotator.annotation"
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="project",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="items", to="annotator.project"
            ),
        ),
        migrations.AlterField(
            model_name="lease",
            name="checkpoint",
            field=models.ForeignKey(
                db_index=False,
                help_text="Whose flags are shown.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="annotator.checkpoint",
            ),
        ),
        migrations.AlterField(
            model_name="lease",
            name="item",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="leases", to="annotator.item"
            ),
        ),
    ]
