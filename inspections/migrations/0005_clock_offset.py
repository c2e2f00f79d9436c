from datetime import timedelta

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inspections", "0004_rounds"),
    ]

    operations = [
        migrations.AddField(
            model_name="inspection",
            name="clock_offset",
            field=models.DurationField(default=timedelta, help_text="What the phone's clock was behind"),
        ),
    ]
