from typing import Any

from django.db import migrations

from scoring.defaults import make_default_policy


def make(apps: Any, schema_editor: Any) -> None:
    models = [apps.get_model("scoring", name) for name in ("Policy", "CategoryRule", "OccasionMultiplier")]
    make_default_policy(*models)


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
