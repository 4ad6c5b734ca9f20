"""What somebody finds bearable; what isn't said is as the rules have it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from alerts.rules.limits import DEFAULTS, Limits, LimitsBySubject
from alerts.rules.told import ALL, Of
from tracking.store.record import COST_MAX_USD, DURATION_MAX_MS, ID_MAX, LABEL_MAX


def _share(default: float) -> "models.FloatField[Any, Any]":
    return models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.001), MaxValueValidator(1)],
        help_text=f"A share of 1. Empty: {default:g}.",
    )


class Limit(models.Model):
    """One row of all requests, and one for each business or model that has its own.

    What a row leaves empty is as the row of all says, and else as the rules have it.
    """

    business_id = models.CharField(max_length=ID_MAX, blank=True, help_text="Empty: of all.")
    request_model = models.CharField(
        "model", max_length=LABEL_MAX, blank=True, help_text="Empty: of all."
    )
    failing = _share(DEFAULTS.failing)
    failing_badly = _share(DEFAULTS.failing_badly)
    p95_ms = models.FloatField(
        "p95, ms",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(DURATION_MAX_MS)],
        help_text=f"One request in twenty may take longer. Empty: {DEFAULTS.p95_ms:g}.",
    )
    cost_a_request_usd = models.FloatField(
        "cost a request, $",
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(COST_MAX_USD)],
        help_text=f"The mean. Empty: {DEFAULTS.cost_a_request_usd:g}.",
    )
    cost_a_day_usd = models.FloatField(
        "cost a day, $",
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Of a day in UTC. Empty: no limit.",
    )
    times_past = models.FloatField(
        "times the past",
        null=True,
        blank=True,
        validators=[MinValueValidator(1.1), MaxValueValidator(100)],
        help_text="So many times its own past at that hour of the week is worse. Empty:"
        f" {DEFAULTS.times_past:g}.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business_id", "request_model"], name="one_limit_for_each"
            ),
        ]

    def __str__(self) -> str:
        return self.business_id or self.request_model or "All requests"

    def clean(self) -> None:
        if self.business_id and self.request_model:
            raise ValidationError("Name a business or a model, not both.")

    @property
    def subject(self) -> Of:
        return Of(self.business_id, self.request_model)


def limits_by_subject() -> LimitsBySubject:
    """One query."""
    rows = {row.subject: row for row in Limit.objects.all()}
    of_all = _limits(rows[ALL], DEFAULTS) if ALL in rows else DEFAULTS
    # What all may cost together is no limit of one.
    of_one = of_all._replace(cost_a_day_usd=None)
    own = {subject: _limits(row, of_one) for subject, row in rows.items() if subject != ALL}
    return {ALL: of_all, **own}


def _limits(row: Limit, otherwise: Limits) -> Limits:
    said = {name: getattr(row, name) for name in Limits._fields}
    return otherwise._replace(**{name: value for name, value in said.items() if value is not None})
