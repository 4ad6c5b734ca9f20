"""What is too large is refused with a reason, by the container's server too."""

import pytest
import requests

from tests import database
from tests.blackbox.service import running_service

pytestmark = pytest.mark.skipif(not database.POSTGRESQL, reason="once is enough")


def test_a_body_over_the_bound_is_refused_with_the_bound():
    with database.new_database() as url, running_service(url, WEB_CONCURRENCY="1") as base_url:
        for path, limit_bytes in (("/track", 65_536), ("/track/batch", 1_048_576)):
            answer = requests.post(base_url + path, data=b"x" * 7_000_000, timeout=30)
            assert (answer.status_code, answer.json()["limit_bytes"]) == (413, limit_bytes)
