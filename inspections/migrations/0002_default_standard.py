from typing import Any

from django.db import migrations
from django.utils import timezone

from inspections.defaults import publish_default_standard


def publish(apps: Any, schema_editor: Any) -> None:
    models = [apps.get_model("inspections", name) for name in ("Standard", "Item", "Defect")]
    publish_default_standard(*models, at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_initial")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
