import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import deployments.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Deployment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=100,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9._-]*\\Z",
                                "Letters, digits, dots, - and _ only.",
                            )
                        ],
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lambda", "AWS Lambda"),
                            ("container", "Container (EC2)"),
                            ("other", "Other"),
                        ],
                        default="other",
                        max_length=16,
                    ),
                ),
                (
                    "base_url",
                    models.CharField(
                        blank=True,
                        help_text="Such as https://example.com/prod; empty: unmeasured.",
                        max_length=500,
                        validators=[deployments.models.validate_base_url],
                        verbose_name="base URL",
                    ),
                ),
                (
                    "region",
                    models.CharField(blank=True, help_text="Such as us-east-1.", max_length=32),
                ),
                (
                    "memory_mb",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(128),
                            django.core.validators.MaxValueValidator(1000000),
                        ],
                        verbose_name="memory in MB",
                    ),
                ),
                (
                    "architecture",
                    models.CharField(
                        choices=[("x86_64", "x86-64"), ("arm64", "Arm (Graviton)")],
                        default="x86_64",
                        max_length=16,
                    ),
                ),
                (
                    "gateway",
                    models.CharField(
                        choices=[
                            ("none", "None (function URL)"),
                            ("http_api", "HTTP API"),
                            ("rest_api", "REST API"),
                        ],
                        default="none",
                        help_text="Lambda only.",
                        max_length=16,
                    ),
                ),
                (
                    "instance_type",
                    models.CharField(
                        blank=True, help_text="Container only, such as t2.micro.", max_length=32
                    ),
                ),
                (
                    "prices",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='Other than the table, such as {"lambda_requests": 0.28}.',
                        validators=[deployments.models.validate_prices],
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="LatencyRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField()),
                (
                    "finished_at",
                    models.DateTimeField(help_text="Empty: it was interrupted.", null=True),
                ),
                ("path", models.CharField(max_length=500)),
                ("planned", models.PositiveIntegerField(help_text="Calls for each deployment.")),
                (
                    "rate_per_second",
                    models.FloatField(help_text="Empty: one call after the other.", null=True),
                ),
                (
                    "new_connections",
                    models.BooleanField(help_text="Each call opened a connection of its own."),
                ),
                ("seed", models.BigIntegerField(help_text="Of the order of calls.")),
            ],
            options={
                "ordering": ["-started_at"],
            },
        ),
        migrations.CreateModel(
            name="LambdaReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line_key", models.CharField(help_text="Tells lines apart.", max_length=32)),
                ("request_id", models.CharField(blank=True, max_length=64)),
                (
                    "invocation",
                    models.CharField(
                        choices=[
                            ("request", "Request"),
                            ("keep_warm", "Keep Warm"),
                            ("scheduled", "Scheduled"),
                            ("unknown", "Unknown"),
                        ],
                        default="unknown",
                        help_text="What called.",
                        max_length=16,
                    ),
                ),
                (
                    "init_only",
                    models.BooleanField(
                        default=False, help_text="INIT_REPORT: an init that failed."
                    ),
                ),
                (
                    "reported_at",
                    models.DateTimeField(help_text="Empty: the line had no time.", null=True),
                ),
                ("imported_at", models.DateTimeField()),
                ("duration_ms", models.FloatField(null=True)),
                ("billed_duration_ms", models.FloatField(null=True)),
                ("init_duration_ms", models.FloatField(null=True)),
                ("restore_duration_ms", models.FloatField(help_text="SnapStart.", null=True)),
                ("billed_restore_duration_ms", models.FloatField(null=True)),
                ("memory_mb", models.PositiveIntegerField(null=True)),
                ("max_memory_used_mb", models.PositiveIntegerField(null=True)),
                (
                    "status",
                    models.CharField(blank=True, help_text="Empty: success.", max_length=32),
                ),
                ("error_type", models.CharField(blank=True, max_length=200)),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lambda_reports",
                        to="deployments.deployment",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["deployment", "reported_at"], name="reports_by_time")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("deployment", "line_key"), name="each_line_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LatencySample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                (
                    "duration_ms",
                    models.FloatField(help_text="Until the last byte, from the intended sending."),
                ),
                (
                    "late_ms",
                    models.FloatField(default=0, help_text="Of it: sent later than intended."),
                ),
                ("new_connection", models.BooleanField()),
                (
                    "cold_start",
                    models.BooleanField(help_text="Empty: the answer did not say.", null=True),
                ),
                (
                    "burst",
                    models.BooleanField(
                        default=False, help_text="Sent with others to force cold starts."
                    ),
                ),
                ("status_code", models.PositiveSmallIntegerField(null=True)),
                (
                    "error_type",
                    models.CharField(blank=True, help_text="Empty: it worked.", max_length=200),
                ),
                ("dns_ms", models.FloatField(null=True, verbose_name="DNS in ms")),
                ("connect_ms", models.FloatField(null=True)),
                ("tls_ms", models.FloatField(null=True, verbose_name="TLS in ms")),
                (
                    "first_byte_ms",
                    models.FloatField(help_text="From sending, once connected.", null=True),
                ),
                (
                    "server_ms",
                    models.FloatField(help_text="The server's own, from Server-Timing.", null=True),
                ),
                (
                    "init_ms",
                    models.FloatField(help_text="Of a cold start, from Server-Timing.", null=True),
                ),
                (
                    "deployment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="samples",
                        to="deployments.deployment",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="samples",
                        to="deployments.latencyrun",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["deployment", "sent_at"], name="samples_by_time")],
            },
        ),
    ]
