"""A cold start: what it loads, what it survives, and how it is told from a warm one."""

import json
import re
import shutil
import time
from pathlib import Path

import pytest

from tests.build import payload
from tests.lambda_runtime.environment import VARIABLES, Environment
from tests.lambda_runtime.events import KEEP_WARM, http_api
from tests.lambda_runtime.test_events import header

TRACK = http_api(
    "/track",
    method="POST",
    headers={"x-api-key": VARIABLES["MLOPS_API_KEY"]},
    body=json.dumps(payload()).encode(),
)
# Longer than a millisecond on any machine, where `/health` may round to 0.0.
LOADS_DJANGO = http_api("/admin/login/", query="key=secret")

GUIDE = Path("docs/troubleshooting.md").read_text()
# As the guide quotes it.
REFUSED = re.findall(r'`500` with\n`(\{"error": "The service could not start".*?\})`', GUIDE)[0]


def test_a_record_is_stored_before_django_is_loaded(connected):
    assert connected.invoke(TRACK)["statusCode"] == 200
    assert not [name for name in connected.modules if name.split(".")[0] == "django"]


def test_health_needs_no_django_either(cold):
    """So neither the admin, nor the dashboard, nor the template engine, nor boto3."""
    assert cold.invoke(http_api("/health"))["statusCode"] == 200
    unwanted = {"django", "dashboard", "boto3", "zappa", "prometheus_client"}
    assert not unwanted & {name.split(".")[0] for name in cold.modules}


def test_analytics_needs_neither_prometheus_nor_zappa(cold):
    cold.invoke(http_api("/analytics/clinic"))
    unwanted = {"boto3", "zappa", "prometheus_client"}
    assert not unwanted & {name.split(".")[0] for name in cold.modules}


def test_a_foreign_host_is_answered_alike_cold_and_warm(task, tmp_path, database_url):
    variables = {"DATABASE_URL": database_url, "ALLOWED_HOSTS": "elsewhere.example"}
    key = {"x-api-key": VARIABLES["MLOPS_API_KEY"]}
    scrapes = [http_api(path, headers=key) for path in ("/metrics", "/analytics/clinic")]
    with Environment(tmp_path, **variables) as environment:
        assert [environment.invoke(scrape)["statusCode"] for scrape in scrapes] == [200, 200]
        assert environment.invoke(http_api("/admin/login/"))["statusCode"] == 400
        assert [environment.invoke(scrape)["statusCode"] for scrape in scrapes] == [200, 200]


def test_nothing_is_compiled(task, tmp_path):
    shutil.copytree(task, tmp_path / "task")
    with Environment(tmp_path, tmp_path / "task") as environment:
        for event in (TRACK, http_api("/health"), http_api("/admin/login/"), KEEP_WARM):
            environment.invoke(event)
        assert not [path for path in environment.compiled if "/task/" in path]


def test_a_database_that_is_away_does_not_break_health(cold):
    assert cold.invoke(TRACK)["statusCode"] == 503
    assert cold.invoke(http_api("/health"))["statusCode"] == 200


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("SECRET_KEY", "", "SECRET_KEY must be set"),
        ("MAX_LABEL_SETS", "many", "MAX_LABEL_SETS must be a whole number"),
        ("DATABASE_URL", '"postgresql://u:p@h/db"', "DATABASE_URL must look like"),
    ],
)
def test_a_refused_start_is_an_answer_and_a_log_line(task, tmp_path, variable, value, reason):
    with Environment(tmp_path, **{variable: value}) as environment:
        answer = environment.invoke(TRACK)
        assert (answer["statusCode"], answer["body"]) == (500, REFUSED)
        assert reason in environment.log


def test_the_first_answer_tells_of_the_start(cold):
    started = time.perf_counter()
    answer = cold.invoke(LOADS_DJANGO)
    seen_ms = 1_000 * (time.perf_counter() - started)
    assert header(answer, "x-cold-start") == "1"
    app, init = header(answer, "server-timing").split(", ")
    assert 1 < float(app.removeprefix("app;dur=")) <= seen_ms
    assert float(init.split(";")[1].removeprefix("dur=")) > 1
    assert init.endswith('desc="on-demand"')


def test_the_second_answer_is_warm(cold):
    cold.invoke(http_api("/health"))
    answer = cold.invoke(http_api("/health"))
    assert header(answer, "x-cold-start") == "0"
    assert "init" not in header(answer, "server-timing")


def test_after_keep_warm_the_first_answer_is_not_cold(cold):
    cold.invoke(KEEP_WARM)
    assert header(cold.invoke(http_api("/health")), "x-cold-start") == "0"


@pytest.mark.parametrize(
    ("initialization_type", "cold_start"), [("snap-start", "1"), ("provisioned-concurrency", "0")]
)
def test_the_initialization_type_is_told(task, tmp_path, initialization_type, cold_start):
    variables = {"AWS_LAMBDA_INITIALIZATION_TYPE": initialization_type}
    with Environment(tmp_path, **variables) as environment:
        answer = environment.invoke(http_api("/health"))
        assert f'desc="{initialization_type}"' in header(answer, "server-timing")
        assert header(answer, "x-cold-start") == cold_start


def test_each_request_is_one_line_of_json(cold):
    started = time.perf_counter()
    cold.invoke(LOADS_DJANGO)
    seen_ms = 1_000 * (time.perf_counter() - started)
    [line] = cold.log_lines
    assert 1 < line.pop("duration_ms") <= seen_ms
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "INFO",
        "method": "GET",
        "path": "/admin/login/",
        "status": 200,
        "request_id": "request-1",
        "cold_start": True,
        "initialization_type": "on-demand",
    }


def test_an_error_of_the_server_has_its_level(cold):
    cold.invoke(TRACK)
    assert [line["level"] for line in cold.log_lines] == ["ERROR"]


def test_the_log_holds_neither_key_nor_body(cold):
    cold.invoke(TRACK)
    assert VARIABLES["MLOPS_API_KEY"] not in cold.log
    assert "clinic" not in cold.log
