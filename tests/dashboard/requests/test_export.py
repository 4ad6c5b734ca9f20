"""Requests as CSV and JSON."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard.frame.csv_file import defused
from tests.build import record, store_records

pytestmark = pytest.mark.django_db


def store(*records):
    store_records([record(**fields) for fields in records])


def test_the_csv_has_what_the_list_has(admin):
    store({"business_id": "vet"}, {"business_id": "clinic"})
    answer = admin.get("/dashboard/requests.csv", {"business": "vet"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["business_id"] for row in rows] == ["vet"]
    assert rows[0]["duration_ms"] == "1200.5"


def test_the_json_is_one_array(admin):
    store(*({"metadata": {"n": n}} for n in range(3)))
    answer = admin.get("/dashboard/requests.json")
    assert len(json.loads(b"".join(answer.streaming_content))) == 3


def test_an_export_tells_the_outcome_and_what_is_unknown(admin):
    store({}, {"error_type": "timeout"}, {"outcome": "aborted", "total_tokens": None})
    rows = json.loads(b"".join(admin.get("/dashboard/requests.json").streaming_content))
    told = {row["outcome"]: row["total_tokens"] for row in rows}
    assert told == {"worked": 300, "failed": 300, "aborted": None}


def test_an_export_of_nothing_is_an_empty_array(admin):
    answer = admin.get("/dashboard/requests.json")
    assert json.loads(b"".join(answer.streaming_content)) == []


def test_an_export_reads_page_by_page(admin, monkeypatch):
    monkeypatch.setattr("dashboard.requests.export.CHUNK", 10)
    store(*({} for _ in range(25)))
    with CaptureQueriesContext(connection) as queries:
        answer = admin.get("/dashboard/requests.json")
    assert sum("LIMIT 11" in query["sql"] for query in queries) == 3
    assert len(json.loads(b"".join(answer.streaming_content))) == 25


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]
DISGUISED = [" =1", "\u3000=1", "＝1", "＋1", "－1", "＠A", "|x", "%x"]


@pytest.mark.parametrize("text", FORMULAS + DISGUISED)
def test_a_cell_that_begins_a_formula_is_defused(text):
    assert defused(text) == f"'{text}"


def test_numbers_and_plain_text_stay_as_they_are():
    assert [defused(value) for value in (-1.5, "clinic", None)] == [-1.5, "clinic", None]


def test_no_cell_of_the_csv_runs_in_a_spreadsheet(admin):
    store({"intent": "=1+1", "metadata": {"plan": "free"}})
    answer = admin.get("/dashboard/requests.csv")
    [row] = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert (row["intent"], row["metadata"]) == ("'=1+1", '{"plan": "free"}')


def test_an_export_tells_its_length(admin):
    store({}, {})
    answer = admin.get("/dashboard/requests.json")
    assert len(b"".join(answer.streaming_content)) == int(answer["Content-Length"])
    assert "attachment" in answer["Content-Disposition"]
