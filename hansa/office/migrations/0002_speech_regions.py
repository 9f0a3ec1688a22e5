"""The regions that a kept speech is about."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """The regions that a kept speech is about."""

    dependencies = (("office", "0001_initial"),)
    operations = (migrations.AddField(model_name="speech", name="regions", field=models.JSONField(default=list)),)
