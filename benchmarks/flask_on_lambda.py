"""The yardstick: the least that a Flask service on Lambda needs to store a record."""

import os
from typing import Any

import psycopg2
import serverless_wsgi
from flask import Flask, Response, jsonify, request

app = Flask(__name__)


@app.post("/track")
def track() -> Response:
    record = request.get_json()
    with psycopg2.connect(os.environ["DATABASE_URL"]) as connection:
        connection.cursor().execute(
            "CREATE TABLE IF NOT EXISTS plain (business_id text, duration_ms float, tokens int)"
        )
        connection.cursor().execute(
            "INSERT INTO plain VALUES (%s, %s, %s)",
            (record["business_id"], record["response_time_ms"], record["tokens_used"]),
        )
    return jsonify(status="success")


def handler(event: dict[str, Any], context: Any) -> Any:
    return serverless_wsgi.handle_request(app, event, context)
