"""The zip on AWS's runtime: the service answers, and the runtime is as on Lambda."""

import json
import re
from collections.abc import Iterator

import pytest
import requests

from tests.build import payload
from tests.lambda_runtime.emulator.running import A_WHOLE_CORE_MB, Running, running
from tests.lambda_runtime.events import KEEP_WARM
from tracking.doctor.diagnosis import looks

AWAY = "postgresql://nobody@127.0.0.1:1/nowhere"


def test_a_record_is_tracked_and_counted(service):
    before = counted(service)
    assert service.post("/track", json=payload()).json()["database_stored"] is True
    assert counted(service) == before + 1


def counted(service) -> float:
    text = service.get("/metrics").text
    return sum(float(value) for value in re.findall(r"(?m)^ai_requests_total\S* (\S+)", text))


def test_without_the_stage_there_is_nothing(service):
    root = service.base_url.removesuffix("/production")
    assert requests.get(f"{root}/health", timeout=10).status_code == 404


def test_repeated_query_keys_arrive_as_sent(service):
    assert service.get("/analytics/a%20b?days=1&days=7").json()["period"] == "7_days"
    assert service.get("/analytics/a%20b").json()["business_id"] == "a b"


def test_a_binary_body_arrives_as_sent(service):
    answer = service.post("/track", data=b"\xff\xfe")
    assert answer.status_code == 400


@pytest.mark.parametrize("megabytes", [2, 7, 11])
def test_a_body_over_the_bound_is_refused_by_service_or_gateway(service, megabytes):
    answer = service.post("/track/batch", data=b"x" * megabytes * 1_000_000)
    assert answer.status_code == 413


@pytest.mark.parametrize("api", ["v1", "url"])
def test_the_other_gateways_reach_the_service(zip_path, service_database, api):
    with running(zip_path, service_database, api=api, environments=1) as service:
        assert service.get("/health").json()["status"] == "healthy"
        assert service.post("/track", json=payload()).status_code == 200
        assert service.get("/track").status_code == 405


@pytest.fixture(scope="module")
def without_database(zip_path) -> Iterator[Running]:
    with running(zip_path, AWAY, environments=1) as service:
        yield service


def test_only_the_first_answer_of_an_environment_is_a_cold_start(without_database):
    without_database.local_lambda.kill_one()
    first, second = without_database.get("/health"), without_database.get("/health")
    assert (first.headers["X-Cold-Start"], second.headers["X-Cold-Start"]) == ("1", "0")
    assert "init;dur=" in first.headers["Server-Timing"]
    assert "init;" not in second.headers["Server-Timing"]


def test_the_runtime_reports_each_invocation(service):
    service.get("/health")
    request = service.wait_for_line("START").split()[2]
    report = service.wait_for_line(f"REPORT RequestId: {request}\t")
    figures = dict(part.split(": ", 1) for part in report.split("\t")[1:] if part.strip())
    assert figures["Memory Size"] == f"{A_WHOLE_CORE_MB} MB"
    assert float(figures["Duration"].removesuffix(" ms")) > 0


def test_each_request_is_one_json_line(service):
    service.get("/health?secret=1")
    line = json.loads(service.wait_for_line('{"timestamp"'))
    assert (line["path"], line["status"], line["level"]) == ("/health", 200, "INFO")
    assert "secret" not in json.dumps(line)


def test_keep_warm_warms_the_environment_and_needs_no_database(without_database):
    without_database.local_lambda.kill_one()
    without_database.local_lambda.invoke(KEEP_WARM)
    assert without_database.get("/health").headers["X-Cold-Start"] == "0"


def test_a_database_that_is_away_leaves_the_environment_up(without_database):
    assert without_database.get("/health").status_code == 200
    refused = without_database.post("/track", json=payload())
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert without_database.get("/health").headers["X-Cold-Start"] == "0"


def test_doctor_runs_on_lambda(service):
    service.local_lambda.invoke({"manage": "doctor"})
    assert "no errors" in service.wait_for_line(f"{len(looks())} points examined")
