import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Limit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "business_id",
                    models.CharField(blank=True, help_text="Empty: of all.", max_length=200),
                ),
                (
                    "request_model",
                    models.CharField(
                        blank=True, help_text="Empty: of all.", max_length=100, verbose_name="model"
                    ),
                ),
                (
                    "failing",
                    models.FloatField(
                        blank=True,
                        help_text="A share of 1. Empty: 0.05.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0.001),
                            django.core.validators.MaxValueValidator(1),
                        ],
                    ),
                ),
                (
                    "failing_badly",
                    models.FloatField(
                        blank=True,
                        help_text="A share of 1. Empty: 0.1.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0.001),
                            django.core.validators.MaxValueValidator(1),
                        ],
                    ),
                ),
                (
                    "p95_ms",
                    models.FloatField(
                        blank=True,
                        help_text="One request in twenty may take longer. Empty: 20000.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(86400000.0),
                        ],
                        verbose_name="p95, ms",
                    ),
                ),
                (
                    "cost_a_request_usd",
                    models.FloatField(
                        blank=True,
                        help_text="The mean. Empty: 0.1.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(10000.0),
                        ],
                        verbose_name="cost a request, $",
                    ),
                ),
                (
                    "cost_a_day_usd",
                    models.FloatField(
                        blank=True,
                        help_text="Of a day in UTC. Empty: no limit.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="cost a day, $",
                    ),
                ),
                (
                    "times_past",
                    models.FloatField(
                        blank=True,
                        help_text="So many times its own past at that hour of the week is worse."
                        " Empty: 1.5.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1.1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="times the past",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("business_id", "request_model"), name="one_limit_for_each"
                    )
                ],
            },
        ),
    ]
