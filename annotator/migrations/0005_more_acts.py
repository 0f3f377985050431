"""Missing words and evidence by the annotator are acts of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("annotator", "0004_fewer_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="annotation",
            name="judgements",
            field=models.JSONField(
                default=list,
                help_text='[{"first", "end", "verdict", "kind", "text", "source", "box", "absent"}] in order, no word in two of them.',
            ),
        ),
        migrations.AlterField(
            model_name="event",
            name="act",
            field=models.CharField(
                choices=[
                    ("confirm", "Confirm"),
                    ("clear", "Clear"),
                    ("flag", "Flag"),
                    ("kind", "Kind"),
                    ("replace", "Replace"),
                    ("insert", "Insert"),
                    ("evidence", "Evidence"),
                    ("comment", "Comment"),
                    ("undo", "Undo"),
                    ("redo", "Redo"),
                    ("submit", "Submit"),
                    ("skip", "Skip"),
                ],
                max_length=8,
            ),
        ),
    ]
