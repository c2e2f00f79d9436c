import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("inspections", "0002_default_standard"),
    ]

    operations = [
        migrations.CreateModel(
            name="FindingPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("photo_id", models.UUIDField(db_index=True)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="inspections.finding",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo of a finding",
                "verbose_name_plural": "photos of findings",
                "ordering": ("finding", "position"),
                "constraints": [
                    models.UniqueConstraint(fields=("finding", "position"), name="finding_photo_position_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("sha256", models.CharField(max_length=64)),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("file", models.FileField(max_length=60, upload_to="")),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("thumb_made_at", models.DateTimeField(blank=True, null=True)),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "photo",
                "verbose_name_plural": "photos",
                "ordering": ("received_at", "id"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("thumb_made_at", None)), fields=["received_at"], name="photo_without_thumb"
                    )
                ],
            },
        ),
    ]
