"""Indexes that constraints serve already go, as does the token of leases; and dead leases are swept out early."""

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
        # few leases live at a time, but each item leaves dead ones behind: without this they are read past until a fifth are dead
        migrations.RunSQL(
            "ALTER TABLE annotator_lease SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500)",
            "ALTER TABLE annotator_lease RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)",
        ),
    ]
