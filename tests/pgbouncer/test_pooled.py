"""The service behind a transaction pooler: in a container's processes, and on Lambda."""

import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.blackbox.service import running_service
from tests.build import payload
from tests.database import ADMIN_PASSWORD
from tests.lambda_runtime.emulator.running import API_KEY, running

HEADERS = {"X-API-Key": API_KEY}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture(scope="module", params=["container", "lambda"])
def base_url(request, pooled_url):
    if request.param == "container":
        with running_service(pooled_url, MLOPS_API_KEY=API_KEY, WEB_CONCURRENCY="2") as url:
            yield url
    else:
        zip_path = request.getfixturevalue("zip_path")
        with running(zip_path, pooled_url, environments=1, wait_seconds=20) as service:
            yield service.base_url


def counted(base_url: str) -> float:
    text = requests.get(f"{base_url}/metrics", headers=HEADERS, timeout=10).text
    return sum(float(value) for value in re.findall(r"(?m)^ai_requests_total\S* (\S+)", text))


def post(base_url: str, path: str, body: object) -> requests.Response:
    return requests.post(f"{base_url}{path}", json=body, headers=HEADERS, timeout=20)


def test_records_are_stored_and_counted(base_url):
    before = counted(base_url)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: post(base_url, "/track", payload()), range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert counted(base_url) == before + 20


def test_a_batch_is_stored_and_counted(base_url):
    before = counted(base_url)
    assert post(base_url, "/track/batch", {"records": [payload()] * 10}).status_code == 200
    assert counted(base_url) == before + 10


def test_an_administrator_logs_in(base_url):
    session = requests.Session()
    url = f"{base_url}/admin/login/"
    token = TOKEN.search(session.get(url, timeout=20).text)
    assert token
    # Cookies for https only: their own names are sent by hand over plain HTTP.
    headers = {"Cookie": f"csrftoken={session.cookies['csrftoken']}"}
    form = {"username": "admin", "password": ADMIN_PASSWORD, "csrfmiddlewaretoken": token[1]}
    answer = session.post(url, data=form, headers=headers, allow_redirects=False, timeout=20)
    assert answer.status_code == 302
    assert "sessionid" in session.cookies


def test_the_service_is_healthy_with_its_database(base_url):
    answer = requests.get(f"{base_url}/health/detailed", headers=HEADERS, timeout=10)
    assert answer.json()["health_checks"]["database_connected"] is True


def test_a_pooler_that_restarts_loses_no_record(base_url, pooler):
    before = counted(base_url)
    assert post(base_url, "/track", payload()).status_code == 200
    pooler.stop()
    refused = post(base_url, "/track", payload(request_id=f"again {base_url}"))
    assert (refused.status_code, refused.json()["error"]) == (503, "Database unavailable")
    pooler.start()
    answers = [post(base_url, "/track", payload()) for _ in range(12)]
    answers.append(post(base_url, "/track", payload(request_id=f"again {base_url}")))
    assert {answer.status_code for answer in answers} == {200}
    assert counted(base_url) == before + 14


def test_a_silent_pooler_refuses_records_within_the_clients_patience(base_url, pooler):
    before = counted(base_url)
    pooler.process.send_signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        answer = post(base_url, "/track", payload(request_id=f"silent {base_url}"))
        assert (answer.status_code, time.monotonic() - started < 5) == (503, True)
    finally:
        pooler.process.send_signal(signal.SIGCONT)
    assert post(base_url, "/track", payload(request_id=f"silent {base_url}")).status_code == 200
    assert counted(base_url) == before + 1
