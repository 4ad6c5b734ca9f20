"""Counts the fields of records that mean nothing, which their senders may not notice.

The views and the function that appends are made anew with one more sum. What 1.0.0 stores until
the last of its processes has ended counts none.
"""

from importlib import import_module

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

before = import_module("tracking.migrations.0005_append_and_fold")

NAME = "ignored_fields"
ADDENDS = {**before.ADDENDS, NAME: f"coalesce({NAME}, 0)"}
COLUMNS = {**before.COLUMNS, NAME: "smallint"}
SUMMED = (*before.SUMMED, NAME)
KEPT_SUMS = ("rollup", "pending")
READ_SUMS = ("addend", "placedrequest", "total")


def drop_views(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite makes a table that they read anew for its new column."""
    _run(schema_editor, before.VIEWS_GONE)


def restore_views(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _create(schema_editor, before.COLUMNS, before.SUMMED, before.ADDENDS)


def create_views(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _create(schema_editor, COLUMNS, SUMMED, ADDENDS)


def _create(
    schema_editor: BaseDatabaseSchemaEditor,
    columns: dict[str, str],
    summed: tuple[str, ...],
    addends: dict[str, str],
) -> None:
    vendor = schema_editor.connection.vendor
    run = before.views(vendor, addends)
    if vendor == "postgresql":
        run.append(before.append(columns, summed, addends))
    _run(schema_editor, run)


def _run(schema_editor: BaseDatabaseSchemaEditor, statements: list[str]) -> None:
    for sql in statements:
        schema_editor.execute(sql, params=None)


class Migration(migrations.Migration):
    dependencies = [("tracking", "0005_append_and_fold")]

    operations = [
        migrations.RunPython(drop_views, restore_views),
        migrations.AddField(
            "airequest",
            NAME,
            models.SmallIntegerField(null=True, help_text="How many meant nothing; empty: none."),
        ),
        *(
            migrations.AddField(name, NAME, models.BigIntegerField(db_default=0))
            for name in (*KEPT_SUMS, *READ_SUMS)
        ),
        migrations.RunPython(create_views, drop_views),
    ]
