from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("annotator", "0012_queue_index")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(
                blank=True,
                default="",
                help_text="The one that they chose, as in LANGUAGES. Empty: as their browser says.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="language",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Of whoever started it: in it, it says what it does. Empty: the site's.",
                max_length=10,
            ),
        ),
    ]
