"""What was changed in drafts of kept speeches."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What was changed in drafts of kept speeches."""

    dependencies = (("office", "0002_speech_regions"),)
    operations = (
        migrations.CreateModel(
            name="SpeechEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("became", models.JSONField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="speech_edits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "speech",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="edits", to="office.speech"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="speechedit",
            constraint=models.UniqueConstraint(fields=("speech", "version"), name="speech_version_once"),
        ),
    )
