"""Indexes for the list of requests: sorted by duration, and failed only.

The second holds failures alone, so that it costs a request that worked next to nothing.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tracking", "0003_bulk_loads_and_prunings"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="airequest",
            index=models.Index(fields=["duration_ms", "id"], name="by_duration"),
        ),
        migrations.AddIndex(
            model_name="airequest",
            index=models.Index(
                condition=models.Q(("error_type", ""), _negated=True),
                fields=["received_at", "id"],
                name="failed_by_time",
            ),
        ),
    ]
