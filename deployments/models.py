"""Where the service runs, and what was measured and reported there."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from deployments.addresses import check_url
from deployments.costs.prices import prices
from deployments.querysets import (
    LambdaReportQuerySet,
    LatencyRunQuerySet,
    LatencySampleQuerySet,
)
from tracking.store.record import LABEL_MAX

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]*\Z"
NAME = RegexValidator(NAME_PATTERN, "Letters, digits, dots, - and _ only.")
URL_MAX = 500
ERROR_MAX = 200
REASON_MAX = 500
REQUEST_ID_MAX = 64


class Kind(models.TextChoices):
    LAMBDA = "lambda", "AWS Lambda"
    CONTAINER = "container", "Container (EC2)"
    OTHER = "other", "Other"


class Architecture(models.TextChoices):
    X86_64 = "x86_64", "x86-64"
    ARM64 = "arm64", "Arm (Graviton)"


class Gateway(models.TextChoices):
    NONE = "none", "None (function URL)"
    HTTP_API = "http_api", "HTTP API"
    REST_API = "rest_api", "REST API"


def validate_base_url(value: str) -> None:
    try:
        check_url(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def validate_prices(value: object) -> None:
    if not isinstance(value, dict):
        raise ValidationError('Prices must be an object such as {"lambda_requests": 0.2}.')
    try:
        prices(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class Deployment(models.Model):
    """A place where the service runs. Tracked requests name it in their `deployment`."""

    name = models.CharField(max_length=LABEL_MAX, unique=True, validators=[NAME])
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.OTHER)
    base_url = models.CharField(
        "base URL",
        max_length=URL_MAX,
        blank=True,
        validators=[validate_base_url],
        help_text="Such as https://example.com/prod; empty: unmeasured.",
    )
    region = models.CharField(max_length=32, blank=True, help_text="Such as us-east-1.")
    memory_mb = models.PositiveIntegerField(
        "memory in MB",
        null=True,
        blank=True,
        validators=[MinValueValidator(128), MaxValueValidator(1_000_000)],
    )
    architecture = models.CharField(
        max_length=16, choices=Architecture, default=Architecture.X86_64
    )
    gateway = models.CharField(
        max_length=16, choices=Gateway, default=Gateway.NONE, help_text="Lambda only."
    )
    instance_type = models.CharField(
        max_length=32, blank=True, help_text="Container only, such as t2.micro."
    )
    prices = models.JSONField(
        default=dict,
        blank=True,
        validators=[validate_prices],
        help_text='Other than the table, such as {"lambda_requests": 0.28}.',
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LatencyRun(models.Model):
    """One comparison: all its samples were taken with the same settings, in turn."""

    deployments = models.ManyToManyField(Deployment, related_name="runs")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(
        null=True, help_text="Empty: it was interrupted, or goes on."
    )
    open = models.BooleanField(default=False, help_text="A browser may ask for further samples.")
    busy_until = models.DateTimeField(
        null=True, help_text="A request takes a sample; if it never ends, another may from then on."
    )
    interruption = models.CharField(
        max_length=REASON_MAX, blank=True, help_text="Why it ended early, if that is known."
    )
    path = models.CharField(max_length=URL_MAX)
    planned = models.PositiveIntegerField(help_text="Calls for each deployment.")
    rate_per_second = models.FloatField(null=True, help_text="Empty: one call after the other.")
    new_connections = models.BooleanField(help_text="Each call opened a connection of its own.")
    warm_up = models.BooleanField(
        default=False, help_text="Each deployment was first called once, uncounted."
    )
    seed = models.BigIntegerField(help_text="Of the order of calls.")

    objects = LatencyRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.path}"


class LatencySample(models.Model):
    """One timed call of one deployment, also if it failed. Times are the client's."""

    run = models.ForeignKey(LatencyRun, models.CASCADE, related_name="samples")
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="samples")
    sent_at = models.DateTimeField()
    duration_ms = models.FloatField(help_text="Until the last byte, from the intended sending.")
    late_ms = models.FloatField(default=0, help_text="Of it: sent later than intended.")
    new_connection = models.BooleanField()
    cold_start = models.BooleanField(null=True, help_text="Empty: the answer did not say.")
    burst = models.BooleanField(default=False, help_text="Sent with others to force cold starts.")
    status_code = models.PositiveSmallIntegerField(null=True)
    error_type = models.CharField(max_length=ERROR_MAX, blank=True, help_text="Empty: it worked.")
    dns_ms = models.FloatField("DNS in ms", null=True)
    connect_ms = models.FloatField(null=True)
    tls_ms = models.FloatField("TLS in ms", null=True)
    first_byte_ms = models.FloatField(null=True, help_text="From sending, once connected.")
    server_ms = models.FloatField(null=True, help_text="The server's own, from Server-Timing.")
    init_ms = models.FloatField(null=True, help_text="Of a cold start, from Server-Timing.")

    objects = LatencySampleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["deployment", "sent_at"], name="samples_by_time")]

    def __str__(self) -> str:
        return f"{self.deployment_id} {self.duration_ms:.1f} ms"


class LambdaReport(models.Model):
    """One REPORT or INIT_REPORT line of Lambda's log."""

    class Invocation(models.TextChoices):
        REQUEST = "request"
        KEEP_WARM = "keep_warm"
        SCHEDULED = "scheduled"
        UNKNOWN = "unknown"

    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="lambda_reports")
    line_key = models.CharField(max_length=32, help_text="Tells lines apart.")
    request_id = models.CharField(max_length=REQUEST_ID_MAX, blank=True)
    invocation = models.CharField(
        max_length=16, choices=Invocation, default=Invocation.UNKNOWN, help_text="What called."
    )
    init_only = models.BooleanField(default=False, help_text="INIT_REPORT: an init that failed.")
    reported_at = models.DateTimeField(null=True, help_text="Empty: the line had no time.")
    imported_at = models.DateTimeField()
    duration_ms = models.FloatField(null=True)
    billed_duration_ms = models.FloatField(null=True)
    init_duration_ms = models.FloatField(null=True)
    restore_duration_ms = models.FloatField(null=True, help_text="SnapStart.")
    billed_restore_duration_ms = models.FloatField(null=True)
    memory_mb = models.PositiveIntegerField(null=True)
    max_memory_used_mb = models.PositiveIntegerField(null=True)
    status = models.CharField(max_length=32, blank=True, help_text="Empty: success.")
    error_type = models.CharField(max_length=ERROR_MAX, blank=True)

    objects = LambdaReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deployment", "line_key"], name="each_line_once")
        ]
        indexes = [models.Index(fields=["deployment", "reported_at"], name="reports_by_time")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.billed_duration_ms} ms"
