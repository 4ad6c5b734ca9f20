"""A queue by its URL: where it is asked, and for which region requests are signed."""

import pytest

from tracking.queue.sqs import Queue


@pytest.mark.parametrize(
    ("host", "endpoint", "region"),
    [
        ("sqs.eu-west-1.amazonaws.com", "sqs.eu-west-1.amazonaws.com", "eu-west-1"),
        ("sqs.cn-north-1.amazonaws.com.cn", "sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("eu-west-1.queue.amazonaws.com", "sqs.eu-west-1.amazonaws.com", "eu-west-1"),
        ("queue.amazonaws.com", "sqs.us-east-1.amazonaws.com", "us-east-1"),
        ("localhost:9324", "localhost:9324", "sa-east-1"),
    ],
)
def test_it_works(monkeypatch, host, endpoint, region):
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "sa-east-1")
    queue = Queue(f"https://{host}/123456789012/ingest")
    assert (queue.endpoint, queue.region) == (f"https://{endpoint}/", region)
    assert queue.name == "ingest"
