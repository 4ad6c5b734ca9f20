"""Clients that send records all the time, each until it is acknowledged, as the backend should."""

import time
from collections import Counter
from uuid import uuid4

import requests

from tests.blackbox.background import Background
from tests.build import payload

CLIENTS = 4
CLIENT_SECONDS = 5.0
RETRY_SECONDS = 0.05
HEALED_SECONDS = 60


class Load(Background):
    """A context manager: at its end each record that was begun is acknowledged.

    `outcomes` counts statuses, and answers that didn't come; `longest` is in seconds.
    """

    def __init__(self, base_url: str, headers: dict[str, str]) -> None:
        self.url = f"{base_url}/track"
        self.headers = headers
        self.acknowledged: list[str] = []
        self.duplicates = 0
        self.outcomes: Counter[object] = Counter()
        self.longest = 0.0
        super().__init__(*[self._send_all] * CLIENTS)

    def wait_for_more(self, count: int = 10 * CLIENTS) -> float:
        """Seconds until so many more records were acknowledged."""
        started, enough = time.monotonic(), len(self.acknowledged) + count
        while len(self.acknowledged) < enough:
            assert time.monotonic() < started + HEALED_SECONDS, f"it doesn't heal: {self.outcomes}"
            time.sleep(0.01)
        return time.monotonic() - started

    def _send_all(self) -> None:
        with requests.Session() as session:
            session.headers.update(self.headers)
            while not self._stop.is_set():
                self._send(session, uuid4().hex)

    def _send(self, session: requests.Session, request_id: str) -> None:
        started = time.monotonic()
        while time.monotonic() < started + HEALED_SECONDS:
            answer = self._answer(session, request_id)
            if answer is not None and answer.ok:
                self.duplicates += answer.json()["duplicate"]
                self.acknowledged.append(request_id)
                return
            time.sleep(RETRY_SECONDS)

    def _answer(self, session: requests.Session, request_id: str) -> requests.Response | None:
        """None where the client gave up, or the connection ended."""
        started, body = time.monotonic(), payload(request_id=request_id)
        try:
            answer = session.post(self.url, json=body, timeout=CLIENT_SECONDS)
        except requests.RequestException as error:
            self.outcomes[type(error).__name__] += 1
            return None
        finally:
            self.longest = max(self.longest, time.monotonic() - started)
        self.outcomes[answer.status_code] += 1
        return answer
