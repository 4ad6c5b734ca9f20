"""`demo_data` makes up two hosts; their measurements show keep-warm off and a slow afternoon."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest
from django.core.management import CommandError, call_command

from deployments.demo import IDLE, OFF_FROM, OFF_TO, measure
from deployments.models import Deployment, LambdaReport, LatencyRun, LatencySample
from tests.measurements import deployment
from tracking.loading.demo import LiveDemo
from tracking.loading.demo_profiles import SLOW_AFTERNOON
from tracking.loading.demo_records import Demo
from tracking.models import AIRequest, BulkLoad
from tracking.store.periods import DAY, HOUR

ROOT = Path(__file__).resolve().parents[2]


def run(**options):
    call_command("demo_data", verbosity=0, **{"days": 2, "requests_per_day": 60, **options})
    return BulkLoad.objects.get()


def counts():
    return [model.objects.count() for model in (LambdaReport, LatencyRun, LatencySample)]


def by(caller):
    return LambdaReport.objects.filter(invocation=caller)


def cold_share(reports):
    return reports.cold_share_of_newest(10**6).value or 0


@pytest.mark.django_db
def test_there_are_two_hosts_that_nobody_can_call():
    run()
    assert set(Deployment.objects.values_list("name", "base_url")) == {("ec2", ""), ("lambda", "")}
    assert LatencyRun.objects.latest("pk").deployments.count() == 2


@pytest.mark.django_db
def test_the_function_reports_each_request_that_it_stored_and_keep_warm():
    run()
    stored = AIRequest.objects.filter(deployment="lambda").values_list("received_at", flat=True)
    reported = by("request").values_list("reported_at", flat=True)
    assert set(reported) == set(stored) and reported.count() == len(stored) > 0
    kept_warm = (2 - 2 * (OFF_FROM - OFF_TO)) * DAY / timedelta(minutes=5)
    assert by("keep_warm").count() == pytest.approx(kept_warm, abs=2)


@pytest.mark.django_db
def test_without_keep_warm_a_call_after_a_pause_is_cold():
    load = run(days=9, requests_per_day=100)
    since, until = load.started_at - 9 * OFF_FROM * DAY, load.started_at - 9 * OFF_TO * DAY
    reports = LambdaReport.objects.order_by("reported_at")
    without = reports.between(since, until)
    assert not without.filter(invocation="keep_warm").exists()
    times = [one.reported_at or since for one in without]
    pauses = [after - before > IDLE for before, after in zip(times, times[1:], strict=False)]
    assert 0.1 < sum(pauses) / len(pauses) <= cold_share(without)
    assert cold_share(without) > 10 * cold_share(reports.filter(reported_at__gte=until))
    assert LatencySample.objects.filter(cold_start=True).exists()


@pytest.mark.django_db
def test_the_container_has_a_slow_afternoon():
    load = run(days=4, requests_per_day=10)
    since, until = Demo(**load.options, until=load.started_at).span(SLOW_AFTERNOON)

    def median_ms(name):
        samples = LatencySample.objects.between(since, until).filter(deployment__name=name)
        return median(samples.values_list("duration_ms", flat=True))

    assert median_ms("ec2") > 1.5 * median_ms("lambda")


@pytest.mark.django_db
def test_it_is_safe_to_repeat():
    load = run()
    before = counts()
    measure(load.started_at)
    run()
    assert counts() == before


@pytest.mark.django_db
def test_measuring_bit_by_bit_comes_to_the_same():
    load = run()
    LiveDemo().catch_up(load.started_at + 9 * HOUR)
    for minute in range(0, 9 * 60 + 1, 20):
        measure(load.started_at + timedelta(minutes=minute))
    requests = LambdaReport.objects.filter(invocation="request").count()
    assert requests == AIRequest.objects.filter(deployment="lambda").count()
    starts = sorted(LatencyRun.objects.values_list("started_at", flat=True))
    assert {after - before for before, after in zip(starts, starts[1:], strict=False)} == {2 * HOUR}


@pytest.mark.django_db
def test_it_refuses_a_database_with_real_deployments():
    deployment("mine")
    with pytest.raises(CommandError, match="Use an empty database, or --requests-only."):
        run()
    run(requests_only=True)
    assert Deployment.objects.get().name == "mine" and AIRequest.objects.exists()


@pytest.mark.django_db
def test_every_page_says_that_it_was_made_up(admin_client):
    run()
    page = admin_client.get("/dashboard/deployments/?window=7d").content.decode()
    assert "These requests and measurements were made up" in page
    assert "warm is" in page


def is_running(pid):
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return state.stdout.strip()[:1] not in ("", "Z")


def test_it_ends_with_the_process_that_it_lives_with(tmp_path):
    """As `make demo` starts it: the shell's process becomes another one."""
    manage = f"{sys.executable} {ROOT}/manage.py"
    fill = f"{manage} migrate -v 0 && {manage} demo_data --days 1 --requests-per-day 10 >&2"
    line = f"{fill} && {{ {manage} demo_data --live $$ & echo $!; exec sleep 600; }}"
    url = f"sqlite:///{tmp_path / 'demo.sqlite3'}"
    variables = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "mlops.settings"}
    with subprocess.Popen(["sh", "-c", line], stdout=subprocess.PIPE, env=variables) as process:
        assert process.stdout
        pid = int(process.stdout.readline())
        assert is_running(pid)
        process.terminate()
    deadline = time.monotonic() + 60
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.1)
