"""A call that is reported twice counts once, and what a report doesn't know is unknown.

Reports of one call are told by the id of its response. The second fills in what the first lacked:
each total that was unknown rises once, where the first is counted. On PostgreSQL a function does
both. `tracking_append` stays for processes of the version before; it never names a response, and
columns that it doesn't know have their default.

Sums and their table stay as they are: a fold of the version before would lose what it doesn't know.
"""

from importlib import import_module

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

first = import_module("tracking.migrations.0005_append_and_fold")
before = import_module("tracking.migrations.0006_count_ignored_fields")

ADDENDS = {
    **before.ADDENDS,
    "success_rate": "coalesce(success_rate, 0)",
    "total_tokens": "coalesce(total_tokens, 0)",
}
COLUMNS = {
    **before.COLUMNS,
    "response_id": "text",
    "outcome": "text",
    "cached_read_tokens": "int",
    "cached_write_tokens": "int",
    "reasoning_tokens": "int",
    "token_mismatch": "text",
}
# What a report that says nothing of it leaves out.
DEFAULTS = {"outcome": "coalesce(outcome, '')", "token_mismatch": "coalesce(token_mismatch, '')"}

# What a second report may fill in: where nothing is known, nothing was said, or it didn't happen.
NULLABLE = (
    "occurred_at",
    "conversation_id",
    "session_id",
    "time_to_first_chunk_ms",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cached_read_tokens",
    "cached_write_tokens",
    "reasoning_tokens",
    "cost_usd",
    "success_rate",
    "user_satisfaction",
    "user_message_length",
    "ai_response_length",
    "metadata",
)
LABELS = ("provider_name", "request_model", "response_type", "intent")
BOOLEANS = ("appointment_requested", "appointment_booked", "human_handoff_requested")

LACKS = " OR ".join(
    [
        *(f"kept.{name} IS NULL AND report.{name} IS NOT NULL" for name in NULLABLE),
        *(f"kept.{name} = 'unknown' AND report.{name} <> 'unknown'" for name in LABELS),
        *(f"NOT kept.{name} AND report.{name}" for name in BOOLEANS),
        "kept.deployment = '' AND report.deployment <> ''",
        "kept.outcome = 'unknown' AND coalesce(report.outcome, '') <> 'unknown'",
    ]
)
FILLED_IN = ", ".join(
    [
        *(f"{name} = coalesce(kept.{name}, report.{name})" for name in NULLABLE),
        *(
            f"{name} = CASE kept.{name} WHEN 'unknown' THEN report.{name} ELSE kept.{name} END"
            for name in LABELS
        ),
        *(f"{name} = kept.{name} OR report.{name}" for name in BOOLEANS),
        "deployment = CASE kept.deployment WHEN '' THEN report.deployment ELSE kept.deployment END",
        "error_type = CASE kept.outcome WHEN 'unknown' THEN report.error_type"
        " ELSE kept.error_type END",
        "outcome = CASE kept.outcome WHEN 'unknown' THEN coalesce(report.outcome, '')"
        " ELSE kept.outcome END",
        # It says how the numbers fit that came with it.
        "token_mismatch = CASE WHEN kept.total_tokens IS NULL"
        " THEN coalesce(report.token_mismatch, '') ELSE kept.token_mismatch END",
    ]
)
SAME_CALL = "kept.business_id = report.business_id AND kept.response_id = report.response_id"

# Two batches lock what they fill in in one order. A row that went meanwhile was pruned.
APPEND = f"""
CREATE FUNCTION tracking_append_reports(records json, fold_every int, fill_in boolean)
RETURNS TABLE (business_id text, request_id text, fold_due boolean)
LANGUAGE plpgsql
AS $$
#variable_conflict use_column
DECLARE
    fresh_rows bigint;
    report record;
    kept_id bigint;
    earlier record;
BEGIN
    RETURN QUERY
    WITH fresh AS (
        INSERT INTO tracking_airequest ({", ".join(COLUMNS)})
        SELECT {", ".join(DEFAULTS.get(name, name) for name in COLUMNS)}
        FROM json_to_recordset(records) AS r ({", ".join(map(" ".join, COLUMNS.items()))})
        ON CONFLICT DO NOTHING
        RETURNING id, business_id, request_id, {", ".join((*first.PLACE, *before.SUMMED))}
    ),
    pending AS (
        INSERT INTO tracking_pending ({", ".join((*first.PLACE, *ADDENDS))})
        SELECT received_at, {first.LABEL_SET}, duration_bin, bucket_bin,
            {", ".join(ADDENDS.values())}
        FROM fresh
    )
    SELECT business_id::text, request_id::text, id % fold_every = 0 FROM fresh;
    GET DIAGNOSTICS fresh_rows = ROW_COUNT;
    IF NOT fill_in OR fresh_rows = json_array_length(records) THEN
        RETURN;
    END IF;
    FOR report IN
        SELECT report.*
        FROM json_to_recordset(records) AS report ({", ".join(map(" ".join, COLUMNS.items()))})
        JOIN tracking_airequest AS kept ON {SAME_CALL}
        WHERE kept.request_id <> report.request_id AND ({LACKS})
        ORDER BY report.business_id, report.response_id, report.request_id
    LOOP
        SELECT kept.id INTO kept_id FROM tracking_airequest AS kept WHERE {SAME_CALL} FOR UPDATE;
        CONTINUE WHEN NOT FOUND;
        SELECT * INTO earlier FROM tracking_addend AS addend WHERE addend.id = kept_id;
        UPDATE tracking_airequest AS kept SET {FILLED_IN} WHERE kept.id = kept_id;
        INSERT INTO tracking_pending ({", ".join((*first.PLACE, *ADDENDS))})
        SELECT {", ".join(f"addend.{name}" for name in first.PLACE)},
            {", ".join(f"addend.{name} - earlier.{name}" for name in ADDENDS)}
        FROM tracking_addend AS addend WHERE addend.id = kept_id
            AND ({" OR ".join(f"addend.{name} <> earlier.{name}" for name in ADDENDS)});
    END LOOP;
END
$$
"""


def drop_views(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite makes the tables anew, which it doesn't while views read them."""
    _run(schema_editor, *first.VIEWS_GONE)


def create_views_of_before(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _create_views(schema_editor, before.ADDENDS)


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _create_views(schema_editor, ADDENDS)
    if schema_editor.connection.vendor == "postgresql":
        _run(schema_editor, APPEND)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The version before knows no unknown."""
    if schema_editor.connection.vendor == "postgresql":
        _run(schema_editor, "DROP FUNCTION tracking_append_reports(json, int, boolean)")
    drop_views(apps, schema_editor)
    for name in ("total_tokens", "success_rate"):
        _run(schema_editor, f"UPDATE tracking_airequest SET {name} = 0 WHERE {name} IS NULL")


def _create_views(schema_editor: BaseDatabaseSchemaEditor, addends: dict[str, str]) -> None:
    _run(schema_editor, *first.views(schema_editor.connection.vendor, addends))


def _run(schema_editor: BaseDatabaseSchemaEditor, *statements: str) -> None:
    for sql in statements:
        schema_editor.execute(sql, params=None)


class Migration(migrations.Migration):
    dependencies = [("tracking", "0006_count_ignored_fields")]

    operations = [
        migrations.RunPython(drop_views, create_views_of_before),
        migrations.AddField(
            "airequest", "response_id", models.CharField(max_length=200, null=True)
        ),
        migrations.AddField(
            "airequest",
            "outcome",
            models.CharField(
                blank=True,
                db_default="",
                help_text="Empty: as the error type says. Else aborted or unknown.",
                max_length=20,
            ),
        ),
        *(
            migrations.AddField("airequest", name, models.IntegerField(null=True))
            for name in ("cached_read_tokens", "cached_write_tokens", "reasoning_tokens")
        ),
        migrations.AddField(
            "airequest",
            "token_mismatch",
            models.CharField(
                blank=True, db_default="", help_text="How tokens don't add up.", max_length=100
            ),
        ),
        migrations.AlterField("airequest", "total_tokens", models.IntegerField(null=True)),
        migrations.AlterField(
            "airequest", "success_rate", models.FloatField(help_text="0 to 1.", null=True)
        ),
        migrations.AddField(
            "labelset", "outcome", models.CharField(blank=True, db_default="", max_length=20)
        ),
        migrations.AddConstraint(
            "airequest",
            models.UniqueConstraint(
                condition=models.Q(response_id__isnull=False),
                fields=["business_id", "response_id"],
                name="reported_once",
            ),
        ),
        migrations.RunPython(create, drop),
    ]
