"""The text of `/metrics`, from the database alone: whichever process answers, it says the same."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import PLATFORM_COLLECTOR, CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from tracking.database import Database
from tracking.families import families
from tracking.totals import read_totals


class TotalsCollector(Collector):
    def __init__(self, database: Database) -> None:
        self.database = database

    def describe(self) -> list[Metric]:
        """Empty, so that registering asks the database nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        started = time.perf_counter()
        yield from families(read_totals(self.database, datetime.now(UTC)))
        yield GaugeMetricFamily(
            "ai_scrape_duration_seconds",
            "Time that this scrape took to read and add up.",
            value=time.perf_counter() - started,
        )


def expose(accept: str, database: Database) -> tuple[bytes, str]:
    """(text, content type) in the format that the Accept header asks for."""
    # Not the default registry: the process's own metrics would tell a random process's story.
    registry = CollectorRegistry(auto_describe=False)
    registry.register(TotalsCollector(database))
    registry.register(PLATFORM_COLLECTOR)
    encoder, content_type = choose_encoder(accept)
    return encoder(registry), content_type
