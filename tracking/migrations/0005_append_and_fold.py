"""Records append, totals follow.

A record's transaction appends its row and a small row of what it adds to the totals; rollups are
added up later, many records at a time. The views are the one place that says what a request adds
and which rollups it counts in; on PostgreSQL a function appends, because its plan is kept.

`tracking_store_records`, which 1.0.0 calls until the last of its processes has ended, stays: it
goes on adding to the rollups itself, in the order in which folds lock them.
"""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# What one request adds. Durations are multiples of 2^-17 ms, whose floats add up exactly in any
# order (up to two years of them): else a counter would fall by a rounding error.
ADDENDS = {
    "requests": "1",
    "failures": "CASE WHEN error_type <> '' THEN 1 ELSE 0 END",
    "folded": "CASE WHEN folded THEN 1 ELSE 0 END",
    "duration_ms": "round(duration_ms * 131072) / 131072",
    "success_rate": "success_rate",
    "input_tokens": "coalesce(input_tokens, 0)",
    "output_tokens": "coalesce(output_tokens, 0)",
    "total_tokens": "total_tokens",
    "cost_usd": "coalesce(cost_usd, 0)",
    "priced": "CASE WHEN cost_usd IS NULL THEN 0 ELSE 1 END",
    "appointments_requested": "CASE WHEN appointment_requested THEN 1 ELSE 0 END",
    "appointments_booked": "CASE WHEN appointment_booked THEN 1 ELSE 0 END",
    "human_handoffs": "CASE WHEN human_handoff_requested THEN 1 ELSE 0 END",
}
PLACE = ("received_at", "label_set_id", "duration_bin", "bucket_bin")
KEY = ("period", "starts_at", "label_set_id", "duration_bin")

COLUMNS = {
    "business_id": "text",
    "request_id": "text",
    "label_set_id": "int",
    "folded": "boolean",
    "received_at": "timestamptz",
    "occurred_at": "timestamptz",
    "conversation_id": "text",
    "session_id": "text",
    "provider_name": "text",
    "request_model": "text",
    "operation_name": "text",
    "response_type": "text",
    "intent": "text",
    "error_type": "text",
    "deployment": "text",
    "duration_ms": "double precision",
    "duration_bin": "smallint",
    "bucket_bin": "smallint",
    "time_to_first_chunk_ms": "double precision",
    "input_tokens": "int",
    "output_tokens": "int",
    "total_tokens": "int",
    "cost_usd": "numeric",
    "success_rate": "double precision",
    "user_satisfaction": "double precision",
    "appointment_requested": "boolean",
    "appointment_booked": "boolean",
    "human_handoff_requested": "boolean",
    "user_message_length": "int",
    "ai_response_length": "int",
    "metadata": "jsonb",
}

# A plain read of the label set instead of a foreign key, for whose check all records of a label
# set would lock the same row; a set that a wiped database no longer has becomes a NULL, an error.
LABEL_SET = "(SELECT s.id FROM tracking_labelset AS s WHERE s.id = fresh.label_set_id)"

# What the row of pending sums is computed from, beside where it counts.
SUMMED = (
    *("error_type", "folded", "duration_ms", "success_rate", "input_tokens", "output_tokens"),
    *("total_tokens", "cost_usd", "appointment_requested", "appointment_booked"),
    "human_handoff_requested",
)


def append(columns: dict[str, str], summed: tuple[str, ...], addends: dict[str, str]) -> str:
    return f"""
CREATE OR REPLACE FUNCTION tracking_append(records json, fold_every int)
RETURNS TABLE (business_id text, request_id text, fold_due boolean)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH fresh AS (
        INSERT INTO tracking_airequest ({", ".join(columns)})
        SELECT {", ".join(columns)}
        FROM json_to_recordset(records) AS r ({", ".join(map(" ".join, columns.items()))})
        ON CONFLICT (business_id, request_id) DO NOTHING
        RETURNING id, business_id, request_id, {", ".join((*PLACE, *summed))}
    ),
    pending AS (
        INSERT INTO tracking_pending ({", ".join((*PLACE, *addends))})
        SELECT received_at, {LABEL_SET}, duration_bin, bucket_bin, {", ".join(addends.values())}
        FROM fresh
    )
    SELECT business_id::text, request_id::text, id % fold_every = 0 FROM fresh;
END
$$
"""


EPOCH = {"postgresql": "'epoch'::timestamptz", "sqlite": "'1970-01-01 00:00:00'"}
DAY = {
    "postgresql": "date_trunc('day', received_at, 'UTC')",
    "sqlite": "substr(received_at, 1, 10) || ' 00:00:00'",
}
HOUR = {
    "postgresql": "date_trunc('hour', received_at, 'UTC')",
    "sqlite": "substr(received_at, 1, 13) || ':00:00'",
}

# Rows up to a fold's mark are dead. The upper bound is any: with it the planner trusts the index.
UNFOLDED = {
    "postgresql": """
        CREATE VIEW tracking_unfolded AS SELECT * FROM tracking_pending
        WHERE id > (SELECT coalesce(max(folded_id), 0) FROM tracking_fold)
            AND id < 9223372036854775807
    """,
    "sqlite": "CREATE VIEW tracking_unfolded AS SELECT * FROM tracking_pending",
}

OF_LABEL_SET = "JOIN tracking_labelset AS s ON s.id = a.label_set_id"


def placed(vendor: str, view: str, source: str, addends: dict[str, str]) -> str:
    """Each row of `source` once in every period: all time by duration, all time, day, hour."""
    places = (
        (0, EPOCH[vendor], "coalesce(s.model_set_id, s.id)", "bucket_bin", OF_LABEL_SET),
        (1, EPOCH[vendor], "label_set_id", "CAST(0 AS smallint)", ""),
        (2, DAY[vendor], "label_set_id", "duration_bin", ""),
        (3, HOUR[vendor], "label_set_id", "duration_bin", ""),
    )
    selects = (
        f"SELECT a.id, received_at, CAST({period} AS smallint) AS period,"
        f" {starts_at} AS starts_at, {label_set_id} AS label_set_id, {bin_} AS duration_bin,"
        f" {', '.join(addends)} FROM {source} AS a {join}"
        for period, starts_at, label_set_id, bin_, join in places
    )
    return f"CREATE VIEW {view} AS {' UNION ALL '.join(selects)}"


def views(vendor: str, addends: dict[str, str]) -> list[str]:
    """Each of what stands before it."""
    added = ", ".join((*KEY, *addends))
    return [
        f"CREATE VIEW tracking_addend AS SELECT id, business_id, {', '.join(PLACE)},"
        f" {', '.join(f'{sql} AS {name}' for name, sql in addends.items())}"
        " FROM tracking_airequest",
        placed(vendor, "tracking_placedrequest", "tracking_addend", addends),
        UNFOLDED[vendor],
        placed(vendor, "tracking_placedpending", "tracking_unfolded", addends),
        f"CREATE VIEW tracking_total AS SELECT {added} FROM tracking_rollup"
        f" UNION ALL SELECT {added} FROM tracking_placedpending",
    ]


VIEWS_GONE = [
    f"DROP VIEW tracking_{name}"
    for name in ("total", "placedpending", "unfolded", "placedrequest", "addend")
]

# Makes what 1.0.0 added up a multiple, too; upwards, since counters may rise.
ROUND_UP = """
UPDATE tracking_rollup SET duration_ms = ceil(duration_ms * 131072) / 131072 WHERE period IN (0, 1)
"""

FOLD = f"""
INSERT INTO tracking_rollup AS rollup ({", ".join((*KEY, *ADDENDS))})
SELECT {", ".join(KEY)}, {", ".join(f"sum({name})" for name in ADDENDS)}
FROM tracking_placedpending WHERE true GROUP BY {", ".join(KEY)} ORDER BY period DESC, 2, 3, 4
ON CONFLICT ({", ".join(KEY)}) DO UPDATE SET
{", ".join(f"{name} = rollup.{name} + excluded.{name}" for name in ADDENDS)}
"""


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    run = views(vendor, ADDENDS)
    if vendor == "postgresql":
        run += [append(COLUMNS, SUMMED, ADDENDS), ROUND_UP]
    for sql in run:
        schema_editor.execute(sql, params=None)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What is pending is folded first. Writers wait, or would append in between."""
    run = [FOLD, *VIEWS_GONE]
    if schema_editor.connection.vendor == "postgresql":
        run.insert(0, "LOCK TABLE tracking_pending IN EXCLUSIVE MODE")
        run.append("DROP FUNCTION tracking_append(json, int)")
    for sql in run:
        schema_editor.execute(sql, params=None)


Fields = list[tuple[str, Any]]

EXACT = "In multiples of 2^-17, whose sums are exact."
KEYED: Fields = [
    ("requests", models.BigIntegerField()),
    ("failures", models.BigIntegerField()),
    ("folded", models.BigIntegerField()),
    ("duration_ms", models.FloatField(help_text=EXACT)),
    ("success_rate", models.FloatField(help_text="Sum of the rates.")),
    ("input_tokens", models.BigIntegerField()),
    ("output_tokens", models.BigIntegerField()),
    ("total_tokens", models.BigIntegerField()),
    ("cost_usd", models.DecimalField(decimal_places=12, max_digits=24)),
    ("priced", models.BigIntegerField(help_text="Requests that named their cost.")),
    ("appointments_requested", models.BigIntegerField()),
    ("appointments_booked", models.BigIntegerField()),
    ("human_handoffs", models.BigIntegerField()),
    ("duration_bin", models.SmallIntegerField(help_text="Index into bins.BOUNDS_MS.")),
]
PERIOD: Fields = [
    ("period", models.SmallIntegerField(help_text="A periods.Period.")),
    ("starts_at", models.DateTimeField()),
]
REQUEST: Fields = [
    ("received_at", models.DateTimeField()),
    ("bucket_bin", models.SmallIntegerField(help_text="The same, of its Prometheus bucket.")),
]


def of_label_set(*, constraint: bool = False) -> Any:
    return models.ForeignKey(
        "tracking.labelset",
        models.PROTECT,
        db_constraint=constraint,
        db_index=False,
    )


def number() -> tuple[str, Any]:
    return (
        "id",
        models.BigAutoField(
            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("tracking", "0004_request_list_indexes")]

    operations = [
        migrations.AlterField("airequest", "label_set", of_label_set()),
        migrations.AlterField("rollup", "duration_ms", models.FloatField(help_text=EXACT)),
        migrations.CreateModel(
            "Pending", [number(), *KEYED, *REQUEST, ("label_set", of_label_set())]
        ),
        migrations.CreateModel(
            "Fold",
            [
                number(),
                ("folded_id", models.BigIntegerField()),
                ("newest_id", models.BigIntegerField()),
                ("transaction_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            "Addend",
            [
                number(),
                *KEYED,
                *REQUEST,
                ("business_id", models.CharField(max_length=200)),
                ("label_set", of_label_set()),
            ],
            {"managed": False},
        ),
        migrations.CreateModel(
            "PlacedRequest",
            [
                number(),
                *KEYED,
                *PERIOD,
                ("received_at", models.DateTimeField()),
                ("label_set", of_label_set(constraint=True)),
            ],
            {"managed": False},
        ),
        migrations.CreateModel(
            "Total",
            [
                (
                    "pk",
                    models.CompositePrimaryKey(
                        *KEY, blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                *KEYED,
                *PERIOD,
                ("label_set", of_label_set(constraint=True)),
            ],
            {"managed": False},
        ),
        migrations.RunPython(create, drop),
    ]
