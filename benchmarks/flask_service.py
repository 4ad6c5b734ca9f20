"""What a team would write by hand: three required fields checked, one INSERT and commit.

And for batches: the same check of each record, then all of them in one INSERT.
"""

import os
import threading
from typing import Any

import psycopg2
from flask import Flask, Response, jsonify, request
from psycopg2.extras import execute_values

app = Flask(__name__)
local = threading.local()
REQUIRED = ("business_id", "response_time_ms", "tokens_used")
COLUMNS = (*REQUIRED, "model_name", "api_cost_usd", "intent_detected", "response_type")
INSERT = (
    f"INSERT INTO flask_metrics ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
)
INSERT_MANY = f"INSERT INTO flask_metrics ({', '.join(COLUMNS)}) VALUES %s"
TABLE = """
    CREATE TABLE IF NOT EXISTS flask_metrics (
        id bigserial PRIMARY KEY, business_id text, response_time_ms double precision,
        tokens_used integer, model_name text, api_cost_usd numeric, intent_detected text,
        response_type text, created_at timestamptz DEFAULT now())
"""


def connection() -> Any:
    if not hasattr(local, "connection"):
        local.connection = psycopg2.connect(os.environ["DATABASE_URL"])
    return local.connection


@app.post("/track")
def track() -> tuple[Response, int]:
    data = request.get_json()
    for name in REQUIRED:
        if name not in data:
            return jsonify({"error": f"Missing required field: {name}"}), 400
    with connection() as transaction, transaction.cursor() as cursor:
        cursor.execute(INSERT, [data.get(name) for name in COLUMNS])
    return jsonify({"status": "success"}), 200


@app.post("/track/batch")
def track_batch() -> tuple[Response, int]:
    records = request.get_json()["records"]
    for data in records:
        for name in REQUIRED:
            if name not in data:
                return jsonify({"error": f"Missing required field: {name}"}), 400
    rows = [[data.get(name) for name in COLUMNS] for data in records]
    with connection() as transaction, transaction.cursor() as cursor:
        execute_values(cursor, INSERT_MANY, rows)
    return jsonify({"status": "success", "stored": len(rows)}), 200
