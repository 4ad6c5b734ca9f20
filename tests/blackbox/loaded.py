"""What holds of every service after a load, whatever happened to it meanwhile."""

from contextlib import closing
from dataclasses import dataclass

import psycopg2

from tests.blackbox.load import Payload
from tests.blackbox.scraper import Scraper
from tests.blackbox.service import session_of_each_worker
from tests.blackbox.truth import differences, read_series, series_of


@dataclass
class Loaded:
    """A service, the records that it acknowledged, and who scraped it meanwhile."""

    base_url: str
    database_url: str
    records: list[Payload]
    scraper: Scraper


class NothingLost:
    """Tests of a `run`, a fixture of the module that inherits them."""

    def test_every_acknowledged_record_is_stored_once(self, run):
        with closing(psycopg2.connect(run.database_url)) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT business_id, request_id FROM tracking_airequest")
            stored = sorted(cursor.fetchall())
        assert stored == sorted((str(r["business_id"]), r["request_id"]) for r in run.records)

    def test_metrics_are_exact_through_each_worker(self, run):
        truth = series_of(run.records)
        for pid, session in session_of_each_worker(run.base_url).items():
            series, _ = read_series(session.get(f"{run.base_url}/metrics", timeout=10).text)
            assert differences(series, truth) == [], f"through worker {pid}"

    def test_no_scrape_was_lower_than_one_before(self, run):
        assert run.scraper.scrapes > 20
        assert run.scraper.falls == []
