"""Scrapes over and over beside the load, and remembers every counter that ever fell."""

import requests

from tests.blackbox.background import Background
from tests.blackbox.truth import Series, read_series

PAUSE_SECONDS = 0.02


class Scraper(Background):
    """Scrapes through a new connection each time.

    `falls` has a line for each counter, bucket or sum that was lower than before, or gone.
    Answers of a status in `unanswered` are a gateway's, when its worker was killed.
    """

    def __init__(
        self,
        base_url: str,
        headers: dict[str, str] | None = None,
        unanswered: frozenset[int] = frozenset(),
    ) -> None:
        self.url = f"{base_url.rstrip('/')}/metrics"
        self.headers = headers or {}
        self.unanswered = unanswered
        self.scrapes = 0
        self.falls: list[str] = []
        self.highest: Series = {}
        super().__init__(self._run)

    def scrape(self) -> None:
        try:
            answer = requests.get(self.url, headers=self.headers, timeout=30)
        except requests.ConnectionError:
            return  # Its worker was killed.
        if answer.status_code in self.unanswered:
            return
        if not answer.ok:
            self.falls.append(f"{answer.status_code} {answer.text[:200]}")
            return
        _, growing = read_series(answer.text)
        self.falls += [
            f"{key}: {growing.get(key)} after {value}"
            for key, value in self.highest.items()
            if growing.get(key, -1) < value
        ]
        self.highest = growing
        self.scrapes += 1

    def _run(self) -> None:
        while not self._stop.is_set():
            self.scrape()
            self._stop.wait(PAUSE_SECONDS)
