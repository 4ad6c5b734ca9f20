"""`compare_latency`: real calls of real servers, in turn, all of them kept."""

import csv
import io
import json
import os
import re
import signal

import pytest
from django.core.management import CommandError, call_command

from deployments.models import Deployment, LatencyRun, LatencySample
from tests.deployments.measuring import servers

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def url():
    with servers.serve() as url:
        yield url


def run(*args):
    out, errors = io.StringIO(), io.StringIO()
    call_command("compare_latency", *args, stdout=out, stderr=errors)
    return out.getvalue() + errors.getvalue()


def measured(*args):
    return json.loads(run(*args, "--json"))


def test_ten_calls_are_timed_by_default(url):
    samples = measured("--target", f"ec2={url}")["samples"]
    assert len(samples) == 10
    assert all(sample["duration_ms"] > 0 and not sample["error_type"] for sample in samples)


def test_targets_are_interleaved_in_random_order(url):
    args = ("--target", f"a={url}", "--target", f"b={url}", "-n", "12", "--seed", "3")
    order = [sample["target"] for sample in measured(*args)["samples"]]
    rounds = ["".join(order[place : place + 2]) for place in range(0, 24, 2)]
    assert set(rounds) == {"ab", "ba"}


def test_the_table_says_what_was_found(url):
    text = run("--target", f"quick={url}", "--target", f"slow={url}", "-n", "8")
    assert re.search(r"^quick +warm +7 +[\d.]+ \[[\d.]+, [\d.]+\] +too few: 7 of 36", text, re.M)
    assert "quick: of this the server itself takes 12.5 ms (median)." in text
    assert "slow against quick at p95: too few samples" in text


def test_a_slower_deployment_is_named(url):
    with servers.serve(delay_seconds=0.1) as slower:
        text = run("--target", f"ec2={url}", "--target", f"lambda={slower}", "-n", "12")
    found = re.search(r"lambda warm is (\d+) to (\d+) ms slower than ec2 at the median", text)
    assert found, text
    assert 50 <= int(found[1]) <= int(found[2])


def test_new_connections_are_a_group_of_their_own(url):
    [found] = measured("--target", f"a={url}", "-n", "6", "--new-connections")["deployments"]
    assert (found["kept"]["samples"], found["new"]["samples"]) == (0, 6)


def test_warming_up_opens_the_connection(url):
    [found] = measured("--target", f"a={url}", "-n", "6", "--warm-up")["deployments"]
    assert (found["kept"]["samples"], found["new"]["samples"]) == (6, 0)


def test_failures_are_counted_and_named(url):
    document = measured("--target", f"a={url}", "--path", "/fail", "-n", "3")
    assert document["deployments"][0]["failures"] == {"http_503": 3}
    assert document["verdict"][-1] == "a: 3 of 3 calls failed (3 http_503)."


@pytest.mark.parametrize(("options", "status"), [((), 401), (("--with-key",), 200)])
def test_the_key_is_sent_where_it_is_asked_for(url, settings, options, status):
    settings.MLOPS_API_KEY = "the key"
    samples = measured("--target", f"a={url}", "--path", "/closed", "-n", "1", *options)["samples"]
    assert samples[0]["status_code"] == status


def test_a_missing_key_is_named(url, settings):
    settings.MLOPS_API_KEY = ""
    with pytest.raises(CommandError, match="Set MLOPS_API_KEY"):
        run("--target", f"a={url}", "--with-key")


def test_a_constant_rate_counts_from_the_intended_sending(url):
    """Twenty calls a second of a server that takes 150 ms: none waits for the one before."""
    args = ("--target", f"a={url}", "--path", "/slow", "-n", "10", "--rate", "20")
    samples = measured(*args)["samples"]
    assert len(samples) == 10
    assert all(sample["duration_ms"] < 1_000 for sample in samples)


def test_cold_starts_are_forced_and_kept_apart(url):
    servers.environments["idle"] = 1
    args = ("--target", f"lambda={url}", "--path", "/lambda", "-n", "6", "--cold", "3")
    document = measured(*args)
    [found] = document["deployments"]
    assert found["cold"]["samples"] >= 3
    assert found["cold_share"] == {"part": 0, "whole": 6}
    assert all(sample["burst"] for sample in document["samples"][6:])


def test_csv_has_a_line_for_each_sample(url):
    lines = list(csv.DictReader(io.StringIO(run("--target", f"a={url}", "-n", "3", "--csv"))))
    assert len(lines) == 3
    assert lines[0]["new_connection"] == "True" and float(lines[1]["duration_ms"]) > 0


def test_a_run_is_stored(url):
    run("--target", f"lambda={url}", "--target", f"other={url}", "-n", "3", "--save")
    stored = LatencyRun.objects.get()
    assert stored.finished_at and stored.planned == 3
    assert stored.samples.filter(deployment__name="lambda").count() == 3
    assert Deployment.objects.get(name="lambda").kind == "lambda"
    assert LatencySample.objects.filter(server_ms=12.5).count() == 6


def test_nothing_is_stored_unless_asked(url):
    run("--target", f"a={url}", "-n", "1")
    assert not LatencyRun.objects.exists() and not Deployment.objects.exists()


def test_ctrl_c_keeps_what_was_measured(url, monkeypatch):
    calls = []

    def third_interrupts(handler):
        calls.append(handler)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGINT)
        servers.slow(handler)

    monkeypatch.setitem(servers.ANSWERS, "/interrupting", third_interrupts)
    text = run("--target", f"a={url}", "--path", "/interrupting", "-n", "100", "--save")
    stored = LatencyRun.objects.get()
    assert stored.finished_at is None
    assert 1 <= stored.samples.count() <= 3
    assert f"Interrupted after {stored.samples.count()} calls; they are kept." in text


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (["--target", "a=ftp://host"], "http://"),
        (["--target", "http://host"], "NAME=URL"),
        (["--target", "a=http://h", "--target", "a=http://i"], "name of its own"),
        (["--target", "a=http://h", "-n", "10001"], "10,000"),
        (["--target", "a=http://h", "--rate", "0"], "rate"),
        (["--target", "a=http://h", "--cold", "65"], "64"),
        (["--target", "a=http://h", "--path", "x" * 501], "500"),
        (["--target", "a=http://169.254.169.254"], "metadata"),
    ],
)
def test_mistakes_say_what_to_do(args, error):
    with pytest.raises(CommandError, match=error):
        run(*args)
