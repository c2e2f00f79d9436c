from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="bulletinfile",
            name="size",
            field=models.PositiveIntegerField(default=0, help_text="Bytes"),
            preserve_default=False,
        ),
    ]
