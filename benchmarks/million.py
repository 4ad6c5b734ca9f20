"""A million stored requests, made by the database itself: two months of a busy installation."""

from django.db import connection

LABELS = """
INSERT INTO tracking_labelset (digest, business_id, provider_name, request_model, operation_name,
    response_type, intent, error_type, deployment)
SELECT md5(concat_ws(' ', business, model, intent, kind)), 'business-' || business,
    'openai', model, 'chat', kind, intent, CASE kind WHEN 'error' THEN 'timeout' ELSE '' END, ''
FROM generate_series(1, 8) AS business,
    unnest(ARRAY['gpt-5-mini', 'gpt-5', 'gemini-3-flash']) AS model,
    unnest(ARRAY['general', 'pricing', 'services', 'appointment', 'contact']) AS intent,
    unnest(ARRAY['text', 'appointment_booking', 'human_handoff', 'error']) AS kind
"""

# Durations are log-normal about 1.2 s; requests come evenly, in order, over 60 days to now.
RECORDS = """
SELECT jsonb_agg(jsonb_build_object(
    'business_id', l.business_id, 'request_id', 'r' || n, 'label_set_id', l.id, 'folded', false,
    'received_at', now() - interval '60 days' * (1 - n / %(total)s::float),
    'conversation_id', 'c' || n / 4, 'session_id', 's' || n / 8,
    'provider_name', l.provider_name, 'request_model', l.request_model,
    'operation_name', l.operation_name, 'response_type', l.response_type, 'intent', l.intent,
    'error_type', l.error_type, 'deployment', '', 'duration_ms', d.ms,
    'duration_bin', width_bucket(d.ms, %(bounds)s), 'bucket_bin', width_bucket(d.ms, %(bounds)s),
    'input_tokens', 250, 'output_tokens', 120, 'total_tokens', 370, 'cost_usd', 0.0042,
    'success_rate', 1, 'appointment_requested', l.response_type = 'appointment_booking',
    'appointment_booked', l.response_type = 'appointment_booking' AND n %% 2 = 0,
    'human_handoff_requested', l.response_type = 'human_handoff'))
FROM generate_series(%(first)s::bigint, %(last)s) AS n
CROSS JOIN LATERAL (
    SELECT 1200 * exp(0.6 * sqrt(-2 * ln(1 - random())) * cos(6.2832 * random()) + 0 * n) AS ms
) AS d
JOIN tracking_labelset AS l ON l.id = (SELECT min(id) FROM tracking_labelset)
    + (n * 7919) %% 120 * 4 + CASE WHEN n %% 100 = 0 THEN 3 WHEN n %% 9 = 0 THEN 2
        WHEN n %% 5 = 0 THEN 1 ELSE 0 END
"""
STORE = f"SELECT count(*) FROM tracking_store_records(({RECORDS}))"


def store_million(total: int = 1_000_000, step: int = 20_000) -> None:
    """Through the product's own function; about two minutes."""
    from tracking.store.bins import BOUNDS_MS

    with connection.cursor() as cursor:
        cursor.execute(LABELS)
        for first in range(1, total + 1, step):
            span = {"first": first, "last": min(first + step - 1, total), "total": total}
            cursor.execute(STORE, {"bounds": list(BOUNDS_MS), **span})
        cursor.execute("ANALYZE")
