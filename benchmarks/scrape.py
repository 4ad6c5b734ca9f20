"""Time of one scrape of `/metrics` with 1,000 label sets: 1,000 stored requests, then 1,000,000.

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
from tracking.store import bins

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
    SELECT s.business_id, 'r' || r.i, s.id, false, now() - random() * interval '30 days',
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

ROLLUPS = """
    INSERT INTO tracking_rollup (period, starts_at, label_set_id, duration_bin, requests,
        failures, folded, duration_ms, success_rate, input_tokens, output_tokens, total_tokens,
        cost_usd, priced, appointments_requested, appointments_booked, human_handoffs)
    SELECT p.period,
        CASE p.period WHEN 2 THEN date_trunc('day', received_at, 'UTC')
            WHEN 3 THEN date_trunc('hour', received_at, 'UTC') ELSE 'epoch' END,
        CASE p.period WHEN 0 THEN coalesce(s.model_set_id, s.id) ELSE s.id END,
        CASE p.period WHEN 0 THEN bucket_bin WHEN 1 THEN 0 ELSE duration_bin END,
        count(*), count(*) FILTER (WHERE r.error_type <> ''), 0, sum(duration_ms),
        sum(success_rate), sum(input_tokens), sum(output_tokens), sum(total_tokens),
        sum(cost_usd), count(*), count(*) FILTER (WHERE appointment_requested),
        count(*) FILTER (WHERE appointment_booked), count(*) FILTER (WHERE human_handoff_requested)
    FROM tracking_airequest AS r JOIN tracking_labelset AS s ON s.id = r.label_set_id
    CROSS JOIN (VALUES (0::smallint), (1), (2), (3)) AS p (period)
    GROUP BY 1, 2, 3, 4
"""


def main() -> None:
    os.environ.update(DATABASE_URL=start_postgresql(), DJANGO_SETTINGS_MODULE="mlops.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    few, many = _measure(FEW), _measure(MANY)
    print(f"ratio {many / few:.2f}")


def _measure(requests: int) -> float:
    """Median milliseconds of a scrape with that many stored requests."""
    _fill(requests)
    client = Client()
    durations_ms = sorted(_scrape_ms(client) for _ in range(SCRAPES))
    median_ms = statistics.median(durations_ms)
    print(
        f"{requests:9,} requests, {_count('tracking_rollup WHERE period < 2'):6,} all-time rows of"
        f" {_count('tracking_rollup'):9,}: median {median_ms:5.1f} ms, fastest"
        f" {durations_ms[0]:5.1f} ms, {len(client.get('/metrics').content):,} bytes",
        flush=True,
    )
    return median_ms


def _fill(requests: int) -> None:
    bucket_bins = [bins.bucket_bin(bin_) for bin_ in range(bins.OVERFLOW_BIN + 1)]
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE tracking_airequest, tracking_rollup, tracking_labelset RESTART IDENTITY"
        )
        cursor.execute(LABEL_SETS)
        cursor.execute(MODEL_SETS)
        cursor.execute(REQUESTS, [bucket_bins, requests, list(bins.BOUNDS_MS)])
        cursor.execute(ROLLUPS)
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
