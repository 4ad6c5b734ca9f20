"""Signatures are those of AWS's own library."""

import pytest
import time_machine
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Expected

from tracking.queue.signature import Credentials, signed

HEADERS = {"Content-Type": "application/x-amz-json-1.0", "Host": "sqs.eu-west-1.amazonaws.com"}


@time_machine.travel("2026-03-01T23:59:59Z", tick=False)
@pytest.mark.parametrize("token", [None, "a role's/token+="])
@pytest.mark.parametrize("body", [b"", '{"MessageBody": "é"}'.encode()])
def test_it_works(token, body):
    request = AWSRequest("POST", f"https://{HEADERS['Host']}/", data=body, headers=HEADERS)
    SigV4Auth(Expected("AKID", "secret/+", token), "sqs", "eu-west-1").add_auth(request)
    ours = signed(HEADERS, body, Credentials("AKID", "secret/+", token), "eu-west-1", "sqs")
    assert ours == dict(request.headers.items())
