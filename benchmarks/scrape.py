"""Time of one scrape of `/metrics` with 1,000 label sets: 1,000 stored requests, then 1,000,000,
then the most that can be pending on top.

Run as `python -m benchmarks.scrape`; about two minutes, most of them to fill the database.
"""

import os
import statistics
import time

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client

from tests.database import start_postgresql
from tracking.store import bins, fold
from tracking.store.fold import FOLD_EVERY
from tracking.store.through_django import ThroughDjango

MEASURES = ", ".join(fold.MEASURES)
FEW, MANY = 1_000, 1_000_000
SCRAPES = 31

# 20 businesses with 5 models, and 10 combinations of intent, response type and error each.
LABEL_SETS = """
    INSERT INTO tracking_labelset (digest, business_id, provider_name, request_model,
        operation_name, response_type, intent, error_type, deployment)
    SELECT md5(i::text), 'business-' || i % 20, 'openai', 'model-' || i / 20 % 5, 'chat',
        CASE WHEN i / 100 < 8 THEN 'text' ELSE 'error' END, 'intent-' || i / 100 % 6,
        CASE WHEN i / 100 < 8 THEN '' ELSE 'timeout' END, ''
    FROM generate_series(0, 999) AS i
"""

MODEL_SETS = """
    UPDATE tracking_labelset AS s SET model_set_id = oldest.id
    FROM (SELECT request_model, min(id) AS id FROM tracking_labelset GROUP BY 1) AS oldest
    WHERE oldest.request_model = s.request_model AND oldest.id <> s.id
"""

# Half of them in a tenth of the label sets; durations log-normal around 1.1 s; over 30 days.
REQUESTS = """
    INSERT INTO tracking_airequest (business_id, request_id, label_set_id, folded, received_at,
        provider_name, request_model, operation_name, response_type, intent, error_type,
        deployment, duration_ms, duration_bin, bucket_bin, input_tokens, output_tokens,
        total_tokens, cost_usd, success_rate, appointment_requested, appointment_booked,
        human_handoff_requested)
    SELECT s.business_id, gen_random_uuid(), s.id, false, now() - random() * interval '30 days',
        s.provider_name, s.request_model, s.operation_name, s.response_type, s.intent,
        s.error_type, '', r.duration_ms, b.bin, (%s::smallint[])[b.bin + 1], 400, 100, 500,
        0.0021, (s.error_type = '')::int, r.i %% 10 = 0, r.i %% 20 = 0, r.i %% 50 = 0
    FROM (
        SELECT i, exp(random_normal(7, 1)) AS duration_ms,
            CASE WHEN i <= 1000 THEN i WHEN i %% 2 = 0 THEN 1 + i %% 100
                ELSE 1 + floor(random() * 1000) END AS label_set_id
        FROM generate_series(1, %s) AS i
    ) AS r
    JOIN tracking_labelset AS s ON s.id = r.label_set_id
    CROSS JOIN LATERAL (SELECT width_bucket(r.duration_ms, %s::float8[]) AS bin) AS b
"""

PENDING = f"""
    INSERT INTO tracking_pending (received_at, label_set_id, duration_bin, bucket_bin, {MEASURES})
    SELECT received_at, label_set_id, duration_bin, bucket_bin, {MEASURES}
    FROM tracking_addend WHERE id > %s
"""
# Twice what a fold takes: a record's turn may come while another process folds.
MOST_PENDING = 2 * FOLD_EVERY


def main() -> None:
    os.environ.update(DATABASE_URL=start_postgresql(), DJANGO_SETTINGS_MODULE="mlops.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    _empty()
    _fill(FEW)
    few = _measure()
    _empty()
    _fill(MANY)
    many = _measure()
    _fill(MOST_PENDING, folded=False)
    pending = _measure()
    print(f"ratio {many / few:.2f}, with the most that can be pending {pending / many:.2f}")


def _measure() -> float:
    """Median milliseconds of a scrape."""
    client = Client()
    durations_ms = sorted(_scrape_ms(client) for _ in range(SCRAPES))
    median_ms = statistics.median(durations_ms)
    print(
        f"{_count('tracking_airequest'):9,} requests, {_count('tracking_pending'):5,} pending,"
        f" {_count('tracking_rollup WHERE period < 2'):6,} all-time rows of"
        f" {_count('tracking_rollup'):9,}: median {median_ms:5.1f} ms, fastest"
        f" {durations_ms[0]:5.1f} ms, {len(client.get('/metrics').content):,} bytes",
        flush=True,
    )
    return median_ms


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE tracking_airequest, tracking_pending, tracking_rollup, tracking_labelset"
            " RESTART IDENTITY"
        )
        cursor.execute("TRUNCATE tracking_fold")
        cursor.execute(LABEL_SETS)
        cursor.execute(MODEL_SETS)


def _fill(requests: int, folded: bool = True) -> None:
    bucket_bins = [bins.bucket_bin(bin_) for bin_ in range(bins.OVERFLOW_BIN + 1)]
    before = _count("tracking_airequest")
    with connection.cursor() as cursor:
        cursor.execute(REQUESTS, [bucket_bins, requests, list(bins.BOUNDS_MS)])
        cursor.execute(PENDING, [before])
    if folded:
        ThroughDjango().fold()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _count(what: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {what}")
        return int(cursor.fetchone()[0])


def _scrape_ms(client: Client) -> float:
    started = time.perf_counter()
    assert client.get("/metrics").status_code == 200
    return (time.perf_counter() - started) * 1_000


if __name__ == "__main__":
    main()
