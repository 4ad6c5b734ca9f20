"""What is stored: AI requests, label sets, totals, bulk loads and prunings.

Requests are appended by `store` alone, each with a pending row in the same transaction; a fold
adds pending rows up to rollups. Totals are both together, and the only sums that are read.
"""

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from tracking.querysets import (
    AddendQuerySet,
    AIRequestQuerySet,
    BulkLoadQuerySet,
    PruningQuerySet,
    TotalQuerySet,
)
from tracking.store.periods import Period
from tracking.store.record import ID_MAX, LABEL_MAX

COST_PLACES = 12


class LabelSet(models.Model):
    """One combination of label values; its id stands for it in rows and rollups."""

    id = models.AutoField(primary_key=True)
    digest = models.CharField(max_length=32, unique=True, help_text="Of all the values.")
    business_id = models.CharField(max_length=ID_MAX, db_index=True)
    provider_name = models.CharField(max_length=LABEL_MAX)
    request_model = models.CharField(max_length=LABEL_MAX)
    operation_name = models.CharField(max_length=LABEL_MAX)
    response_type = models.CharField(max_length=LABEL_MAX)
    intent = models.CharField(max_length=LABEL_MAX)
    error_type = models.CharField(max_length=LABEL_MAX, blank=True)
    deployment = models.CharField(max_length=LABEL_MAX, blank=True)
    model_set = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        db_index=False,
        help_text="The oldest set of its model; empty: itself.",
    )

    def __str__(self) -> str:
        return f"{self.business_id} {self.request_model} {self.intent}"


class AIRequest(models.Model):
    """One tracked call of a model. Append-only."""

    business_id = models.CharField(max_length=ID_MAX)
    request_id = models.CharField(max_length=ID_MAX)
    # No constraint: its check would make all records of a label set lock the same row.
    label_set = models.ForeignKey(LabelSet, models.PROTECT, db_index=False, db_constraint=False)
    folded = models.BooleanField(default=False, help_text="Counted under `other` labels.")
    received_at = models.DateTimeField(help_text="This service's clock.")
    occurred_at = models.DateTimeField(null=True, help_text="The client's clock.")
    conversation_id = models.CharField(max_length=ID_MAX, null=True)
    session_id = models.CharField(max_length=ID_MAX, null=True)
    provider_name = models.CharField(max_length=LABEL_MAX)
    request_model = models.CharField("model", max_length=LABEL_MAX)
    operation_name = models.CharField(max_length=LABEL_MAX)
    response_type = models.CharField(max_length=LABEL_MAX)
    intent = models.CharField(max_length=LABEL_MAX)
    error_type = models.CharField(max_length=LABEL_MAX, blank=True, help_text="Empty: it worked.")
    deployment = models.CharField(max_length=LABEL_MAX, blank=True)
    duration_ms = models.FloatField()
    duration_bin = models.SmallIntegerField(help_text="Index into bins.BOUNDS_MS.")
    bucket_bin = models.SmallIntegerField(help_text="The same, of its Prometheus bucket.")
    time_to_first_chunk_ms = models.FloatField(null=True)
    input_tokens = models.IntegerField(null=True)
    output_tokens = models.IntegerField(null=True)
    total_tokens = models.IntegerField()
    cost_usd = models.DecimalField(
        max_digits=18, decimal_places=COST_PLACES, null=True, help_text="Empty: unpriced."
    )
    success_rate = models.FloatField(help_text="0 to 1.")
    user_satisfaction = models.FloatField(null=True)
    appointment_requested = models.BooleanField()
    appointment_booked = models.BooleanField()
    human_handoff_requested = models.BooleanField()
    user_message_length = models.IntegerField(null=True)
    ai_response_length = models.IntegerField(null=True)
    metadata = models.JSONField(null=True)
    ignored_fields = models.SmallIntegerField(
        null=True, help_text="How many meant nothing; empty: none."
    )

    objects = AIRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "AI request"
        constraints = [
            models.UniqueConstraint(fields=["business_id", "request_id"], name="counted_once"),
        ]
        indexes = [
            models.Index(fields=["received_at", "id"], name="by_time"),
            # The slowest of a long window: without it every request of the window is read. It
            # costs 5 of a record's 190 us in the database.
            models.Index(fields=["duration_ms", "id"], name="by_duration"),
            # Failed only: a service that works well has few, far apart.
            models.Index(
                fields=["received_at", "id"], name="failed_by_time", condition=~Q(error_type="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_id} {self.request_id}"


class Sums(models.Model):
    """What is added up: of one request, of those that are pending, of a rollup or a total."""

    requests = models.BigIntegerField()
    failures = models.BigIntegerField()
    folded = models.BigIntegerField()
    duration_ms = models.FloatField(help_text="In multiples of 2^-17, whose sums are exact.")
    success_rate = models.FloatField(help_text="Sum of the rates.")
    input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    total_tokens = models.BigIntegerField()
    cost_usd = models.DecimalField(max_digits=24, decimal_places=COST_PLACES)
    priced = models.BigIntegerField(help_text="Requests that named their cost.")
    appointments_requested = models.BigIntegerField()
    appointments_booked = models.BigIntegerField()
    human_handoffs = models.BigIntegerField()
    # The default is for version 1.0.0, which knows none.
    ignored_fields = models.BigIntegerField(db_default=0)

    class Meta:
        abstract = True


class Placed(Sums):
    """Sums of one period, label set and duration bin.

    Hours and days are UTC. All-time rows start at the epoch and are the Prometheus counters:
    they only grow. Those of a label set have bin 0; those by duration have the bin of their
    Prometheus bucket, and the oldest label set of their model.
    """

    period = models.SmallIntegerField(help_text="A periods.Period.")
    starts_at = models.DateTimeField()
    label_set = models.ForeignKey(LabelSet, models.PROTECT, db_index=False)
    duration_bin = models.SmallIntegerField(help_text="Index into bins.BOUNDS_MS.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{Period(self.period).name.lower()} {self.starts_at:%Y-%m-%d %H:%M}"


class Rollup(Placed):
    """What was folded. Only folds and audits know it: what is pending is missing here."""

    pk = models.CompositePrimaryKey("period", "starts_at", "label_set_id", "duration_bin")


class Total(Placed):
    """A view: rollups, and each record that is pending, so a key comes more than once."""

    pk = models.CompositePrimaryKey("period", "starts_at", "label_set_id", "duration_bin")

    objects = TotalQuerySet.as_manager()

    class Meta:
        managed = False


class PlacedRequest(Placed):
    """A view: every request once in each period, as an audit adds them up."""

    received_at = models.DateTimeField()

    class Meta:
        managed = False


class Addition(Sums):
    """What one request adds, and where."""

    received_at = models.DateTimeField()
    label_set = models.ForeignKey(LabelSet, models.PROTECT, db_index=False, db_constraint=False)
    duration_bin = models.SmallIntegerField(help_text="Index into bins.BOUNDS_MS.")
    bucket_bin = models.SmallIntegerField(help_text="The same, of its Prometheus bucket.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.received_at:%Y-%m-%d %H:%M:%S}"


class Addend(Addition):
    """A view: what each stored request adds, whether it was folded or is pending."""

    business_id = models.CharField(max_length=ID_MAX)

    objects = AddendQuerySet.as_manager()

    class Meta:
        managed = False


class Pending(Addition):
    """What isn't folded yet. Its id is drawn by a transaction that has its number already, which
    is what a Fold relies on."""


class Fold(models.Model):
    """How far folds came, so that none reads what earlier ones deleted: one row.

    No row up to `folded_id` is pending or will be. Rows up to `newest_id` come from transactions
    with a lower number than `transaction_id`: once all of these have ended, no more can come.
    """

    folded_id = models.BigIntegerField()
    newest_id = models.BigIntegerField()
    transaction_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.folded_id)


class BulkLoad(models.Model):
    """How far an import or the demo came; written in the transaction that stores its records.

    Done are the source's rows up to `last_id` that were created before `until` (the pass under
    way), and those up to `covered_id` created before `covered_until` (passes that ended).
    """

    source = models.CharField(max_length=LABEL_MAX, primary_key=True)
    last_id = models.TextField(blank=True)
    stored = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(default=now)
    options = models.JSONField(default=dict, help_text="What it was started with.")
    until = models.DateTimeField(null=True, help_text="Empty: no pass is under way.")
    covered_id = models.TextField(blank=True)
    covered_until = models.DateTimeField(null=True)

    objects = BulkLoadQuerySet.as_manager()

    def __str__(self) -> str:
        return self.source


class Pruning(models.Model):
    """Requests received before `before` may be gone; their rollups stay.

    Written before the first of them is deleted.
    """

    before = models.DateTimeField()
    started_at = models.DateTimeField(default=now)
    deleted = models.BigIntegerField(default=0)
    first_live_at = models.DateTimeField(
        null=True, help_text="When the first request came live, as far as was known then."
    )

    objects = PruningQuerySet.as_manager()

    def __str__(self) -> str:
        return f"before {self.before:%Y-%m-%d}"
