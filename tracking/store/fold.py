"""Adds pending rows up to rollups, many at a time. Knows no Django.

One process folds at a time, and none waits for it. What a request adds and where is said by the
database's views (migration 0005).
"""

from tracking.store.labels import Cursor

# A record in so many folds what has come since the last one. More of them make a rollup's rows
# change less often; fewer keep the part of a page that adds up pending rows below a few ms.
FOLD_EVERY = 2_048
# A turn may come while another process folds or rebuilds; not many turns.
PENDING_AT_MOST = 8 * FOLD_EVERY
LOCK_ID = 7_201_406_518

KEY = ("period", "starts_at", "label_set_id", "duration_bin")
MEASURES = (
    "requests",
    "failures",
    "folded",
    "duration_ms",
    "success_rate",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cost_usd",
    "priced",
    "appointments_requested",
    "appointments_booked",
    "human_handoffs",
    "ignored_fields",
)


def fold(cursor: Cursor, vendor: str) -> None:
    """Nothing happens while another process folds; on SQLite it must run in a transaction."""
    if vendor == "postgresql":
        cursor.execute(FOLD_ON_POSTGRESQL, [LOCK_ID])
    else:
        cursor.execute(_added_up("tracking_placedpending"))
        cursor.execute("DELETE FROM tracking_pending")


def _added_up(placed: str) -> str:
    """All processes lock rollups in one order, and last the all-time rows."""
    return f"""
        INSERT INTO tracking_rollup AS rollup ({", ".join((*KEY, *MEASURES))})
        SELECT {", ".join(KEY)}, {", ".join(f"sum({name})" for name in MEASURES)}
        FROM {placed} WHERE true
        GROUP BY {", ".join(KEY)} ORDER BY period DESC, starts_at, label_set_id, duration_bin
        ON CONFLICT ({", ".join(KEY)}) DO UPDATE SET
        {", ".join(f"{name} = rollup.{name} + excluded.{name}" for name in MEASURES)}
    """


# One statement, so one snapshot; of the rows that it sees, those count that it deleted itself.
# The mark: ids up to `newest_id` were drawn before this snapshot was taken, each by a transaction
# that had its number by then, so a lower one than this fold, which gets its own only now (as the
# first statement of its transaction). Once xmin says that all lower ones have ended, no row up to
# there can come any more. A number still to come is of the cluster that was restored from.
FOLD_ON_POSTGRESQL = f"""
    WITH gone AS (
        DELETE FROM tracking_pending
        WHERE (SELECT pg_try_advisory_xact_lock(%s))
            AND id > (SELECT coalesce(max(folded_id), 0) FROM tracking_fold)
            AND id < 9223372036854775807
        RETURNING id
    ),
    seen AS (
        SELECT max(id) AS newest_id, pg_current_xact_id()::text::bigint AS transaction_id,
            pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest_running
        FROM gone WHERE now() = statement_timestamp() HAVING max(id) IS NOT NULL
    ),
    marked AS (
        INSERT INTO tracking_fold AS mark (id, folded_id, newest_id, transaction_id)
        SELECT 1, 0, newest_id, transaction_id FROM seen
        ON CONFLICT (id) DO UPDATE SET
            folded_id = CASE WHEN mark.transaction_id <= (SELECT oldest_running FROM seen)
                THEN mark.newest_id ELSE mark.folded_id END,
            newest_id = excluded.newest_id,
            transaction_id = excluded.transaction_id
        WHERE mark.transaction_id <= (SELECT oldest_running FROM seen)
            OR mark.transaction_id > excluded.transaction_id
    )
    {_added_up("tracking_placedpending JOIN gone USING (id)")}
"""
