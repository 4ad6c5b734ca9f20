"""A real Prometheus server counts what was sent, through a prune of every request."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from math import inf

import psycopg2
import pytest
import requests

from tests import database
from tests.blackbox.load import Client, Payload, payloads
from tests.blackbox.service import SERVE, running_service
from tests.blackbox.truth import Labels, Series, read_series, series_of
from tests.prometheus.server import Prometheus, running_prometheus
from tests.tools import program

pytestmark = pytest.mark.skipif(
    not database.POSTGRESQL, reason="several processes share PostgreSQL: TEST_DATABASE=postgresql"
)

KEY = "a-key-long-enough-for-production"
PRODUCTION = {"ENVIRONMENT": "production", "SECRET_KEY": "s" * 50, "MLOPS_API_KEY": KEY}
OURS = '{__name__=~"(ai|appointments|human_handoffs)_.+"}'
WINDOW = "[10m]"
KNOWN = 120
# Each round sends every record once more, so that no counter grows from zero within the window:
# there increase() would extrapolate less than elsewhere. The more rounds, the less it errs.
ROUNDS = [4, pytest.param(15, marks=pytest.mark.slow)]


@dataclass
class Scraped:
    """What Prometheus has: a first sample of each series, then `increments`, then a prune."""

    prometheus: Prometheus
    database_url: str
    metrics_url: str
    first: list[Payload]
    increments: list[Payload]
    pruned_output: str


@pytest.fixture(scope="module", params=ROUNDS)
def scraped(request, tmp_path_factory) -> Iterator[Scraped]:
    program("prometheus", package="prometheus")
    folder = tmp_path_factory.mktemp("prometheus")
    with (
        database.new_database() as url,
        running_service(url, WEB_CONCURRENCY="2", **PRODUCTION) as base_url,
    ):
        client = Client(base_url, {"X-API-Key": KEY})
        first = _send_round(client, 0)
        with running_prometheus(folder, base_url.removeprefix("http://"), KEY) as prometheus:
            increments = _increase(client, prometheus, request.param)
            pruned_output = _prune(url)
            _wait_for_scrapes(prometheus, 3)
            metrics_url = f"{base_url}/metrics"
            yield Scraped(prometheus, url, metrics_url, first, increments, pruned_output)


def _send_round(client: Client, number: int) -> list[Payload]:
    records = [
        record | {"request_id": f"{number}-{record['request_id']}"}
        for record in payloads(KNOWN, seed=2)
    ]
    client.send_batch(records)
    return records


def _increase(client: Client, prometheus: Prometheus, rounds: int) -> list[Payload]:
    """A round after each scrape that has shown the one before."""
    increments: list[Payload] = []
    for number in range(1, rounds + 1):
        prometheus.wait_for("sum(ai_requests_total)", float(KNOWN * number).__eq__)
        increments += _send_round(client, number)
    prometheus.wait_for("sum(ai_requests_total)", float(KNOWN * (rounds + 1)).__eq__)
    return increments


def _prune(database_url: str) -> str:
    project = SERVE.parents[1]
    return subprocess.run(
        [sys.executable, project / "manage.py", "prune_requests", "--older-than", "0d"],
        env={**PRODUCTION, "DATABASE_URL": database_url},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def _wait_for_scrapes(prometheus: Prometheus, count: int) -> None:
    before = prometheus.value(f"count_over_time(up{WINDOW})") or 0
    prometheus.wait_for(f"count_over_time(up{WINDOW})", lambda now: now >= before + count)


def test_it_scrapes_with_the_key_in_openmetrics(scraped):
    assert scraped.prometheus.value(f"max_over_time(up{WINDOW})") == 1
    metadata = scraped.prometheus.get("targets/metadata", metric="ai_system")
    assert [each["type"] for each in metadata] == ["info"]  # The text format has no such type.
    assert requests.get(scraped.metrics_url, timeout=10).status_code == 401


def test_the_samples_grew_by_exactly_what_was_sent(scraped):
    truth = increments_of(scraped)
    samples = scraped.prometheus.samples(OURS + WINDOW)
    for series, increment in truth.items():
        grown = samples[series][-1] - samples[series][0]
        assert grown == pytest.approx(increment, rel=1e-9, abs=1e-9), series


def test_increase_is_the_truth_but_for_its_extrapolation(scraped):
    """It extrapolates at either end by 1.1 mean intervals at most."""
    truth = increments_of(scraped)
    samples = scraped.prometheus.samples(OURS + WINDOW)
    for name in sorted({name for name, _ in truth}):
        for labels, increase in scraped.prometheus.values(f"increase({name}{WINDOW})").items():
            true, intervals = truth[name, labels], len(samples[name, labels]) - 1
            assert 1 - 1e-9 <= (increase / true if true else 1) <= 1 + 2.2 / intervals, name


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9, 0.99])
def test_histogram_quantile_is_the_truth(scraped, quantile):
    truth = increments_of(scraped)
    for name in ("ai_response_time_seconds", "ai_request_duration_seconds"):
        expression = f"histogram_quantile({quantile}, increase({name}_bucket{WINDOW}))"
        for labels, value in scraped.prometheus.values(expression).items():
            true = true_quantile(quantile, name, labels, truth)
            assert value == pytest.approx(true, rel=1e-6), (name, labels)


def test_a_prune_of_every_request_lets_no_counter_fall(scraped):
    sent = len(scraped.first) + len(scraped.increments)
    assert f"Deleted {sent:,} requests" in scraped.pruned_output
    assert stored_requests(scraped.database_url) == []
    growing = increments_of(scraped)
    samples = scraped.prometheus.samples(OURS + WINDOW)
    assert [series for series in growing if samples[series] != sorted(samples[series])] == []
    for name in sorted({name for name, _ in growing}):
        assert scraped.prometheus.value(f"max(resets({name}{WINDOW}))") == 0


def increments_of(scraped: Scraped) -> Series:
    """How much each counter, bucket and sum must have grown since the first scrape."""
    answer = requests.get(scraped.metrics_url, headers={"X-API-Key": KEY}, timeout=10)
    _, growing = read_series(answer.text)
    before, after = series_of(scraped.first), series_of(scraped.first + scraped.increments)
    return {series: after[series] - before[series] for series in growing}


def true_quantile(quantile: float, name: str, labels: Labels, truth: Series) -> float:
    """By linear interpolation in the bucket, as Prometheus documents it."""
    buckets = sorted(
        (float(dict(own)["le"]), count)
        for (series, own), count in truth.items()
        if series == f"{name}_bucket" and {*own} - {("le", dict(own)["le"])} == {*labels}
    )
    rank, lower, below = quantile * buckets[-1][1], 0.0, 0.0
    for upper, count in buckets:
        if count >= rank:
            share = (rank - below) / (count - below)
            return lower if upper == inf else lower + (upper - lower) * share
        lower, below = upper, count
    raise AssertionError("The last bucket holds every request.")


def stored_requests(database_url: str) -> list[tuple[str]]:
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT request_id FROM tracking_airequest")
        return cursor.fetchall()
