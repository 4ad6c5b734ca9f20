"""An administrator has the service measure itself: the worker that calls must also answer."""

import re

import pytest
import requests

from tests import database
from tests.blackbox.service import running_service

pytestmark = pytest.mark.skipif(
    not database.POSTGRESQL, reason="processes share PostgreSQL: TEST_DATABASE=postgresql"
)
CALLS = 6


class Browser:
    """As far as forms need one."""

    def __init__(self, base_url):
        self.base_url, self.session = base_url, requests.Session()

    def send(self, path, /, **fields):
        token = self.session.cookies.get("csrftoken", "")
        fields["csrfmiddlewaretoken"] = token
        return self.session.post(self.base_url + path, fields, timeout=30)

    def log_in(self):
        self.session.get(f"{self.base_url}/admin/login/", timeout=30)
        self.send("/admin/login/?next=/health", username="admin", password="lovelace")


def test_one_worker_measures_itself():
    with (
        database.new_database() as url,
        running_service(url, WEB_CONCURRENCY="1", ADMIN_PASSWORD="lovelace") as base_url,
    ):
        browser = Browser(base_url)
        browser.log_in()
        deployment = {"name": "itself", "kind": "container", "base_url": base_url, "prices": "{}"}
        deployment |= {"architecture": "arm64", "gateway": "none"}
        browser.send("/admin/deployments/deployment/add/", **deployment)
        form = {"deployments": 1, "calls": CALLS, "path": "/health", "connection": "new"}
        page = browser.send("/dashboard/deployments/", **form).text
        [sample] = re.findall(r'data-url="([^"]+)"', page)
        told = [browser.send(sample).json()["sample"] for _ in range(CALLS)]
    assert [one["error_type"] for one in told] == CALLS * [""]
