from collections.abc import Iterator

import pytest

from tests.aws import empty_account
from tests.tracking.queue.queues import Queues
from tracking.queue.sqs import Queue


@pytest.fixture(scope="module")
def queues() -> Iterator[Queues]:
    with empty_account() as variables:
        yield Queues(variables)


@pytest.fixture
def credentials(queues, monkeypatch) -> None:
    for name, value in queues.variables.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def queue(queues, credentials, settings) -> Queue:
    """The one that the service is set to use."""
    queue: Queue = queues.make()
    settings.INGEST_QUEUE_URL = queue.url
    return queue
