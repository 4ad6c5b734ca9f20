"""What a team would write by hand: three required fields checked, one INSERT and commit."""

import os
import threading
from typing import Any

import psycopg2
from flask import Flask, Response, jsonify, request

app = Flask(__name__)
local = threading.local()
REQUIRED = ("business_id", "response_time_ms", "tokens_used")
COLUMNS = (*REQUIRED, "model_name", "api_cost_usd", "intent_detected", "response_type")
INSERT = (
    f"INSERT INTO flask_metrics ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
)
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
